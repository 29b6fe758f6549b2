"""The Dashboard: four counters with their change, and the task table (definitions.md section 8).

Used by the window, `csmdesk report dashboard` and `csmdesk tasks` alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import previous_working_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import HIGH, LOW, MEDIUM, SEVERITIES
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import members
from csmdesk.engine.figures.tasks import (
    STATES,
    open_mask,
    sorted_rows,
    state_on,
    status_of,
    task_row,
)

OPEN, ALL = "open", "all"
DUE: dict[str, Callable[[Ints], Bools]] = {
    "overdue": lambda left: np.asarray(left < 0),
    "today": lambda left: np.asarray(left == 0),
    "7 days": lambda left: np.asarray((left >= 0) & (left < 7)),
    "30 days": lambda left: np.asarray((left >= 0) & (left < 30)),
}
"""Due filters by days left."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the task table shows; "" = everything. `type` is a rule id, `due` a key of DUE."""

    priority: str = ""
    category: str = ""
    type: str = ""
    status: str = OPEN
    due: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    """Open tasks now and their change since the previous working day."""

    key: str
    label: str
    count: int
    change: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`since`: the previous working day, with which counters are compared; `new` and `resolved`
    (by the engine) since then; `places`: rows of the snapshot's tasks that the table shows, in
    order; `rows`: the same as JSON."""

    day: int
    run_day: int
    run_at: int
    run_ms: int
    customers: int
    since: int
    new: int
    resolved: int
    counters: tuple[Counter, ...]
    notices: tuple[str, ...]
    places: Ints
    rows: list[dict[str, Any]]


def dashboard(
    portfolio: Portfolio, scope: Scope, filters: Filters | None = None, *, listed: bool = True
) -> Dashboard:
    """The Dashboard of the scope's customers. Raises BadInput for a filter that is none.

    Without `listed` there are no places and rows: for a table that reads the snapshot itself.
    """
    tasks = portfolio.tasks
    mine = members(portfolio, scope)[tasks.ints("customer")] & (tasks.ints("customer") >= 0)
    since = previous_working_day(portfolio.day)
    shown = mine & filter_mask(portfolio, filters or Filters()) if listed else mine & False
    places = sorted_rows(portfolio, shown)
    return Dashboard(
        day=portfolio.day,
        run_day=portfolio.run_day,
        run_at=portfolio.run_at,
        run_ms=portfolio.run_ms,
        customers=int(np.count_nonzero(members(portfolio, scope))),
        since=since,
        new=_events(portfolio, mine, "opened", since),
        resolved=_events(portfolio, mine, "resolved", since),
        counters=counters(portfolio, mine),
        notices=portfolio.notices,
        places=places,
        rows=[task_row(portfolio, row) for row in places.tolist()],
    )


def counters(portfolio: Portfolio, mine: Bools) -> tuple[Counter, ...]:
    """High, Medium, Low and Total over the tasks of `mine`; the table's filters do not count."""
    tasks, day = portfolio.tasks, portfolio.day
    now = open_mask(tasks, day) & mine
    severity = tasks.ints("severity")
    before = state_on(tasks, portfolio.task_events, previous_working_day(day))
    was = before.is_open & mine
    found = []
    for level in (HIGH, MEDIUM, LOW):
        count = int(np.count_nonzero(now & (severity == level)))
        former = int(np.count_nonzero(was & (before.severity == level)))
        word = SEVERITIES[level]
        found.append(Counter(word.lower(), word, count, count - former))
    total, former = int(np.count_nonzero(now)), int(np.count_nonzero(was))
    return (*found, Counter("total", "Total", total, total - former))


def _events(portfolio: Portfolio, mine: Bools, kind: str, since: int) -> int:
    events = portfolio.task_events
    of_kind = np.array([one == kind for one in events["kind"]], np.bool_)
    recent = (events.ints("day") > since) & (events.ints("day") <= portfolio.day)
    return int(np.count_nonzero(of_kind & recent & mine[events.ints("task")]))


def filter_mask(portfolio: Portfolio, filters: Filters) -> Bools:
    """Tasks that all filters let through; words are compared without case."""
    tasks = portfolio.tasks
    mask = np.ones(tasks.length, np.bool_)
    if filters.priority:
        levels = {word.lower(): level for level, word in SEVERITIES.items()}
        word = _known("priority", filters.priority, tuple(levels))
        mask &= tasks.ints("severity") == levels[word]
    for name, wanted in (("category", filters.category), ("rule", filters.type)):
        if wanted:
            text = wanted.lower()
            mask &= np.array([str(one).lower() == text for one in tasks[name]], np.bool_)
    if filters.due:
        due = _known("due", filters.due, tuple(DUE))
        mask &= DUE[due](tasks.ints("due_on") - portfolio.day)
    return np.asarray(mask & _status_mask(portfolio, filters.status))


def _status_mask(portfolio: Portfolio, status: str) -> Bools:
    tasks = portfolio.tasks
    wanted = _known("status", status or ALL, (OPEN, ALL, *STATES))
    if wanted == ALL:
        return np.ones(tasks.length, np.bool_)
    if wanted == OPEN:
        return open_mask(tasks, portfolio.day)
    states = (status_of(tasks, row, portfolio.day) for row in range(tasks.length))
    return np.array([state == wanted for state in states], np.bool_)


def _known(name: str, value: str, words: tuple[str, ...]) -> str:
    if value.lower() not in words:
        raise BadInput(f"There is no {name} “{value}”.", f"Use one of: {', '.join(words)}.")
    return value.lower()
