"""Task findings as of a day: today's rows, or past ones told by their events."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from csmdesk.domain.findings import Task
from csmdesk.store.sql import fetch

TaskRow = Task
TASK_COLUMNS = tuple(Task.__dataclass_fields__)
_ORDER = {"opened": 0, "severity": 1, "resolved": 2}


def tasks_as_of(
    conn: Connection, day: int, customer_id: str | None, *, past: bool
) -> list[TaskRow]:
    """Tasks by id. `past`: a later day was run, so their state on `day` comes from events.

    Of a past episode the due date is only known while it is still the newest; it counts from the
    opening like the newest one's otherwise.
    """
    of_one = " WHERE customer_id = ?" if customer_id else ""
    sql = f"SELECT * FROM task{of_one} ORDER BY task_id"
    rows = fetch(conn, sql, (customer_id,) if customer_id else ())
    tasks = [Task(**dict(zip(TASK_COLUMNS, row, strict=True))) for row in rows]
    if not past:
        return tasks
    events: dict[str, list[tuple[int, int, str, int, str]]] = {}
    sql = (
        "SELECT e.task_id, e.day, e.episode, e.kind, e.severity, e.text FROM task_event e "
        "JOIN task t ON t.task_id = e.task_id WHERE e.day <= ?"
    )
    if customer_id:
        sql += " AND t.customer_id = ?"
    for task_id, *event in fetch(conn, sql, (day, customer_id) if customer_id else (day,)):
        events.setdefault(task_id, []).append(tuple(event))
    return [_back(task, events[task.task_id], day) for task in tasks if task.task_id in events]


def _back(task: Task, events: list[tuple[int, int, str, int, str]], day: int) -> Task:
    events.sort(key=lambda one: (one[0], one[1], _ORDER.get(one[2], 1)))
    on, episode, kind, severity, text = events[-1]
    active = kind != "resolved"
    opened = max((one[0] for one in events if one[2] == "opened"), default=events[0][0])
    shown = next((one for one in reversed(events) if one[2] != "resolved"), events[-1])
    return replace(
        task,
        active=active,
        severity=severity if active else shown[3],
        text=text or shown[4] or task.text,
        episode=episode,
        first_seen=min(task.first_seen, events[0][0]),
        opened_on=opened,
        last_seen=min(task.last_seen, day),
        checked_on=min(task.checked_on, day),
        resolved_on=None if active else on,
        due_on=opened + (task.due_on - task.opened_on),
        state="ok",
    )
