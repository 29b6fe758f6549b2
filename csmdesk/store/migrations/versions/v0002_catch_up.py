"""Databases of the first days: tables and columns that came before the schema was numbered again.

0001 makes every table as declared today, so a new file has nothing to catch up with.
"""

from __future__ import annotations

from alembic import op

from csmdesk.store.migrations.catch_up import add_what_is_missing

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    add_what_is_missing()
    # An event without a due date is one of before: its task's newest one is the best there is.
    op.execute(
        "UPDATE task_event SET due_on = (SELECT task.due_on FROM task "
        "WHERE task.task_id = task_event.task_id) WHERE due_on = 0"
    )
