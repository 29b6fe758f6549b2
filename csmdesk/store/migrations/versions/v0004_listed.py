"""A place for the ids of a listing: they are compared in the database, not in memory."""

from __future__ import annotations

from csmdesk.store.migrations.catch_up import add_what_is_missing

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    add_what_is_missing()
