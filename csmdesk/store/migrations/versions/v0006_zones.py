"""The zone in which the days of a source's rows are told."""

from __future__ import annotations

from csmdesk.store.migrations.catch_up import add_what_is_missing

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    add_what_is_missing()
