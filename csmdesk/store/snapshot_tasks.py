"""Task findings as of a day: today's rows, or past ones told by their events."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection

from csmdesk.domain.findings import Task
from csmdesk.store.sql import fetch

TaskRow = Task
TASK_COLUMNS = Task.__struct_fields__
_ORDER = {"opened": 0, "resolved": 2}


class _Event(NamedTuple):
    day: int
    episode: int
    kind: str
    severity: int
    text: str
    due_on: int


def tasks_as_of(
    conn: Connection, day: int, customer_id: str | None, *, past: bool
) -> list[TaskRow]:
    """Tasks by id. `past`: a later day was run, so their state on `day` comes from events.

    Text and evidence of a past day are those of the last event; `engine.told` tells them anew.
    """
    of_one = " WHERE customer_id = ?" if customer_id else ""
    sql = f"SELECT * FROM task{of_one} ORDER BY task_id"
    rows = fetch(conn, sql, (customer_id,) if customer_id else ())
    tasks = [Task(**dict(zip(TASK_COLUMNS, row, strict=True))) for row in rows]
    if not past:
        return tasks
    events: dict[str, list[_Event]] = {}
    sql = (
        "SELECT e.task_id, e.day, e.episode, e.kind, e.severity, e.text, e.due_on "
        "FROM task_event e JOIN task t ON t.task_id = e.task_id WHERE e.day <= ?"
    )
    if customer_id:
        sql += " AND t.customer_id = ?"
    for task_id, *event in fetch(conn, sql, (day, customer_id) if customer_id else (day,)):
        events.setdefault(task_id, []).append(_Event(*event))
    return [_back(task, events[task.task_id], day) for task in tasks if task.task_id in events]


def _back(task: Task, events: list[_Event], day: int) -> Task:
    events.sort(key=lambda one: (one.day, one.episode, _ORDER.get(one.kind, 1)))
    newest = events[-1]
    active = newest.kind != "resolved"
    opened = max((one.day for one in events if one.kind == "opened"), default=events[0].day)
    shown = next((one for one in reversed(events) if one.kind != "resolved"), newest)
    checks = [one for one in events if one.kind in ("opened", "checked", "unchecked")]
    stale = active and checks[-1].kind == "unchecked" if checks else False
    return replace(
        task,
        active=active,
        severity=newest.severity if active else shown.severity,
        text=newest.text or shown.text or task.text,
        episode=newest.episode,
        first_seen=min(task.first_seen, events[0].day),
        opened_on=opened,
        last_seen=min(task.last_seen, day),
        checked_on=checks[-1].day - 1 if stale else min(task.checked_on, day),
        resolved_on=None if active else newest.day,
        due_on=shown.due_on,
        state="stale" if stale else "ok",
    )
