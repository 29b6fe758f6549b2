"""What every later revision does first: tables and columns that are declared and not there yet."""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect
from sqlalchemy.schema import CreateColumn

from csmdesk.store.schema import METADATA


def add_what_is_missing() -> None:
    """A file of any former schema gets all that is declared today, so the next revision may find
    nothing to add."""
    bind = op.get_bind()
    METADATA.create_all(bind, checkfirst=True)
    known = inspect(bind)
    for table in METADATA.sorted_tables:
        there = {column["name"] for column in known.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                declared = CreateColumn(column).compile(dialect=bind.dialect)
                op.execute(f"ALTER TABLE {table.name} ADD COLUMN {declared}")
