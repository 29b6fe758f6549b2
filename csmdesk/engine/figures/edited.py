"""A portfolio as it looks the moment a person has edited it, before the store has confirmed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.edits import Edit
from csmdesk.domain.portfolio import Portfolio
from csmdesk.engine.figures.counted import with_counts

STATES = {
    "start": "started",
    "progress": "in progress",
    "finish": "finished",
    "reopen": "not started",
}
Rows = Ints


def with_edit(portfolio: Portfolio, edit: Edit) -> Portfolio:
    """The portfolio with the edit in it; the same one where the edit shows on no page."""
    change = _TASK_EDITS.get(edit.verb)
    if change is not None:
        return _with_tasks(portfolio, edit, change)
    if edit.verb in ("tag_add", "tag_remove"):
        return _with_tags(portfolio, edit)
    if edit.verb == "crm":
        return _with_crm_fields(portfolio, edit)
    return portfolio


def _rows(ids: list[str], targets: tuple[str, ...]) -> Rows:
    wanted = set(targets)
    return np.array([row for row, one in enumerate(ids) if one in wanted], dtype=np.int64)


def _texts(column: list[str | None], rows: Rows, value: str | None) -> list[str | None]:
    changed = list(column)
    for row in rows.tolist():
        changed[row] = value
    return changed


def _numbers(column: Ints, rows: Rows, value: object) -> Ints:
    assert value is None or isinstance(value, int)
    changed = column.copy()
    changed[rows] = MISSING if value is None else value
    return changed


def _state(tasks: Columns, rows: Rows, edit: Edit, day: int) -> dict[str, Any]:
    finished = day if edit.verb == "finish" else None
    return {
        "shown_state": _texts(tasks["shown_state"], rows, STATES[edit.verb]),
        "finished_on": _numbers(tasks["finished_on"], rows, finished),
    }


def _snooze(tasks: Columns, rows: Rows, edit: Edit, _day: int) -> dict[str, Any]:
    return {"snooze_until": _numbers(tasks["snooze_until"], rows, edit.args["until"])}


def _comment(tasks: Columns, rows: Rows, edit: Edit, _day: int) -> dict[str, Any]:
    text = edit.args["text"]
    return {"comment": _texts(tasks["comment"], rows, str(text) if text else None)}


def _assign(tasks: Columns, rows: Rows, edit: Edit, _day: int) -> dict[str, Any]:
    who = edit.args["assignee"]
    return {"assignee": _texts(tasks["assignee"], rows, None if who is None else str(who))}


def _due(tasks: Columns, rows: Rows, edit: Edit, _day: int) -> dict[str, Any]:
    return {"due_on": _numbers(tasks["due_on"], rows, edit.args["due_on"])}


_TASK_EDITS: dict[str, Callable[[Columns, Rows, Edit, int], dict[str, Any]]] = {
    **dict.fromkeys(STATES, _state),
    "snooze": _snooze,
    "comment": _comment,
    "assign": _assign,
    "due": _due,
}


def _with_tasks(
    portfolio: Portfolio, edit: Edit, change: Callable[[Columns, Rows, Edit, int], dict[str, Any]]
) -> Portfolio:
    tasks = portfolio.tasks
    rows = _rows(tasks["id"], edit.targets)
    changed = Columns({**tasks.data, **change(tasks, rows, edit, portfolio.day)}, tasks.length)
    counted = with_counts(portfolio.customers, changed, portfolio.alerts, portfolio.day)
    return replace(portfolio, tasks=changed, customers=counted)


def _with_tags(portfolio: Portfolio, edit: Edit) -> Portfolio:
    customers = portfolio.customers
    given = edit.args["tags"]
    assert isinstance(given, list | tuple)
    tags = list(customers["tags"])
    for row in _rows(customers["id"], edit.targets).tolist():
        others = tuple(one for one in tags[row] if one not in given)
        tags[row] = (*others, *given) if edit.verb == "tag_add" else others
    changed = Columns({**customers.data, "tags": tags}, customers.length)
    return replace(portfolio, customers=changed)


def _with_crm_fields(portfolio: Portfolio, edit: Edit) -> Portfolio:
    customers = portfolio.customers
    rows = _rows(customers["id"], edit.targets)
    data = dict(customers.data)
    shown = {"owner_id": ("csm", "owner"), "tier": ("tier", "tier"), "stage": ("stage", "stage")}
    for name, (column, arg) in shown.items():
        if name in edit.args:
            value = edit.args.get(arg)
            data[column] = _texts(customers[column], rows, None if value is None else str(value))
    if "renewal_on" in edit.args:
        renewal = _numbers(customers.ints("renewal_on"), rows, edit.args["renewal_on"])
        data["renewal_on"] = renewal
    unsent = list(customers["unsent"])
    fields = tuple(one for one in (*shown, "renewal_on") if one in edit.args)
    for row in rows.tolist():
        unsent[row] = tuple(dict.fromkeys((*unsent[row], *fields)))
    return replace(portfolio, customers=Columns({**data, "unsent": unsent}, customers.length))
