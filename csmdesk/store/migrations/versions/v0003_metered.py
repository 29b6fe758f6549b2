"""What an invoice bills by use, and former domains and yearly values of companies.

What was read before does not tell them: it is read once more.
"""

from __future__ import annotations

from alembic import op

from csmdesk.store.migrations.catch_up import add_what_is_missing

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_what_is_missing()
    op.execute("DELETE FROM sync_cursor WHERE stream IN ('invoices', 'companies', 'history')")
