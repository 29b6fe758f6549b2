"""The life of a task, with a rule that hits what the test tells it to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from csmdesk.domain.days import iso_day, parse_day
from csmdesk.domain.finding_id import finding_id
from csmdesk.domain.findings import HIGH, LOW, MEDIUM, Task, TaskEvent
from csmdesk.engine.rules.evaluate import RuleFindings
from csmdesk.engine.rules.lifecycle import default_due
from csmdesk.engine.rules.rule import CLEAR, ENDED, HOLDS, NONE, UNKNOWN, Context, Hit, Rule
from tests.engine.build import DAY, account
from tests.engine.rules.world import context, later, measures, previous, run


def rule(*hits: Hit, usage_rule: bool = False, clear_days: int = 1, **more: Any) -> Rule:
    return Rule(
        id="toy",
        number=1,
        category="Commercial",
        title="Toy",
        sources=("crm",),
        check=lambda ctx, limits: list(hits),
        limits={"clear_days": clear_days},
        usage_rule=usage_rule,
        **more,
    )


def hit(severity: int = LOW, **more: Any) -> Hit:
    return Hit(**{"customer": 0, "subject": "s", "severity": severity, "text": "t", **more})


def kinds(found: RuleFindings) -> list[str]:
    return [event.kind for event in found.events]


def days(ctx: Context, *rules: Rule) -> list[RuleFindings]:
    """The rule of each day, one day after the other."""
    results = []
    for one in rules:
        found = run(one, ctx)
        results.append(found)
        ctx = later(ctx, found)
    return results


def test_identity_is_stable_and_without_severity() -> None:
    low, high = run(rule(hit(LOW)), context([{}])), run(rule(hit(HIGH)), context([{}]))
    assert low.tasks[0].task_id == high.tasks[0].task_id == finding_id("toy", "0" * 16, "s")
    assert len(low.tasks[0].task_id) == 16
    assert finding_id("ab", "c", "d") != finding_id("a", "bc", "d")


def test_due_dates() -> None:
    friday = parse_day("2026-11-20")
    assert iso_day(default_due(HIGH, friday)) == "2026-11-23"
    assert iso_day(default_due(MEDIUM, friday)) == "2026-11-25"
    assert iso_day(default_due(LOW, friday)) == "2026-11-27"


def test_opens_rises_falls_and_resolves() -> None:
    told = days(
        context([{}]), rule(hit(MEDIUM)), rule(hit(HIGH)), rule(hit(LOW)), rule(), rule(hit(HIGH))
    )
    assert [kinds(one) for one in told] == [
        ["opened"],
        ["severity"],
        ["severity"],
        ["resolved"],
        ["opened"],
    ]
    task = told[4].tasks[0]
    assert (task.episode, task.first_seen, task.opened_on) == (2, DAY, DAY + 4)
    assert told[1].tasks[0].due_on == default_due(HIGH, DAY + 1)  # a rise brings the date forward
    assert told[2].tasks[0].due_on == told[1].tasks[0].due_on  # a fall does not move it


def test_a_quiet_day_returns_what_was_checked_and_no_event() -> None:
    first, second = days(context([{}]), rule(hit()), rule(hit()))
    assert kinds(second) == []
    assert structs.replace(second.tasks[0], last_seen=DAY, checked_on=DAY) == first.tasks[0]


def test_first_day_of_a_debounced_condition_opens_nothing_but_holds() -> None:
    shy = rule(hit(fires=False))
    assert not run(shy, context([{}])).tasks
    assert days(context([{}]), rule(hit()), shy)[1].tasks[0].active


def test_streaks() -> None:
    clear, holds = rule(hit(NONE, clear=CLEAR), clear_days=3), rule(hit(NONE, clear=HOLDS))
    unknown = rule(hit(NONE, clear=UNKNOWN), clear_days=3)
    told = days(context([{}]), rule(hit()), clear, clear, unknown, clear)
    assert [one.tasks[0].streak for one in told] == [0, 1, 2, 2, 0]
    assert not told[4].tasks[0].active
    told = days(context([{}]), rule(hit()), clear, clear, holds, clear, clear)
    assert told[5].tasks[0].active
    ended = days(context([{}]), rule(hit()), rule(hit(NONE, clear=ENDED), clear_days=9))
    assert not ended[1].tasks[0].active


def test_stale_sources_neither_clear_nor_lower_but_may_raise() -> None:
    ctx = context([{}])
    found = run(rule(hit(MEDIUM)), ctx)
    stale = replace(later(ctx, found), facts=ctx.facts)  # last read on the day before
    for one, severity in ((rule(), MEDIUM), (rule(hit(LOW)), MEDIUM), (rule(hit(HIGH)), HIGH)):
        task = run(one, stale).tasks[0]
        assert (task.active, task.state, task.checked_on) == (True, "stale", DAY)
        assert task.severity == severity
    state = run(rule(), stale).states[0]
    assert not state.checked
    assert state.reason == "not re-checked since 20 Nov 2026: CRM was not read since"
    resting = run(rule(hit(HIGH), usage_rule=True), stale).tasks[0]
    assert (resting.severity, resting.state) == (MEDIUM, "stale")


def test_disconnected_source_keeps_the_task() -> None:
    ctx = context([{}])
    found = run(rule(hit()), ctx)
    gone = later(ctx, found, facts=context([{}], connected=("billing",)).facts)
    result = run(rule(), gone)
    assert result.states[0].reason == "not checked: no source"
    assert [(task.active, task.state) for task in result.tasks] == [(True, "stale")]


def test_left_out_customers() -> None:
    for row, customer in (
        ({"status": "Churned"}, "c0"),
        ({"status": "Paused"}, "c0"),
        ({"exists": False}, "c0"),
        ({}, account("c0", flag="internal")),
        ({}, account("c0", flag="Demo")),
    ):
        assert not run(rule(hit()), context([row], customers=[customer])).tasks
    ctx = context([{}])
    left = later(ctx, run(rule(hit()), ctx), measures=measures([{"status": "Churned"}]))
    assert [task.active for task in run(rule(hit()), left).tasks] == [False]
    assert run(rule(hit(), churned_too=True), left).tasks[0].active


def finished(ctx: Context, found: RuleFindings, severity: int, after: int, **work: Any) -> Context:
    """The task was finished at this severity on the day it opened; `after` days on."""
    task = found.tasks[0]
    ctx = later(ctx, found, after)
    done = {task.task_id: (task.episode, severity, DAY)}
    return replace(ctx, previous=replace(ctx.previous, finished=done, **work))


def test_finished_while_true_comes_back_after_the_delay() -> None:
    ctx = context([{}])
    found = run(rule(hit(MEDIUM)), ctx)
    early = run(rule(hit(MEDIUM)), finished(ctx, found, MEDIUM, 13))
    assert (early.tasks[0].episode, kinds(early)) == (1, [])
    late = run(rule(hit(MEDIUM)), finished(ctx, found, MEDIUM, 14))
    assert (late.tasks[0].episode, kinds(late)) == (2, ["opened"])
    risen = run(rule(hit(HIGH)), finished(ctx, found, MEDIUM, 14))
    assert (risen.tasks[0].episode, kinds(risen)) == (1, ["severity"])  # shown again as it is


def test_a_false_alarm_stays_away_until_the_condition_ended() -> None:
    ctx = context([{}])
    found = run(rule(hit(MEDIUM)), ctx)
    verdict = {found.tasks[0].task_id: "false_alarm"}
    told = finished(ctx, found, MEDIUM, 40, verdicts=verdict)
    assert run(rule(hit(MEDIUM)), told).tasks[0].episode == 1
    ended = run(rule(), told)
    again = run(rule(hit(MEDIUM)), later(told, ended))
    assert again.tasks[0].episode == 2


def test_a_customer_that_vanished_keeps_its_task() -> None:
    ctx = context([{}, {}])
    found = run(rule(hit(customer=1)), ctx)
    gone = later(ctx, found, facts=context([{}]).facts, measures=measures([{}]))
    kept = run(rule(), replace(gone, before=gone.measures))
    assert [(task.active, task.state) for task in kept.tasks] == [(True, "stale")]


@dataclass(frozen=True)
class Plan:
    """One day: hits by (customer, subject), whether the source is fresh, what a person finishes."""

    hits: Mapping[tuple[int, str], tuple[int, bool, str]]
    fresh: bool
    finish: Sequence[int] = field(default_factory=tuple)
    verdict: str = ""


plans = st.builds(
    Plan,
    hits=st.dictionaries(
        st.tuples(st.integers(0, 2), st.sampled_from("ab")),
        st.tuples(
            st.integers(0, 3), st.booleans(), st.sampled_from((CLEAR, ENDED, HOLDS, UNKNOWN))
        ),
    ),
    fresh=st.booleans(),
    finish=st.lists(st.integers(0, 5), max_size=2),
    verdict=st.sampled_from(("", "false_alarm", "accepted", "helped")),
)


def rule_of(plan: Plan) -> Rule:
    hits = [
        Hit(customer, subject, severity, f"{severity}", {"values": severity}, fires, clear)
        for (customer, subject), (severity, fires, clear) in plan.hits.items()
    ]
    return rule(*hits, clear_days=2)


Retold = tuple[bool, int, int, int, bool]


def retold(events: list[TaskEvent]) -> dict[str, Retold]:
    """(active, severity, episode, due date, stale) of each task as its events tell."""
    told: dict[str, Retold] = {}
    turns = {"opened": False, "checked": False, "resolved": False, "unchecked": True}
    for event in events:
        stale = turns.get(event.kind, event.kind != "opened" and told[event.task_id][4])
        active = event.kind != "resolved"
        told[event.task_id] = (active, event.severity, event.episode, event.due_on, stale)
    return told


def test_events_of_easing_and_of_not_knowing() -> None:
    holds, unknown = rule(hit(NONE, clear=HOLDS)), rule(hit(NONE, clear=UNKNOWN))
    told = days(context([{}]), rule(hit()), holds, holds, rule(hit()), unknown, unknown, holds)
    assert [kinds(one) for one in told] == [
        ["opened"],
        ["eased"],
        [],
        [],
        ["unchecked"],
        [],
        ["checked", "eased"],
    ]
    rising = days(context([{}]), rule(hit(LOW)), rule(hit(HIGH)), holds)
    assert [one.events[0].kind for one in rising] == ["opened", "severity", "severity"]
    assert rising[1].events[0].due_on == default_due(HIGH, DAY + 1)


@settings(max_examples=120, deadline=None)
@given(st.lists(plans, min_size=1, max_size=12), st.integers(1, 20))
def test_any_life(story: list[Plan], step: int) -> None:
    """No id twice, nothing deleted, a rerun is identical, events tell the state exactly."""
    ctx = context([{}, {}, {"status": "Paused"}])
    events: list[TaskEvent] = []
    known: dict[str, Task] = {}
    work: dict[str, Any] = {"finished": {}, "verdicts": {}}
    for plan in story:
        day_ctx = ctx if plan.fresh else replace(ctx, facts=stale(ctx))
        found, again = run(rule_of(plan), day_ctx), run(rule_of(plan), day_ctx)
        assert found == again
        ids = [task.task_id for task in found.tasks]
        assert ids == sorted(set(ids))
        for task in found.tasks:
            former = known.get(task.task_id)
            assert task != former
            assert finding_id(task.rule, task.customer_id, task.subject) == task.task_id
            assert former is None or former.episode <= task.episode <= former.episode + 1
            assert former is None or former.first_seen == task.first_seen
            assert task.active == (task.resolved_on is None)
            known[task.task_id] = task
        events += found.events
        assert {
            key: (t.active, t.severity, t.episode, t.due_on, t.state == "stale")
            for key, t in known.items()
        } == retold(events)
        assert known.keys() == {**ctx.previous.tasks, **{t.task_id: t for t in found.tasks}}.keys()
        for place in plan.finish:
            if place < len(known):
                done = known[sorted(known)[place]]
                work["finished"][done.task_id] = (done.episode, done.severity, ctx.day)
                if plan.verdict:
                    work["verdicts"][done.task_id] = plan.verdict
        ctx = later(ctx, found, step)
        ctx = replace(ctx, previous=previous(known.values(), **work))


def stale(ctx: Context) -> Any:
    sources = tuple(replace(one, fresh_on=ctx.day - 1) for one in ctx.facts.sources)
    return replace(ctx.facts, sources=sources)
