"""Usage metrics by hand: windows, logins, persons, modules, jobs and the trend's median."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Entitlement, Fact, Product
from csmdesk.domain.settings import Features, Settings
from csmdesk.domain.usage import Usage
from csmdesk.engine.metrics.trend import trend_columns
from csmdesk.engine.metrics.usage import usage_metrics
from tests.engine.build import DAY, account, facts, no_usage, sources, usage_of


def money(count: int = 1, **given: Any) -> Columns:
    data: dict[str, Any] = {
        "tenure": np.full(count, 400, dtype=np.int64),
        "active": np.ones(count, dtype=np.bool_),
        "products": [()] * count,
    }
    return Columns(data | given, count)


def of(usage: Usage, rows: list[Fact] | None = None, **given: Any) -> dict[str, Any]:
    """Metrics of the only customer; `at`, `settings` and money columns may be given."""
    day, settings = given.pop("at", DAY), given.pop("settings", Settings())
    here = facts(["acme"], rows or [], usage=usage)
    table = usage_metrics(here, settings, money(**given), day)
    return {name: column[0] for name, column in table.items()}


def test_windows_end_the_day_before() -> None:
    days = [0, 1, 28, 29, 30, 31, 84, 85]
    found = of(usage_of([0], daily=[(0, DAY - ago, 10 + ago, 1) for ago in days]))
    assert found["events_28"] == 11 + 38
    assert found["events_30"] == 11 + 38 + 39 + 40
    assert found["events_56"] == 39 + 40 + 41 + 94
    assert found["usage_days_covered"] == 279


def test_a_window_that_is_not_covered_is_missing() -> None:
    found = of(usage_of([0], daily=[(0, DAY - 1, 5, 1)], covered_from=DAY - 29))
    assert (found["events_28"], found["events_30"], found["events_56"]) == (5, MISSING, MISSING)
    assert (found["trend"], found["active_users"]) == (MISSING, MISSING)
    assert found["last_login_on"] == DAY - 1


def test_not_connected_and_not_joined_are_missing() -> None:
    for found in (of(no_usage(1)), of(usage_of([0], daily=[(0, DAY - 1, 5, 1)], unjoined=[0]))):
        for name in ("events_28", "last_login_on", "modules_used_14", "jobs_14", "active_users"):
            assert found[name] == MISSING, name
        assert not found["never_logged_in"]


def test_a_source_last_read_before_yesterday_says_nothing_of_the_days_since() -> None:
    usage = usage_of([0], daily=[(0, DAY - 4, 5, 1)])
    for read, known in ((DAY, 5), (DAY - 1, 5), (DAY - 2, MISSING)):
        here = replace(facts(["acme"], usage=usage), sources=sources("usage", day=read))
        assert usage_metrics(here, Settings(), money(), DAY).ints("events_28")[0] == known


def test_days_after_the_last_row_of_a_fresh_source_are_without_use() -> None:
    usage = usage_of([0], day=DAY - 10, daily=[(0, DAY - 12, 5, 1)])
    found = of(usage)
    assert (found["events_28"], found["last_login_on"], found["usage_days_covered"]) == (
        5,
        DAY - 12,
        289,
    )
    assert (found["modules_used_14"], found["login_gap"]) == (MISSING, MISSING)
    here = replace(facts(["acme"], usage=usage), sources=sources("usage", day=MISSING))
    assert usage_metrics(here, Settings(), money(), DAY).ints("events_28")[0] == MISSING


@pytest.mark.parametrize(
    ("began", "covered", "never"),
    [(400, None, True), (400, DAY - 45, True), (400, DAY - 44, False), (10, DAY - 20, True)],
)
def test_never_logged_in(began: int, covered: int | None, never: bool) -> None:
    found = of(usage_of([0], covered_from=covered), tenure=np.array([began]))
    assert (found["last_login_on"], bool(found["never_logged_in"])) == (MISSING, never)


def test_use_without_persons_tells_no_login() -> None:
    found = of(usage_of([0], daily=[(0, DAY - 1, 5, 0)]))
    assert (found["last_login_on"], found["never_logged_in"]) == (MISSING, False)


def test_login_gap_is_the_median_of_90_days() -> None:
    days = [(0, DAY - ago, 1, 1) for ago in (1, 3, 6, 16, 100)]
    found = of(usage_of([0], daily=days))
    assert (found["last_login_on"], found["login_gap"]) == (DAY - 1, 3)
    for covered, gap in ((DAY - 90, 3), (DAY - 89, MISSING)):
        assert of(usage_of([0], daily=days, covered_from=covered))["login_gap"] == gap


def test_distinct_persons() -> None:
    seen = [(0, "ann", DAY, 1), (0, "bob", DAY - 1, 2), (0, "bob", DAY - 30, 1),
            (0, "cia", DAY - 30, 1), (0, "dan", DAY - 31, 1)]  # fmt: skip
    found = of(usage_of([0], persons=seen))
    assert (found["active_users"], found["active_users_prev"]) == (2, 1)
    assert found["active_users_base"] == MISSING  # persons are kept for 90 days
    assert found["last_login_on"] == DAY - 1


def test_modules_entitled_and_used() -> None:
    rows: list[Fact] = [
        Product(source="billing", source_id="p", name="Team", modules=("core", "reports")),
        Entitlement(source="crm", source_id="1", account_id="acme", product="X", module="sso"),
        Entitlement(
            source="crm", source_id="2", account_id="acme", product="X", module="old", until=DAY
        ),
    ]
    used = [
        (0, "view", "core", DAY - 14, 1, 0),
        (0, "share", "reports", DAY - 15, 1, 0),
        (0, "hook", "automation", DAY - 1, 1, 0),
        (0, "enter", "", DAY - 1, 1, 0),
    ]
    usage = usage_of([0], features=used)
    found = of(usage, rows, products=[("Team",)])
    assert (found["modules_entitled"], found["modules_used_14"]) == (3, 1)
    own = Settings(features=Features(modules={"sso": ("enter",)}))
    assert of(usage, rows, products=[("Team",)], settings=own)["modules_used_14"] == 2


def test_totals_without_features_leave_modules_missing() -> None:
    found = of(usage_of([0], daily=[(0, DAY - 1, 5, 1)]))
    assert (found["modules_used_14"], found["jobs_14"]) == (MISSING, MISSING)


def test_features_of_later_days_are_not_known_yet() -> None:
    later = [(0, "scan", "scanning", DAY, 5, 5)]
    usage = usage_of([0], daily=[(0, DAY - 1, 5, 1)], features=later)
    assert of(usage)["modules_used_14"] == MISSING
    earlier = [*later, (0, "scan", "scanning", DAY - 1, 5, 0)]
    found = of(usage_of([0], daily=[(0, DAY - 1, 5, 1)], features=earlier))
    assert (found["modules_used_14"], found["jobs_14"]) == (0, 0)


def test_jobs_are_features_that_can_fail() -> None:
    used = [
        (0, "scan", "scanning", DAY - 1, 15, 3),
        (0, "scan", "scanning", DAY - 15, 100, 100),
        (0, "sync", "scanning", DAY - 2, 5, 1),
        (0, "view", "core", DAY - 1, 999, 0),
    ]
    rows: list[Fact] = [Product(source="billing", source_id="p", name="WAP", modules=("scanning",))]
    found = of(usage_of([0], features=used), rows, products=[("WAP",)])
    assert (found["jobs_14"], found["failed_14"], found["failed_product"]) == (20, 4, "WAP")
    assert of(usage_of([0], features=used))["failed_product"] == "scanning"


def trend(e28: list[int], e56: list[int], tenure: int = 400) -> dict[str, Any]:
    size = len(e28)
    return trend_columns(
        np.array(e28), np.array(e56), np.full(size, tenure), np.ones(size, dtype=np.bool_), 10, 20
    )


def test_trend_needs_tenure_and_a_base() -> None:
    assert trend([40], [80])["trend"].tolist() == [1_000_000]
    assert trend([40], [79])["trend"].tolist() == [MISSING]
    assert trend([40], [80], tenure=83)["trend"].tolist() == [MISSING]
    assert trend([MISSING], [80])["trend_num"].tolist() == [MISSING]


def test_the_median_is_exact_and_1_below_20_customers() -> None:
    e28 = [100 + 7 * i for i in range(20)]
    e56 = [211 + 3 * i for i in range(20)]
    ratios = sorted(Fraction(2 * a, b) for a, b in zip(e28, e56, strict=True))
    median = (ratios[9] + ratios[10]) / 2
    found = trend(e28, e56)
    assert found["trend_median"][0] == median * 1_000_000 // 1
    for row in range(20):
        exact = Fraction(2 * e28[row], e56[row]) / median
        assert Fraction(int(found["trend_num"][row]), int(found["trend_den"][row])) == exact
        assert found["trend_adjusted"][row] == exact * 1_000_000 // 1
    assert trend(e28[1:], e56[1:])["trend_median"][0] == 1_000_000


def test_huge_counts_stay_in_range() -> None:
    e28 = [10**9 + 7919 * i for i in range(30)]
    e56 = [2 * 10**9 + 104_729 * i for i in range(30)]
    found = trend(e28, e56)
    ratios = sorted(Fraction(2 * a, b) for a, b in zip(e28, e56, strict=True))
    median = (ratios[14] + ratios[15]) / 2
    for row in range(30):
        exact = Fraction(2 * e28[row], e56[row]) / median
        assert abs(int(found["trend_adjusted"][row]) - exact * 1_000_000) <= 2


def test_a_silent_portfolio_has_no_divided_trend() -> None:
    found = trend([0] * 20, [100] * 20)
    assert (found["trend"][0], found["trend_adjusted"][0], found["trend_median"][0]) == (
        0,
        MISSING,
        0,
    )


def test_new_customers_are_dated_by_creation_without_subscriptions() -> None:
    here = facts([account("acme", created_on=DAY - 5)], usage=usage_of([0], covered_from=DAY - 9))
    table = usage_metrics(here, Settings(), money(tenure=np.array([MISSING])), DAY)
    assert table["never_logged_in"].tolist() == [True]
