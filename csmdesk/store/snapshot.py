"""Tasks, alerts and what people wrote, joined and as of a day: what a snapshot is built from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import previous_working_day
from csmdesk.domain.findings import HIGH
from csmdesk.store import playbooks
from csmdesk.store.edits.plan import TABLES
from csmdesk.store.snapshot_tasks import TASK_COLUMNS, TaskRow, tasks_as_of
from csmdesk.store.sql import fetch, ints, turned
from csmdesk.store.work import work_rows

NOT_STARTED = "not started"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SnapshotRows:
    """Columns keyed by customer id (numbers int64 with MISSING, flags bool, text lists).

    tasks: id, customer_id, rule, category, subject, severity, shown_state, active, text, evidence,
      due_on, first_seen, last_seen, opened_on, resolved_on, episode, state, checked_on, assignee,
      snooze_until, comment, finished_on, verdict, accepted; as of the end of the working day
      before: snooze_before, snooze_severity_before, finished_before, finished_severity_before
    task_events: task (row index in tasks), task_id, customer_id, day, kind, severity, episode, text
    alerts: id, episode, kind, type, customer_id, subject, text, evidence, opened_on, closed_on,
      action_step, verdict
    tags: own tags by customer id
    risk: customer_id, set_on, score, risk_tags, confidence_tags, risk_note, confidence_note, who
    sentiment: customer_id, set_on, sentiment, reason, who
    notes: id, customer_id, kind, at, direction, held, author, contact_id, subject, body, link
    enrolments: id, customer_id, playbook, rule, who, enrolled_on, left_on, completed_on
    steps: enrolment (row index in enrolments), number, title, due_on, state, set_on
    """

    tasks: Columns
    task_events: Columns
    alerts: Columns
    tags: dict[str, tuple[str, ...]]
    risk: Columns
    sentiment: Columns
    notes: Columns
    enrolments: Columns
    steps: Columns


def snapshot_rows(conn: Connection, day: int, customer_id: str | None = None) -> SnapshotRows:
    """Everything as it stood at the end of `day`; of one customer when `customer_id` is given."""
    newest = conn.exec_driver_sql("SELECT max(day) FROM run").scalar()
    past = newest is not None and day < int(newest)
    work = {name: work_rows(conn, name, day, customer_id) for name in TABLES}
    found = tasks_as_of(conn, day, customer_id, past=past)
    place = {task.task_id: at for at, task in enumerate(found)}
    former = work_rows(conn, "work_task", previous_working_day(day), customer_id)
    links = {row["link"] for row in work["work_note"]}
    rules = playbooks.found_rows(conn, day, customer_id)
    enrolled = playbooks.joined(rules, work["work_playbook"], work["work_step"])
    acted = playbooks.acted_on(enrolled, day)
    enrolments, steps = playbooks.enrolment_columns(enrolled)
    return SnapshotRows(
        tasks=_tasks(found, _by_task(work["work_task"]), _by_task(former)),
        task_events=_events(conn, day, customer_id, place),
        alerts=_alerts(conn, day, customer_id, work["work_alert"], (links, acted)),
        tags=_tags(work["work_tag"]),
        risk=_risk(work["work_risk"]),
        sentiment=_columns(
            work["work_sentiment"], "customer_id", "#set_on", "sentiment", "reason", "who"
        ),
        notes=_notes(work["work_note"]),
        enrolments=enrolments,
        steps=steps,
    )


def shown_state(task: TaskRow, work: Row | None) -> str:
    """The work's state if it is of the same episode and severity has not risen above it
    (definitions.md section 6), else not started."""
    if work is None or work["state"] is None or work["episode"] != task.episode:
        return NOT_STARTED
    return NOT_STARTED if task.severity > (work["severity"] or 0) else str(work["state"])


def snoozed_until(task: TaskRow, work: Row | None) -> int | None:
    """Snooze hides until its date, unless severity rose to High since."""
    if work is None or work["snooze_until"] is None:
        return None
    risen = task.severity == HIGH and (work["snooze_severity"] or HIGH) < HIGH
    return None if risen else int(work["snooze_until"])


def _tags(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    tags: dict[str, tuple[str, ...]] = {}
    for row in rows:
        tags[row["customer_id"]] = (*tags.get(row["customer_id"], ()), row["tag"])
    return tags


def _only(customer_id: str | None, prefix: str = "") -> str:
    return f"AND {prefix}customer_id = ?" if customer_id else ""


def _bound(customer_id: str | None) -> tuple[str, ...]:
    return (customer_id,) if customer_id else ()


def _by_task(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["task_id"]: row for row in rows}


def _before(work: Row | None) -> Row:
    """A task's snooze and finish as they stood earlier, each with the severity it was made at."""
    done = work is not None and work["state"] == "finished"
    return {
        "snooze_before": work["snooze_until"] if work else None,
        "snooze_severity_before": work["snooze_severity"] if work else None,
        "finished_before": work["set_on"] if work and done else None,
        "finished_severity_before": work["severity"] if work and done else None,
    }


def _tasks(found: Sequence[TaskRow], work: Mapping[str, Row], former: Mapping[str, Row]) -> Columns:
    """`former`: what people had written by the end of the working day before."""
    rows: list[Row] = []
    for task in found:
        own = work.get(task.task_id)
        row: Row = {name: getattr(task, name) for name in TASK_COLUMNS}
        row["shown_state"] = shown_state(task, own)
        row["snooze_until"] = snoozed_until(task, own)
        for name in ("assignee", "comment"):
            row[name] = own[name] if own else None
        for name in ("verdict", "accepted"):
            same = own is not None and own[f"{name}_episode"] == task.episode
            row[name] = own[name] if own and same else None
        row["finished_on"] = own["set_on"] if own and own["state"] == "finished" else None
        # A due date before the opening was given to an earlier episode.
        if own and own["due_on"] is not None and own["due_on"] >= task.opened_on:
            row["due_on"] = own["due_on"]
        rows.append(row | _before(former.get(task.task_id)))
    columns = _columns(
        rows,
        *("task_id", "customer_id", "rule", "category", "subject", "#severity", "shown_state"),
        *("?active", "text", "evidence", "#due_on", "#first_seen", "#last_seen", "#opened_on"),
        *("#resolved_on", "#episode", "state", "#checked_on", "assignee", "#snooze_until"),
        *("comment", "#finished_on", "verdict", "accepted"),
        *("#snooze_before", "#snooze_severity_before", "#finished_before"),
        "#finished_severity_before",
    )
    return _renamed(columns, "task_id")


def _events(conn: Connection, day: int, customer_id: str | None, place: dict[str, int]) -> Columns:
    sql = (
        "SELECT e.task_id, t.customer_id, e.day, e.kind, e.severity, e.episode, e.text "
        "FROM task_event e JOIN task t ON t.task_id = e.task_id WHERE e.day <= ? "
        f"{_only(customer_id, 't.')} ORDER BY e.day, e.task_id, e.episode"
    )
    rows = [row for row in fetch(conn, sql, (day, *_bound(customer_id))) if row[0] in place]
    task, customer, days, kind, severity, episode, text = turned(rows, 7)
    data = {
        "task": ints([place[one] for one in task]),
        "task_id": list(task),
        "customer_id": list(customer),
        "day": ints(days),
        "kind": list(kind),
        "severity": ints(severity),
        "episode": ints(episode),
        "text": list(text),
    }
    return Columns(data, len(rows))


def _alerts(
    conn: Connection,
    day: int,
    customer_id: str | None,
    work: list[Row],
    steps: tuple[set[str], dict[str, int]],
) -> Columns:
    """`steps`: what notes are linked to, and since when customers are in a playbook."""
    links, acted = steps
    verdicts = {(row["alert_id"], row["episode"]): row["verdict"] for row in work}
    sql = (
        "SELECT alert_id, episode, kind, type, customer_id, subject, text, evidence, opened_on, "
        "CASE WHEN closed_on <= ? THEN closed_on END FROM alert WHERE opened_on <= ? "
        f"{_only(customer_id)} ORDER BY alert_id, episode"
    )
    names = (
        *("alert_id", "episode", "kind", "type", "customer_id", "subject", "text", "evidence"),
        *("opened_on", "closed_on"),
    )
    rows = [
        dict(zip(names, row, strict=True))
        for row in fetch(conn, sql, (day, day, *_bound(customer_id)))
    ]
    for row in rows:
        since = acted.get(row["customer_id"])
        enrolled = since is not None and since >= row["opened_on"]
        row["action_step"] = enrolled or row["alert_id"] in links
        row["verdict"] = verdicts.get((row["alert_id"], row["episode"]))
    columns = _columns(
        rows,
        *("alert_id", "#episode", "kind", "type", "customer_id", "subject", "text", "evidence"),
        *("#opened_on", "#closed_on", "?action_step", "verdict"),
    )
    return _renamed(columns, "alert_id")


def _risk(rows: Iterable[Row]) -> Columns:
    parsed = [
        {**row, **{name: tuple(json.loads(row[name])) for name in ("risk_tags", "confidence_tags")}}
        for row in rows
    ]
    return _columns(
        parsed,
        *("customer_id", "#set_on", "#score", "risk_tags", "confidence_tags", "risk_note"),
        *("confidence_note", "who"),
    )


def _notes(rows: list[Row]) -> Columns:
    columns = _columns(
        rows,
        *("note_id", "customer_id", "kind", "#at", "direction", "?held", "author", "contact_id"),
        *("subject", "body", "link"),
    )
    return _renamed(columns, "note_id")


def _columns(rows: Sequence[Row], *names: str) -> Columns:
    """Columns of rows; "#name" is a number, "?name" a flag, the others text."""
    data: dict[str, Any] = {}
    for marked in names:
        name = marked.lstrip("#?")
        values = [row[name] for row in rows]
        if marked[0] == "#":
            data[name] = ints(values)
        elif marked[0] == "?":
            data[name] = np.array(values, bool)
        else:
            data[name] = values
    return Columns(data, len(rows))


def _renamed(columns: Columns, key: str) -> Columns:
    data = {"id" if name == key else name: columns[name] for name in columns}
    return Columns(data, columns.length)
