"""Where enrolments stand: New, In progress, Due in 7 days, Overdue (definitions.md section 8)."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING

NEW, IN_PROGRESS, DUE, OVERDUE = "new", "in progress", "due in 7 days", "overdue"
LEFT, COMPLETED = "left", "completed"
STATES = (NEW, IN_PROGRESS, DUE, OVERDUE)
"""The exclusive states of an active enrolment."""
PENDING = "pending"
DUE_DAYS = 7
_NEVER = 1 << 40


def active_mask(enrolments: Columns) -> Bools:
    """Enrolments that were neither left nor completed."""
    left, completed = enrolments.ints("left_on"), enrolments.ints("completed_on")
    return np.asarray((left == MISSING) & (completed == MISSING))


def pending_mask(enrolments: Columns, steps: Columns) -> Bools:
    """Steps of active enrolments that wait to be done."""
    waiting = np.array([state == PENDING for state in steps["state"]], np.bool_)
    return np.asarray(waiting & active_mask(enrolments)[steps.ints("enrolment")])


def next_due(enrolments: Columns, steps: Columns) -> Ints:
    """Day on which the earliest pending step of each active enrolment is due, MISSING without one."""
    due = np.full(enrolments.length, _NEVER, np.int64)
    mask = pending_mask(enrolments, steps)
    np.minimum.at(due, steps.ints("enrolment")[mask], steps.ints("due_on")[mask])
    return np.where(due == _NEVER, MISSING, due)


def states(enrolments: Columns, steps: Columns, day: int) -> list[str]:
    """State of each enrolment on `day`.

    Overdue: a pending step was due before it; due in 7 days: one is due on it or in the six days
    after; in progress: neither, and a step is done or skipped; new: nothing of all this.
    """
    ahead = next_due(enrolments, steps) - day
    begun = np.zeros(enrolments.length, np.bool_)
    handled = np.array([state != PENDING for state in steps["state"]], np.bool_)
    begun[steps.ints("enrolment")[handled]] = True
    found = []
    for row in range(enrolments.length):
        if enrolments["completed_on"][row] != MISSING:
            found.append(COMPLETED)
        elif enrolments["left_on"][row] != MISSING:
            found.append(LEFT)
        elif ahead[row] < 0:
            found.append(OVERDUE)
        elif ahead[row] < DUE_DAYS:
            found.append(DUE)
        else:
            found.append(IN_PROGRESS if begun[row] else NEW)
    return found
