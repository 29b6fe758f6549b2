"""Each active enrolment is in one of four states; steps and counts by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.portfolio import NO_ENROLMENTS, NO_STEPS, Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.playbooks import (
    PlaybookStatus,
    completed_between,
    enrolled_customers,
    enrolment_rows,
    pending_steps,
    playbook_status,
)
from csmdesk.engine.playbooks.states import STATES, active_mask, states
from tests.engine.build import DAY
from tests.engine.figures.made import columns, portfolio_of

Steps = list[tuple[int, str]]
"""(due in so many days, state)"""


def tables(
    enrolments: list[tuple[str, int, Steps]], *, left: dict[int, int] | None = None
) -> tuple[Columns, Columns]:
    """`enrolments`: playbook, customer, steps."""
    done = [
        max((DAY - 1 for _ in steps), default=DAY)
        if all(s != "pending" for _, s in steps)
        else MISSING
        for _, _, steps in enrolments
    ]
    told = [
        (at, n, *step)
        for at, (_, _, steps) in enumerate(enrolments)
        for n, step in enumerate(steps)
    ]
    return (
        columns(
            id=[f"e{at}" for at in range(len(enrolments))],
            customer=[customer for _, customer, _ in enrolments],
            playbook=[name for name, _, _ in enrolments],
            rule=[None if at % 2 else "no_login" for at in range(len(enrolments))],
            who=["me" if at % 2 else None for at in range(len(enrolments))],
            enrolled_on=[DAY - 10] * len(enrolments),
            left_on=[(left or {}).get(at, MISSING) for at in range(len(enrolments))],
            completed_on=done,
        ),
        columns(
            enrolment=[at for at, *_ in told],
            number=[number for _, number, *_ in told],
            title=[f"Step {number}" for _, number, *_ in told],
            due_on=[DAY + ahead for _, _, ahead, _ in told],
            state=[state for *_, state in told],
            set_on=[MISSING if state == "pending" else DAY - 1 for *_, state in told],
        ),
    )


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([(7, "pending")], "new"),
        ([(6, "pending")], "due in 7 days"),
        ([(0, "pending")], "due in 7 days"),
        ([(-1, "pending")], "overdue"),
        ([(-1, "pending"), (3, "pending")], "overdue"),
        ([(-9, "done"), (7, "pending")], "in progress"),
        ([(-9, "skipped"), (7, "pending")], "in progress"),
        ([(-9, "done"), (6, "pending")], "due in 7 days"),
        ([(9, "done"), (-1, "pending")], "overdue"),
        ([(-1, "done"), (3, "skipped")], "completed"),
    ],
)
def test_state(steps: Steps, state: str) -> None:
    assert states(*tables([("P", 0, steps)]), DAY) == [state]


def test_left() -> None:
    assert states(*tables([("P", 0, [(-1, "pending")])], left={0: DAY}), DAY) == ["left"]


STEP = st.tuples(st.integers(-20, 20), st.sampled_from(["pending", "done", "skipped"]))


@examples(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("PQ"), st.just(0), st.lists(STEP, min_size=1, max_size=4)),
        min_size=1,
    ),
    st.dictionaries(st.integers(0, 5), st.just(DAY - 1)),
)
def test_every_active_enrolment_is_in_exactly_one_state(
    enrolments: list[tuple[str, int, Steps]], left: dict[int, int]
) -> None:
    found, steps = tables(enrolments, left=left)
    told = states(found, steps, DAY)
    assert [state in STATES for state in told] == active_mask(found).tolist()
    portfolio = made(found, steps)
    status = playbook_status(portfolio, Scope(DAY))
    assert sum(one.active for one in status) == np.count_nonzero(active_mask(found))
    for one in status:
        assert one.active == one.new + one.in_progress + one.due + one.overdue
    assert len(enrolment_rows(portfolio, Scope(DAY))) == np.count_nonzero(active_mask(found))
    waiting = pending_steps(portfolio, Scope(DAY))
    assert [row["due_on"] for row in waiting] == sorted(row["due_on"] for row in waiting)


def made(enrolments: Columns, steps: Columns) -> Portfolio:
    customers = columns(
        id=["a", "b"],
        name=["Alder", "Birch"],
        csm=["Mara", "Tom"],
        mrr=[100, 70],
        pillar_adoption=[725_000, -1],
    )
    return portfolio_of(DAY, customers, enrolments=enrolments, steps=steps)


def sample() -> Portfolio:
    return made(
        *tables(
            [
                ("Rescue", 0, [(-3, "done"), (-1, "pending"), (9, "pending")]),
                ("Rescue", 1, [(20, "pending")]),
                ("Start", 1, [(2, "pending")]),
                ("Start", 0, [(-4, "done")]),
                ("Start", MISSING, [(2, "pending")]),
            ]
        )
    )


def test_status_and_steps() -> None:
    portfolio = sample()
    assert playbook_status(portfolio, Scope(DAY)) == (
        PlaybookStatus("Rescue", 2, 1, 0, 0, 1),
        PlaybookStatus("Start", 1, 0, 0, 1, 0),
    )
    assert [one.playbook for one in playbook_status(portfolio, Scope(DAY), 1)] == ["Rescue"]
    assert playbook_status(portfolio, Scope(DAY, csm="Mara"))[0].active == 1
    found = pending_steps(portfolio, Scope(DAY))
    assert [row["id"] for row in found] == ["e0:1", "e2:0", "e0:2", "e1:0"]
    assert found[0] == {
        "id": "e0:1",
        "playbook": "Rescue",
        "title": "Step 1",
        "customer_id": "a",
        "customer": "Alder",
        "mrr": 100,
        "currency": "USD",
        "adoption": 72.5,
        "due_on": iso_day(DAY - 1),
        "overdue": True,
    }
    assert found[1]["adoption"] is None
    assert len(pending_steps(portfolio, Scope(DAY), 2)) == 2


def test_enrolments_and_completions() -> None:
    portfolio = sample()
    rows = enrolment_rows(portfolio, Scope(DAY))
    assert [row["id"] for row in rows] == ["e0", "e2", "e1"]
    assert rows[0] == {
        "id": "e0",
        "playbook": "Rescue",
        "customer_id": "a",
        "customer": "Alder",
        "csm": "Mara",
        "state": "overdue",
        "enrolled_on": iso_day(DAY - 10),
        "next_due_on": iso_day(DAY - 1),
        "rule": "no_login",
        "enrolled_by": None,
        "steps": 3,
        "steps_handled": 1,
        "completed_on": None,
        "left_on": None,
    }
    assert [row["id"] for row in enrolment_rows(portfolio, Scope(DAY), ["completed"])] == ["e3"]
    assert completed_between(portfolio, Scope(DAY), DAY - 1, DAY) == 1
    assert completed_between(portfolio, Scope(DAY), DAY, DAY) == 0
    assert completed_between(portfolio, Scope(DAY, csm="Tom"), DAY - 9, DAY) == 0
    assert enrolled_customers(portfolio).tolist() == [True, True]


def test_nothing_at_all() -> None:
    portfolio = made(NO_ENROLMENTS, NO_STEPS)
    scope: Any = Scope(DAY)
    assert playbook_status(portfolio, scope) == ()
    assert pending_steps(portfolio, scope) == []
    assert enrolment_rows(portfolio, scope) == []
    assert completed_between(portfolio, scope, 0, DAY) == 0
