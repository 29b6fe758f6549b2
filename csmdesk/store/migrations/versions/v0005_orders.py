"""An order may be without a day: the import format does not ask for one."""

from __future__ import annotations

from alembic import op

from csmdesk.store.migrations.catch_up import add_what_is_missing
from csmdesk.store.schema import METADATA

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    add_what_is_missing()
    orders = METADATA.tables["fact_order"]
    names = ", ".join(column.name for column in orders.columns)
    op.execute("CREATE TEMP TABLE kept_order AS SELECT * FROM fact_order")
    op.execute("DROP TABLE fact_order")  # SQLite cannot loosen a column in place
    orders.create(op.get_bind())
    op.execute(f"INSERT INTO fact_order ({names}) SELECT {names} FROM kept_order")
    op.execute("DROP TABLE kept_order")
