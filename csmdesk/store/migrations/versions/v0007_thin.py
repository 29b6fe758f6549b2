"""Whether a score rests on little data: the limit can be set since."""

from __future__ import annotations

from csmdesk.store.migrations.catch_up import add_what_is_missing

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    add_what_is_missing()
