"""What an invoice bills by use. Invoices read before do not tell it: they are read once more."""

from __future__ import annotations

from alembic import op

from csmdesk.store.migrations.catch_up import add_what_is_missing

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_what_is_missing()
    op.execute("DELETE FROM sync_cursor WHERE stream = 'invoices'")
