"""Which tasks are open, on the snapshot's day and on an earlier one; tasks as rows.

definitions.md section 6: open = active, not finished, not snoozed past D. The state shown is the
work's if it is of the same episode and severity has not risen above it; the snapshot has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import HIGH, SEVERITIES
from csmdesk.domain.portfolio import Portfolio

FINISHED, SNOOZED, RESOLVED = "finished", "snoozed", "resolved"
STATES = ("not started", "started", "in progress", FINISHED, SNOOZED, RESOLVED)


def open_mask(tasks: Columns, day: int) -> Bools:
    """Tasks that are open on the snapshot's `day`."""
    finished = np.array([state == FINISHED for state in tasks["shown_state"]], np.bool_)
    return np.asarray((tasks["active"] != 0) & ~finished & ~_asleep(tasks, day))


def _asleep(tasks: Columns, day: int) -> Bools:
    return np.asarray(tasks.ints("snooze_until") > day)


@dataclass(frozen=True, slots=True)
class StateOn:
    """Tasks at the end of a past day: whether open, and their severity then (0 never opened)."""

    is_open: Bools
    severity: Ints


def state_on(tasks: Columns, events: Columns, day: int) -> StateOn:
    """Open tasks at the end of `day`, the working day before the snapshot's.

    Events tell what the engine knew: the newest of each task decides; of one day, a resolving one
    is the last. What a person had written by then is in the columns `…_before`.
    """
    severity = np.zeros(tasks.length, np.int64)
    opened = np.full(tasks.length, MISSING, np.int64)
    active = np.zeros(tasks.length, np.bool_)
    on, place = events.ints("day"), events.ints("task")
    kinds = np.array([_ORDER.get(kind, 1) for kind in events["kind"]], np.int64)
    rows = np.flatnonzero(on <= day)
    rows = rows[np.lexsort((kinds[rows], events.ints("episode")[rows], on[rows]))]
    # A later row of the same task overwrites an earlier one: rows are in order of time.
    severity[place[rows]] = events.ints("severity")[rows]
    active[place[rows]] = kinds[rows] != _ORDER[RESOLVED]
    starts = rows[kinds[rows] == _ORDER["opened"]]
    opened[place[starts]] = on[starts]
    done = tasks.ints("finished_before")
    finished = (done != MISSING) & (done >= opened)
    finished &= severity <= tasks.ints("finished_severity_before")
    asleep = tasks.ints("snooze_before") > day
    asleep &= (severity < HIGH) | (tasks.ints("snooze_severity_before") >= HIGH)
    is_open = active & ~finished & ~asleep
    return StateOn(np.asarray(is_open), np.where(active, severity, 0))


_ORDER = {"opened": 0, "severity": 1, RESOLVED: 2}


def status_of(tasks: Columns, row: int, day: int) -> str:
    """One of STATES, as a person sees the task."""
    if not tasks["active"][row]:
        return RESOLVED
    state = str(tasks["shown_state"][row])
    asleep = state != FINISHED and int(tasks.ints("snooze_until")[row]) > day
    return SNOOZED if asleep else state


def sorted_rows(portfolio: Portfolio, mask: Bools) -> Ints:
    """Rows of the mask by severity (High first), due date, then id."""
    tasks = portfolio.tasks
    rows = np.flatnonzero(mask)
    ids = np.array([tasks["id"][row] for row in rows.tolist()], dtype="U40")
    order = np.lexsort((ids, tasks.ints("due_on")[rows], -tasks.ints("severity")[rows]))
    return np.asarray(rows[order])


def task_row(portfolio: Portfolio, row: int) -> dict[str, Any]:
    """A task as JSON: days as ISO dates, null = none; the stable keys of `csmdesk tasks --json`."""
    tasks, customers = portfolio.tasks, portfolio.customers
    customer = int(tasks.ints("customer")[row])
    chi = int(customers["chi"][customer])

    def day(name: str) -> str | None:
        value = int(tasks.ints(name)[row])
        return None if value == MISSING else iso_day(value)

    return {
        "id": tasks["id"][row],
        "rule": tasks["rule"][row],
        "category": tasks["category"][row],
        "severity": SEVERITIES[int(tasks.ints("severity")[row])],
        "status": status_of(tasks, row, portfolio.day),
        "customer_id": customers["id"][customer],
        "customer": customers["name"][customer],
        "text": tasks["text"][row],
        "due_on": day("due_on"),
        "first_seen": day("first_seen"),
        "active": bool(tasks["active"][row]),
        "chi": chi if chi >= 0 else None,
        "assignee": tasks["assignee"][row] or customers["csm"][customer],
        "snooze_until": day("snooze_until"),
        "comment": tasks["comment"][row],
        "stale_since": day("checked_on") if tasks["state"][row] == "stale" else None,
    }
