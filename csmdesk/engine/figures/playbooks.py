"""Playbooks of the scope's customers: enrolments, status, pending steps (definitions.md section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import members
from csmdesk.engine.playbooks.states import (
    DUE,
    IN_PROGRESS,
    NEW,
    OVERDUE,
    STATES,
    active_mask,
    next_due,
    pending_mask,
    states,
)

TOP = 5


@dataclass(frozen=True, slots=True)
class PlaybookStatus:
    """Active enrolments of one playbook, each in exactly one of the four states."""

    playbook: str
    active: int
    new: int
    in_progress: int
    due: int
    overdue: int


def playbook_status(
    portfolio: Portfolio, scope: Scope, limit: int | None = TOP
) -> tuple[PlaybookStatus, ...]:
    """Playbooks with active enrolments, the most used first (then by name)."""
    table = portfolio.enrolments
    told = states(table, portfolio.steps, portfolio.day)
    counts: dict[str, dict[str, int]] = {}
    for row in np.flatnonzero(_mine(portfolio, scope) & active_mask(table)).tolist():
        of_name = counts.setdefault(table["playbook"][row], dict.fromkeys(STATES, 0))
        of_name[told[row]] += 1
    found = [
        PlaybookStatus(name, sum(one.values()), one[NEW], one[IN_PROGRESS], one[DUE], one[OVERDUE])
        for name, one in counts.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.active, one.playbook))[:limit])


def pending_steps(
    portfolio: Portfolio, scope: Scope, limit: int | None = None
) -> list[dict[str, Any]]:
    """Steps of active enrolments that wait, by due date: id ("enrolment:number", for the step
    edits), playbook, title, customer_id, customer, mrr (minor units of `currency`), adoption (the
    adoption pillar's score, null: none), due_on (ISO date), overdue."""
    table, steps = portfolio.enrolments, portfolio.steps
    mask = pending_mask(table, steps) & _mine(portfolio, scope)[steps.ints("enrolment")]
    rows = np.flatnonzero(mask)
    due = steps.ints("due_on")
    keys = (steps.ints("number")[rows], steps.ints("enrolment")[rows], due[rows])
    return [_step(portfolio, row) for row in rows[np.lexsort(keys)][:limit].tolist()]


def enrolment_rows(
    portfolio: Portfolio, scope: Scope, wanted: Sequence[str] = STATES
) -> list[dict[str, Any]]:
    """Enrolments in the wanted states (default: the active ones), by next due date: id, playbook,
    customer_id, customer, csm, state, enrolled_on, next_due_on, rule (null: by hand), enrolled_by
    (null: by a rule), steps, steps_handled, completed_on, left_on."""
    table = portfolio.enrolments
    told = states(table, portfolio.steps, portfolio.day)
    chosen = np.array([state in wanted for state in told], np.bool_)
    rows = np.flatnonzero(chosen & _mine(portfolio, scope))
    due = next_due(table, portfolio.steps)
    far = np.where(due == MISSING, np.iinfo(np.int64).max, due)
    rows = rows[np.lexsort((table.ints("enrolled_on")[rows], far[rows]))]
    return [_enrolment(portfolio, row, told[row], int(due[row])) for row in rows.tolist()]


def completed_between(portfolio: Portfolio, scope: Scope, first: int, last: int) -> int:
    """Playbooks completed from `first` to `last`."""
    on = portfolio.enrolments.ints("completed_on")
    return int(np.count_nonzero(_mine(portfolio, scope) & (on >= first) & (on <= last)))


def enrolled_customers(portfolio: Portfolio) -> Bools:
    """Customers with an active enrolment."""
    mask = np.zeros(portfolio.customers.length, np.bool_)
    customer: Ints = portfolio.enrolments.ints("customer")
    mask[customer[active_mask(portfolio.enrolments) & (customer >= 0)]] = True
    return mask


def _mine(portfolio: Portfolio, scope: Scope) -> Bools:
    """Enrolments of the scope's customers; a customer that is gone is in no scope."""
    customer = portfolio.enrolments.ints("customer")
    inside = members(portfolio, scope)
    if not len(inside):
        return np.zeros(len(customer), np.bool_)
    return np.asarray((customer >= 0) & inside[np.maximum(customer, 0)])


def _step(portfolio: Portfolio, row: int) -> dict[str, Any]:
    table, steps, customers = portfolio.enrolments, portfolio.steps, portfolio.customers
    enrolment, due = int(steps["enrolment"][row]), int(steps["due_on"][row])
    customer = int(table["customer"][enrolment])
    adoption = int(customers["pillar_adoption"][customer])
    return {
        "id": f"{table['id'][enrolment]}:{int(steps['number'][row])}",
        "playbook": table["playbook"][enrolment],
        "title": steps["title"][row],
        "customer_id": customers["id"][customer],
        "customer": customers["name"][customer],
        "mrr": int(customers["mrr"][customer]),
        "currency": portfolio.currency,
        "adoption": None if adoption < 0 else adoption / 10_000,
        "due_on": iso_day(due),
        "overdue": due < portfolio.day,
    }


def _enrolment(portfolio: Portfolio, row: int, state: str, due: int) -> dict[str, Any]:
    table, customers = portfolio.enrolments, portfolio.customers
    customer = int(table["customer"][row])
    mine = portfolio.steps.ints("enrolment") == row
    handled = mine & (portfolio.steps.ints("set_on") != MISSING)

    def day(value: int) -> str | None:
        return None if value == MISSING else iso_day(value)

    return {
        "id": table["id"][row],
        "playbook": table["playbook"][row],
        "customer_id": customers["id"][customer],
        "customer": customers["name"][customer],
        "csm": customers["csm"][customer],
        "state": state,
        "enrolled_on": day(int(table["enrolled_on"][row])),
        "next_due_on": day(due),
        "rule": table["rule"][row],
        "enrolled_by": table["who"][row],
        "steps": int(np.count_nonzero(mine)),
        "steps_handled": int(np.count_nonzero(handled)),
        "completed_on": day(int(table["completed_on"][row])),
        "left_on": day(int(table["left_on"][row])),
    }
