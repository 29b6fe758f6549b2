"""Rules 6, 8 and 10 by hand: jobs, agents, products and key features."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.domain.facts import Agent, Fact, Product, Subscription, SubscriptionItem
from csmdesk.domain.settings import Features, Settings
from csmdesk.engine.rules import feature_shelf, product_unused, technical_drift
from csmdesk.engine.rules.rule import Context
from tests.engine.build import DAY, usage_of
from tests.engine.rules.world import context, later, run, severities

ROW: dict[str, Any] = {"tenure": 400, "products": ("Scanner",)}
SOLD = Subscription(
    source="billing",
    source_id="s1",
    account_id="c0",
    status="active",
    currency="USD",
    started_on=DAY - 400,
)
ITEM = SubscriptionItem(
    source="billing",
    source_id="i1",
    subscription_id="s1",
    product_id="p1",
    since=DAY - 400,
    unit_num=1_900,
    quantity=10,
)
WORLD: list[Fact] = [
    Product(source="billing", source_id="p1", name="Scanner", modules=("scanning",)),
    SOLD,
    ITEM,
]
Use = tuple[int, str, str, int, int, int]


def scans(*rows: tuple[int, int, int], feature: str = "scan_run") -> list[Use]:
    """(days ago, run, failed) of one job feature."""
    return [(0, feature, "scanning", DAY - ago, number, bad) for ago, number, bad in rows]


def ctx_of(uses: list[Use], row: dict[str, Any] | None = None, **more: Any) -> Context:
    usage = usage_of(["c0"], features=uses, **more.pop("usage", {}))
    given = [*WORLD, *more.pop("given", [])]
    return context([row or ROW], usage=usage, given=given, **more)


def severity_of(rule: Any, ctx: Context) -> int | None:
    found = severities(run(rule, ctx))
    return next(iter(found.values()), None)


@pytest.mark.parametrize(
    ("number", "failed", "severity"),
    [
        (20, 2, None),  # fewer than 3 failed
        (100, 4, None),
        (100, 5, 1),
        (100, 14, 1),
        (20, 3, 2),
        (100, 29, 2),
        (100, 30, 3),
        (3, 3, 3),
    ],
)
def test_drift_rungs(number: int, failed: int, severity: int | None) -> None:
    ctx = ctx_of(scans((4, number, failed)))
    assert severity_of(technical_drift.RULE, ctx) == severity


def test_drift_text_subject_and_window() -> None:
    found = run(technical_drift.RULE, ctx_of(scans((4, 16, 2), (9, 4, 2))))
    assert severities(found) == {("c0", "Scanner"): 2}
    assert found.tasks[0].text == "Scanner failed scans detected: 4 of 20 in 14 days."
    assert severity_of(technical_drift.RULE, ctx_of(scans((14, 9, 9)))) == 3
    assert severity_of(technical_drift.RULE, ctx_of(scans((15, 9, 9)))) is None  # out of D's window
    assert severity_of(technical_drift.RULE, ctx_of(scans((1, 9, 9)))) is None  # first day


@pytest.mark.parametrize(("clean_days", "active"), [(2, True), (3, False)])
def test_drift_clears_after_three_clean_job_days(clean_days: int, active: bool) -> None:
    """Eight days on, 9 failures of over 200 jobs are no rung; the last three job days decide."""
    ctx = ctx_of(scans((4, 9, 9)))
    found = run(technical_drift.RULE, ctx)
    uses = scans((4, 9, 9), *((-1 - place, 100, 0) for place in range(clean_days)))
    now = context([ROW], usage=usage_of(["c0"], day=DAY + 8, features=uses), given=WORLD)
    after = run(technical_drift.RULE, later(ctx, found, 8, facts=now.facts))
    assert [(task.active, task.severity) for task in after.tasks] == [(active, 1 if active else 3)]


def test_drift_without_jobs_for_a_fortnight_clears() -> None:
    ctx = ctx_of(scans((4, 9, 9)))
    found = run(technical_drift.RULE, ctx)
    quiet = context([ROW], day=DAY + 14, usage=usage_of(["c0"], day=DAY + 14), given=WORLD)
    cleared = run(technical_drift.RULE, later(ctx, found, 14, facts=quiet.facts))
    assert [task.active for task in cleared.tasks] == [False]


def agent(number: int, days: int) -> Agent:
    return Agent(
        source="usage",
        source_id=f"a{number}",
        account_id="c0",
        product="Scanner",
        last_seen_at=(DAY - days) * SECONDS_A_DAY,
    )


@pytest.mark.parametrize(
    ("days", "severity", "text"),
    [
        ((1, 8), None, ""),  # more than 7 days on D, not on D-1
        ((1, 9), 2, "Scanner: 1 of 2 agents silent for 9 days."),
        ((3, 9), 2, "Scanner: 1 of 2 agents silent for 9 days."),
        ((5, 9), 3, "Scanner: 2 of 2 agents silent for 5 to 9 days."),
        ((1, 5, 9), 2, "Scanner: 1 of 3 agents silent for 9 days."),
        ((-2, 2), None, ""),  # seen after D: not silent as far as is known
    ],
)
def test_agents(days: tuple[int, ...], severity: int | None, text: str) -> None:
    given = [agent(place, ago) for place, ago in enumerate(days)]
    found = run(technical_drift.RULE, ctx_of([], given=given))
    assert next(iter(severities(found).values()), None) == severity
    assert [task.text for task in found.tasks] == ([text] if text else [])


def test_agents_clear_without_any_usage_source() -> None:
    connected = ("crm", "billing", "support")
    ctx = context([ROW], given=[*WORLD, agent(0, 9)], connected=connected)
    found = run(technical_drift.RULE, ctx)
    assert severities(found) == {("c0", "Scanner"): 3}
    seen = context([ROW], given=[*WORLD, agent(0, -1)], connected=connected).facts
    cleared = run(technical_drift.RULE, later(ctx, found, facts=seen))
    assert [task.active for task in cleared.tasks] == [False]


def opened(*days: int) -> list[Use]:
    return [(0, "report_viewed", "scanning", DAY - ago, 1, 0) for ago in days]


@pytest.mark.parametrize(
    ("ago", "renewal", "severity"),
    [
        (7, None, None),
        (8, None, None),  # 8 days on D, 7 on D-1
        (9, None, 1),
        (30, None, 1),
        (31, None, 2),
        (60, None, 2),
        (61, None, 3),
        (31, 89, 3),
        (31, 90, 2),
    ],
)
def test_unused_product_rungs(ago: int, renewal: int | None, severity: int | None) -> None:
    row = ROW if renewal is None else {**ROW, "renewal_on": DAY + renewal}
    assert severity_of(product_unused.RULE, ctx_of(opened(ago), row)) == severity


def test_unused_product_text_and_never_used() -> None:
    task = run(product_unused.RULE, ctx_of(opened(39))).tasks[0]
    assert task.text == "Pays $190/month for Scanner, not used for 39 days."
    assert task.subject == "Scanner"
    former = [
        replace(SOLD, source_id="s0", status="canceled", ended_on=DAY - 1),
        replace(ITEM, source_id="i0", subscription_id="s0"),
    ]
    again = run(product_unused.RULE, ctx_of(opened(39), given=former)).tasks[0]
    assert again.text == task.text, "a subscription that ended is paid no more"
    other = [(1, "report_viewed", "scanning", DAY - 1, 1, 0)]
    usage = usage_of(["c0", "c1"], features=other)
    never = run(product_unused.RULE, context([ROW, ROW], usage=usage, given=WORLD))
    assert [task.text for task in never.tasks] == [
        "Pays $190/month for Scanner, not used for 279 days."  # as long as usage is kept
    ]


def test_unused_product_core_use_tenure_and_joining() -> None:
    uses = [*opened(2), (0, "scan_run", "scanning", DAY - 40, 1, 0)]
    key = Settings(features=Features(key=("scan_run",)))
    assert severity_of(product_unused.RULE, ctx_of(uses)) is None
    assert severity_of(product_unused.RULE, ctx_of(uses, settings=key)) == 2
    for tenure, severity in ((14, None), (15, None), (16, 2)):  # 15 days on D, 14 on D-1
        row = {**ROW, "tenure": tenure}
        assert severity_of(product_unused.RULE, ctx_of(opened(39), row)) == severity
    assert severity_of(product_unused.RULE, ctx_of(opened(39), unjoined={"usage": ["c0"]})) is None


def test_unused_product_clears_when_used_or_dropped() -> None:
    ctx = ctx_of(opened(39))
    found = run(product_unused.RULE, ctx)
    used = run(product_unused.RULE, later(ctx, found, facts=ctx_of(opened(39, 0)).facts))
    assert [task.active for task in used.tasks] == [False]
    dropped = context([{"tenure": 400}], usage=usage_of(["c0"]), given=WORLD)
    gone = run(product_unused.RULE, later(ctx, found, measures=dropped.measures))
    assert [task.active for task in gone.tasks] == [False]


KEYS = Settings(
    features=Features(key=("scan_run", "export"), modules={"scanning": ("scan_run", "export")})
)


@pytest.mark.parametrize(
    ("scan", "export", "severity"),
    [(2, 2, None), (2, 16, 2), (16, 16, 2), (2, 15, None), (2, None, 2), (2, 14, None)],
)
def test_shelf_rungs(scan: int, export: int | None, severity: int | None) -> None:
    """15 days is the first day without use in 14: it waits for the second."""
    uses = scans((scan, 1, 0))
    if export is not None:
        uses += scans((export, 1, 0), feature="export")
    assert severity_of(feature_shelf.RULE, ctx_of(uses, settings=KEYS)) == severity


def test_shelf_low_text_and_clearing() -> None:
    three = Settings(
        features=Features(key=("a", "b", "scan_run"), modules={"scanning": ("a", "b", "scan_run")})
    )
    uses = scans((2, 1, 0)) + scans((2, 1, 0), feature="a") + scans((40, 1, 0), feature="b")
    ctx = ctx_of(uses, settings=three)
    found = run(feature_shelf.RULE, ctx)
    assert severities(found) == {("c0", "Scanner"): 1}
    assert found.tasks[0].text == "Not using b (in plan since 16 Oct 2025)."
    used = ctx_of([*uses, *scans((0, 1, 0), feature="b")], settings=three).facts
    cleared = run(feature_shelf.RULE, later(ctx, found, facts=used))
    assert [task.active for task in cleared.tasks] == [False]


@pytest.mark.parametrize(
    ("ago", "severity"),
    [(14, None), (15, None), (16, 3), (None, None)],  # 15 days: its first day
)
def test_a_schedule_that_ran_before_lapses(ago: int | None, severity: int | None) -> None:
    """One that never ran was never set up: that is no lapse."""
    features = Features(schedules=("nightly",), modules={"scanning": ("nightly", "scan_run")})
    uses = scans((2, 1, 0)) + (scans((ago, 1, 0), feature="nightly") if ago else [])
    ctx = ctx_of(uses, settings=Settings(features=features))
    found = run(feature_shelf.RULE, ctx)
    assert next(iter(severities(found).values()), None) == severity
    if severity:
        assert found.tasks[0].text == "Not using nightly (in plan since 16 Oct 2025)."
        again = ctx_of([*uses, *scans((0, 1, 0), feature="nightly")], settings=ctx.settings).facts
        cleared = run(feature_shelf.RULE, later(ctx, found, facts=again))
        assert [task.active for task in cleared.tasks] == [False]


def test_shelf_needs_tenure_and_covered_days() -> None:
    uses = scans((2, 1, 0))
    young = ctx_of(uses, {**ROW, "tenure": 30}, settings=KEYS)
    assert severity_of(feature_shelf.RULE, young) is None
    short = ctx_of(uses, settings=KEYS, usage={"covered_from": DAY - 14})
    assert severity_of(feature_shelf.RULE, short) is None
