"""Rule 1 by hand: rungs, texts, passed dates, cancellation, clearing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from csmdesk.domain.facts import Subscription
from csmdesk.engine.rules.renewal_due import RULE
from tests.engine.build import DAY
from tests.engine.rules.world import context, later, measures, run, severities


def one(days: int, term: int = 365, **more: Any) -> dict[str, Any]:
    return {
        "renewal_on": DAY + days,
        "term_days": term,
        "renewal_subscription": "s1",
        "acv": 2_004_000,
        **more,
    }


@pytest.mark.parametrize(
    ("days", "term", "severity"),
    [
        (182, 365, None),  # n must be below 180
        (179, 365, 1),
        (179, 300, None),  # more than half the term
        (150, 300, 1),
        (90, 365, 1),
        (89, 365, 2),
        (89, 100, 2),  # the half-term clause is Low's alone
        (30, 365, 2),
        (29, 365, 3),
        (0, 365, 3),
        (-1, 365, 3),  # passed while still counted
    ],
)
def test_rungs(days: int, term: int, severity: int | None) -> None:
    found = severities(run(RULE, context([one(days, term)])))
    assert found == ({} if severity is None else {("c0", "s1"): severity})


def test_text_and_evidence() -> None:
    task = run(RULE, context([one(21)], chi=[28])).tasks[0]
    assert task.text == "Renews 11 Dec 2026 in 21 days, $20,040. Health 28."
    assert '"days":21' in task.evidence
    assert '"low_days":180' in task.evidence
    assert task.due_on == DAY + 3  # Friday: the next working day is Monday


def test_the_day_itself() -> None:
    task = run(RULE, context([one(0)], chi=[28])).tasks[0]
    assert task.text == "Renews 20 Nov 2026 (today), $20,040. Health 28."


def test_passed_date_says_so() -> None:
    assert (
        run(RULE, context([one(-3)]))
        .tasks[0]
        .text.startswith("Renewal date 17 Nov 2026 passed 3 days ago")
    )


def test_a_date_without_a_customer_that_pays_is_silent() -> None:
    assert not run(RULE, context([one(5, active=False)])).tasks
    assert not run(RULE, context([{}])).tasks  # no date at all


def subscription(**more: Any) -> Subscription:
    return Subscription(
        source="billing",
        source_id="s1",
        account_id="c0",
        status="active",
        currency="USD",
        started_on=DAY - 400,
        **more,
    )


def test_set_to_cancel_is_high_for_any_term() -> None:
    leaving = subscription(cancel_at=DAY + 200, cancelled_on=DAY - 1)
    found = run(RULE, context([{"set_to_cancel": True}], given=[leaving]))
    assert severities(found) == {("c0", "s1"): 3}
    assert "Set to cancel: ends 8 Jun 2027 in 200 days" in found.tasks[0].text


def test_a_cancellation_is_told_before_the_renewal_of_the_same_subscription() -> None:
    leaving = subscription(cancel_at=DAY + 5, cancelled_on=DAY - 1)
    found = run(RULE, context([one(5, set_to_cancel=True)], given=[leaving]))
    assert [task.text for task in found.tasks] == [
        "Set to cancel: ends 25 Nov 2026 in 5 days, $20,040. Health 50."
    ]


def test_cancellation_decided_later_is_not_known_yet() -> None:
    leaving = subscription(cancel_at=DAY + 200, cancelled_on=DAY + 1)
    assert not run(RULE, context([{"set_to_cancel": True}], given=[leaving])).tasks


def test_withdrawn_cancellation_clears() -> None:
    leaving = subscription(cancel_at=DAY + 200, cancelled_on=DAY - 1)
    ctx = context([{"set_to_cancel": True}], given=[leaving])
    found = run(RULE, ctx)
    withdrawn = context([{}], given=[subscription()])
    cleared = run(RULE, later(ctx, found, measures=measures([{}]), facts=withdrawn.facts))
    assert not cleared.tasks[0].active


def test_clears_only_when_the_date_moves_far() -> None:
    ctx = context([one(20)])
    found = run(RULE, ctx)
    near = later(ctx, found, measures=measures([one(20 + 30, term=60)]))
    assert severities(run(RULE, near)) == {("c0", "s1"): 2}
    waits = later(ctx, found, measures=measures([one(50 + 150, term=365)]))
    assert not run(RULE, waits).tasks[0].active  # moved 180 days on, no rung: cleared
    first = context([one(170)])
    opened = run(RULE, first)
    small = later(first, opened, measures=measures([one(185)]))
    kept = run(RULE, small)
    assert kept.tasks[0].active  # moved by 15 days only: no rung, but not cleared either
    assert kept.tasks[0].severity == 1


def test_small_moves_add_up_from_the_date_that_the_episode_opened_with() -> None:
    first = context([one(150)])
    opened = run(RULE, first)
    second = later(first, opened, measures=measures([one(170)]))
    moved = run(RULE, second)
    assert severities(moved) == {("c0", "s1"): 1}  # 20 days on: a rung holds still
    third = later(second, moved, measures=measures([one(150 + 32)]))
    assert not run(RULE, third).tasks[0].active  # 32 days in all, no rung


def test_a_new_episode_is_measured_from_its_own_date() -> None:
    first = context([one(150)])
    opened = run(RULE, first)
    second = later(first, opened, measures=measures([one(165)]))
    task = run(RULE, second).tasks[0]
    done = replace(second.previous, finished={task.task_id: (1, 1, DAY - 20)})
    again = run(RULE, replace(second, previous=done))
    assert again.tasks[0].episode == 2
    for days, active in ((25, True), (31, False)):
        third = later(second, again, measures=measures([one(165 + days)]))
        assert run(RULE, third).tasks[0].active is active


def test_ended_contract_clears() -> None:
    ctx = context([one(20)])
    found = run(RULE, ctx)
    ended = run(RULE, later(ctx, found, measures=measures([{"active": False}])))
    assert not ended.tasks[0].active
