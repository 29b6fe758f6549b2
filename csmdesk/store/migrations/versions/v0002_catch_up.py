"""Databases of the first days: tables and columns that came before the schema was numbered again.

0001 makes every table as declared today, so a new file has nothing to catch up with.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect
from sqlalchemy.schema import CreateColumn

from csmdesk.store.schema import METADATA

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    bind = op.get_bind()
    METADATA.create_all(bind, checkfirst=True)
    known = inspect(bind)
    for table in METADATA.sorted_tables:
        there = {column["name"] for column in known.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                declared = CreateColumn(column).compile(dialect=bind.dialect)
                op.execute(f"ALTER TABLE {table.name} ADD COLUMN {declared}")
    # An event without a due date is one of before: its task's newest one is the best there is.
    op.execute(
        "UPDATE task_event SET due_on = (SELECT task.due_on FROM task "
        "WHERE task.task_id = task_event.task_id) WHERE due_on = 0"
    )
