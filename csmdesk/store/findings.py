"""Saving a run and reading back what the next one needs.

A run is an as-of day. Running the newest day again replaces its results: every row it changed is
kept as it stood before (`task_before`, `alert_before`), so the second run starts from the same
state as the first and equal results change nothing. Older days are frozen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from csmdesk.domain.days import iso_day
from csmdesk.domain.errors import StoreError
from csmdesk.domain.findings import (
    Alert,
    Enrolled,
    Findings,
    Previous,
    RuleState,
    Task,
    TaskEvent,
)
from csmdesk.domain.settings import Settings
from csmdesk.store import playbooks
from csmdesk.store.fingerprint import fingerprint
from csmdesk.store.history import history, save_history
from csmdesk.store.replace import replace_day
from csmdesk.store.schema import findings as schema
from csmdesk.store.sql import delete_sql, fetch, many, upsert_sql
from csmdesk.store.work import work_rows

PREVIOUS_DAYS = 30


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """Rows that a save really changed; `customers` of the changed tasks, alerts, enrolments."""

    tasks: int
    task_events: int
    alerts: int
    history: int
    customers: frozenset[str]
    enrolments: int = 0

    @property
    def total(self) -> int:
        return self.tasks + self.task_events + self.alerts + self.history + self.enrolments


@dataclass(frozen=True, slots=True)
class Run:
    """A stored run: `at` epoch seconds, `ms` its duration."""

    day: int
    at: int
    ms: int
    fingerprint: str
    rules: tuple[RuleState, ...]
    notices: tuple[str, ...]
    summary: dict[str, object]


def last_run(conn: Connection, day: int | None = None) -> Run | None:
    """The run of the newest day, or of the newest one up to `day`."""
    found = fetch(
        conn,
        "SELECT day, at, ms, fingerprint, rules, notices, summary FROM run "
        "WHERE ? IS NULL OR day <= ? ORDER BY day DESC LIMIT 1",
        (day, day),
    )
    if not found:
        return None
    day, at, ms, mark, rules, notices, summary = found[0]
    states = tuple(RuleState(*one) for one in json.loads(rules))
    return Run(day, at, ms, mark, states, tuple(json.loads(notices)), json.loads(summary))


def load_previous(conn: Connection, day: int) -> Previous:
    """What a run of `day` builds on: the state at the end of the day before.

    Raises `StoreError` for a day before the newest run, which is frozen.
    """
    _refuse_frozen(conn, day)
    tasks = {row[0]: _task(row) for row in _before(conn, "task", "task_id", day)}
    alerts: dict[str, Alert] = {}
    for row in sorted(_before(conn, "alert", "alert_id, episode", day), key=lambda one: one[:2]):
        alerts[row[0]] = Alert(*row)
    return Previous(
        tasks=tasks,
        alerts=alerts,
        history=tuple(history(conn, day - PREVIOUS_DAYS, day - 1)),
        verdicts=_verdicts(conn, tasks, alerts),
        finished={
            row[0]: (row[1], row[2], row[3])
            for row in fetch(
                conn,
                "SELECT task_id, episode, severity, set_on FROM work_task WHERE state = 'finished'",
            )
        },
        enrolled=_enrolled(conn, day),
    )


def _enrolled(conn: Connection, day: int) -> tuple[Enrolled, ...]:
    """All enrolments but those that a run of `day` made and nobody touched."""
    before = _before(conn, "playbook_enrolment", "enrolment_id", day)
    found = [dict(zip(playbooks.FIELDS, row, strict=True)) for row in before]
    own, steps = work_rows(conn, "work_playbook"), work_rows(conn, "work_step")
    return tuple(map(playbooks.enrolled, playbooks.joined(found, own, steps)))


def save_day(
    conn: Connection,
    findings: Findings,
    settings: Settings,
    *,
    at: int,
    ms: int = 0,
    summary: Mapping[str, object] | None = None,
) -> ChangeCounts:
    """Write one day's results, in the caller's transaction, touching only rows that differ.

    `at`: now, `ms`: how long the run took; neither they nor `summary` count as a change.
    Raises `StoreError` for a day before the newest run.
    """
    _refuse_frozen(conn, findings.day)
    newest = last_run(conn)
    again = newest is not None and newest.day == findings.day
    tasks = replace_day(
        conn, schema.TASK, schema.TASK_BEFORE, [_TASK_ROW(one) for one in findings.tasks], again
    )
    alerts = replace_day(
        conn, schema.ALERT, schema.ALERT_BEFORE, [_ALERT_ROW(one) for one in findings.alerts], again
    )
    enrolments = replace_day(
        conn,
        schema.PLAYBOOK_ENROLMENT,
        schema.PLAYBOOK_ENROLMENT_BEFORE,
        [_ENROLMENT_ROW(one) for one in findings.enrolments],
        again,
    )
    events = _save_events(conn, findings.day, findings.task_events)
    changed = save_history(conn, findings.health, at)
    run = (
        json.dumps([(one.rule, one.checked, one.reason) for one in findings.rules]),
        json.dumps(findings.notices, ensure_ascii=False),
        json.dumps(dict(summary or {}), sort_keys=True),
    )
    mark = fingerprint(settings)
    conn.exec_driver_sql(upsert_sql(schema.RUN), (findings.day, at, ms, mark, *run))
    customers = tasks.customers | alerts.customers | enrolments.customers
    return ChangeCounts(
        tasks.count, events, alerts.count, int(changed), customers, enrolments.count
    )


_TASK_ROW = attrgetter(*Task.__struct_fields__)
_ALERT_ROW = attrgetter(*Alert.__struct_fields__)
_ACTIVE = Task.__struct_fields__.index("active")
_ENROLMENT_ROW = attrgetter(*playbooks.FIELDS)


def _task(row: tuple[Any, ...]) -> Task:
    values = list(row)
    values[_ACTIVE] = bool(values[_ACTIVE])
    return Task(*values)


def _refuse_frozen(conn: Connection, day: int) -> None:
    newest = last_run(conn)
    if newest is not None and newest.day > day:
        raise StoreError(
            f"The results of {iso_day(day)} are frozen: {iso_day(newest.day)} was run after it.",
            "`csmdesk score --as-of DAY OUT.csv` recomputes its scores and stores nothing.",
        )


def _before(conn: Connection, table: str, key: str, day: int) -> list[tuple[Any, ...]]:
    """Rows as they stood before the run of `day`."""
    newest = last_run(conn)
    if newest is None or newest.day < day:
        return fetch(conn, f"SELECT * FROM {table}")
    untouched = fetch(
        conn, f"SELECT * FROM {table} WHERE ({key}) NOT IN (SELECT {key} FROM {table}_before)"
    )
    touched = fetch(conn, f"SELECT * FROM {table}_before WHERE existed = 1")
    return untouched + [row[:-1] for row in touched]


def _verdicts(
    conn: Connection, tasks: Mapping[str, Task], alerts: Mapping[str, Alert]
) -> dict[str, str]:
    """What people said of these episodes; a task whose conflict was accepted says "accepted"."""
    rows = fetch(
        conn,
        "SELECT task_id, verdict_episode, verdict FROM work_task WHERE verdict IS NOT NULL "
        "UNION ALL SELECT alert_id, episode, verdict FROM work_alert "
        "UNION ALL SELECT task_id, accepted_episode, 'accepted' FROM work_task "
        "WHERE accepted IS NOT NULL",
    )
    newest = {one: known[one].episode for known in (tasks, alerts) for one in known}
    return {key: verdict for key, episode, verdict in rows if newest.get(key) == episode}


def _save_events(conn: Connection, day: int, events: Sequence[TaskEvent]) -> int:
    table = schema.TASK_EVENT
    wanted = {
        (one.task_id, one.day, one.episode, one.kind): (
            *(one.task_id, one.day, one.episode, one.kind),
            *(one.severity, one.text, one.due_on),
        )
        for one in events
    }
    sql = "SELECT task_id, day, episode, kind, severity, text, due_on FROM task_event WHERE day = ?"
    stored = {row[:4]: row for row in fetch(conn, sql, (day,))}
    gone = [key for key in stored if key not in wanted]
    fresh = [row for key, row in wanted.items() if stored.get(key) != row]
    many(conn, delete_sql(table), gone)
    many(conn, upsert_sql(table), fresh)
    return len(gone) + len(fresh)
