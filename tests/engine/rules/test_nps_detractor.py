"""Rule 7 by hand: means, falls, buyers, silence."""

from __future__ import annotations

import pytest

from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.domain.facts import Contact, NpsAnswer
from csmdesk.engine.rules.nps_detractor import RULE
from tests.engine.build import DAY
from tests.engine.rules.world import context, later, run, severities


def answers(*given: tuple[int, int], who: str | None = None) -> list[NpsAnswer]:
    """(days ago, score) each."""
    return [
        NpsAnswer(
            source="usage",
            source_id=f"n{who}{place}",
            account_id="c0",
            contact_key=who,
            score=score,
            answered_at=(DAY - ago) * SECONDS_A_DAY + place,
        )
        for place, (ago, score) in enumerate(given)
    ]


def buyer(role: str = "budget_holder") -> Contact:
    return Contact(
        source="crm", source_id="p1", account_id="c0", name="Ana", email="ana@c0.test", role=role
    )


@pytest.mark.parametrize(
    ("scores", "severity"),
    [
        ((7, 6), None),  # 6.5 is between the rungs
        ((6,), 1),
        ((5,), 1),
        ((5, 4), 2),
        ((3,), 2),
        ((3, 2), 3),
        ((10, 7), None),
    ],
)
def test_rungs(scores: tuple[int, ...], severity: int | None) -> None:
    given = answers(*((9, score) for score in scores))
    found = severities(run(RULE, context([{}], given=given)))
    assert found == ({} if severity is None else {("c0", "customer"): severity})


def test_text() -> None:
    task = run(RULE, context([{}], given=answers((1, 4), (2, 5), (3, 4)))).tasks[0]
    assert task.text == "NPS detractor: average 4.3 (3 answers)."


@pytest.mark.parametrize(("now", "before", "hit"), [(7, 10, True), (8, 10, False)])
def test_a_fall_of_three_is_medium(now: int, before: int, hit: bool) -> None:
    found = severities(run(RULE, context([{}], given=answers((89, now), (90, before)))))
    assert found == ({("c0", "customer"): 2} if hit else {})


@pytest.mark.parametrize(
    ("role", "score", "hit"),
    [("budget_holder", 6, True), ("admin", 6, True), ("end_user", 6, False), ("admin", 7, False)],
)
def test_a_doubting_buyer_is_high(role: str, score: int, hit: bool) -> None:
    given = [buyer(role), *answers((5, score), who="ANA@c0.test"), *answers((5, 9), (5, 9))]
    found = severities(run(RULE, context([{}], given=given)))
    assert found == ({("c0", "customer"): 3} if hit else {})


def test_the_buyers_newest_answer_counts() -> None:
    given = [buyer(), *answers((9, 2), (5, 8), who="ana@c0.test"), *answers((5, 9), (5, 9))]
    assert not run(RULE, context([{}], given=given)).tasks


def test_clears_with_a_mean_of_seven_and_waits_below() -> None:
    ctx = context([{}], given=answers((9, 2)))
    found = run(RULE, ctx)
    for score, active in ((6, True), (10, True), (20, False)):
        more = context([{}], given=answers((9, 2), (0, score), (0, 7))).facts
        assert run(RULE, later(ctx, found, facts=more)).tasks[0].active is active


def test_no_answer_for_half_a_year_clears() -> None:
    ctx = context([{}], given=answers((0, 2)))
    found = run(RULE, ctx)
    waits = run(RULE, later(ctx, found, days=179))
    assert [(task.active, task.severity) for task in waits.tasks] == [(True, 1)]
    assert [task.active for task in run(RULE, later(ctx, found, days=180)).tasks] == [False]


def test_answers_after_the_day_do_not_exist() -> None:
    assert not run(RULE, context([{}], given=answers((-1, 0)))).tasks


def test_imported_answers_stand_in_for_a_connected_source() -> None:
    found = run(RULE, context([{}], given=answers((1, 1)), connected=("crm",)))
    assert found.states[0].checked
    assert severities(found) == {("c0", "customer"): 3}
    assert run(RULE, context([{}], connected=("crm",))).states[0].reason == "not checked: no source"
