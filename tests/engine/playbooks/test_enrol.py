"""Which tasks put their customer into a playbook, and when they do so again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from csmdesk.domain.findings import HIGH, LOW, MEDIUM, Enrolled, Enrolment, Task
from csmdesk.domain.settings import EnrolOn, Playbook, PlaybookStep, Settings
from csmdesk.engine.playbooks.enrol import enrol
from tests.engine.build import DAY
from tests.engine.rules.world import context, previous
from tests.store.samples import task

STEPS = (PlaybookStep(title="Call"), PlaybookStep(title="Visit “us”", day=14))
RESCUE = Playbook(name="Rescue", steps=STEPS, enrol_on=EnrolOn(rule="no_login", severity="Medium"))
BY_HAND = Playbook(name="Onboarding", steps=STEPS)


def one(severity: int = HIGH, **more: Any) -> Task:
    given = {"rule": "no_login", "severity": severity, **more}
    return task(given.pop("task_id", "t1"), given.pop("customer_id", "c1"), DAY - 5, **given)


def made(*tasks: Task, playbooks: tuple[Playbook, ...] = (RESCUE, BY_HAND), **work: Any) -> Any:
    earlier = previous(tasks, **work)
    return enrol(context([], settings=Settings(playbooks=playbooks), earlier=earlier), ())


def ended(on: int | None, *, began: int = DAY - 30, key: str = "e1", **more: Any) -> Enrolled:
    return replace(Enrolled(key, "c1", "Rescue", began, on), **more)


def test_an_enrolment_keeps_its_steps_and_its_cause() -> None:
    (found,) = made(one())
    assert found == Enrolment(
        enrolment_id=found.enrolment_id,
        customer_id="c1",
        playbook="Rescue",
        rule="no_login",
        task_id="t1",
        enrolled_on=DAY,
        steps='[["Call", 0], ["Visit “us”", 14]]',
    )
    assert len(found.enrolment_id) == 16


@pytest.mark.parametrize(
    ("cause", "count"),
    [
        (one(LOW), 0),
        (one(MEDIUM), 1),
        (one(HIGH), 1),
        (one(active=False), 0),
        (one(rule="capacity"), 0),
        (one(state="stale"), 0),
    ],
)
def test_a_task_of_the_rule_at_the_severity_enrols(cause: Task, count: int) -> None:
    assert len(made(cause)) == count


def test_a_task_of_today_counts_as_it_is_today() -> None:
    ctx = context([], settings=Settings(playbooks=(RESCUE,)), earlier=previous([one(LOW)]))
    assert len(enrol(ctx, (one(HIGH),))) == 1
    resolved = replace(ctx, previous=previous([one(HIGH)]))
    assert enrol(resolved, (one(HIGH, active=False),)) == ()


def test_several_causes_enrol_once_by_the_oldest_episode() -> None:
    young, old = one(task_id="a"), one(task_id="b", opened_on=DAY - 9)
    (found,) = made(young, old)
    assert found.task_id == "b"
    other = one(task_id="c", customer_id="c2")
    assert [e.customer_id for e in sorted(made(young, other), key=lambda e: e.task_id)] == [
        "c1",
        "c2",
    ]


@pytest.mark.parametrize(
    ("earlier", "count"),
    [
        (ended(None), 0),  # it is in it
        (ended(None, playbook="Onboarding"), 1),  # in another one
        (ended(None, customer_id="c2"), 1),  # another customer
        (ended(DAY - 6), 1),  # ended before the episode opened
        (ended(DAY - 5), 0),  # on the day it opened
        (ended(DAY - 1), 0),  # the same episode went on
    ],
)
def test_once_at_a_time_and_once_an_episode(earlier: Enrolled, count: int) -> None:
    assert len(made(one(), enrolled=(earlier,))) == count


def test_the_enrolment_of_the_same_day_is_made_again_though_somebody_touched_it() -> None:
    (first,) = made(one())
    touched = ended(DAY, began=DAY, key=first.enrolment_id)
    assert made(one(), enrolled=(touched,)) == (first,)
    assert made(one(), enrolled=(replace(touched, enrolled_on=DAY - 1),)) == ()


@pytest.mark.parametrize(
    ("work", "count"),
    [
        ({"finished": {"t1": (1, HIGH, DAY - 1)}}, 0),
        ({"finished": {"t1": (1, HIGH, DAY)}}, 1),  # the morning's run made it
        ({"finished": {"t1": (0, HIGH, DAY - 1)}}, 1),  # an earlier episode
        ({"verdicts": {"t1": "false_alarm"}}, 0),
        ({"verdicts": {"t1": "accepted"}}, 0),
        ({"verdicts": {"t1": "helped"}}, 1),
        ({"live_from": DAY + 1}, 0),  # a day of the back-fill, which nobody saw
        ({"live_from": DAY}, 1),
    ],
)
def test_what_people_said_counts(work: dict[str, Any], count: int) -> None:
    assert len(made(one(), **work)) == count
