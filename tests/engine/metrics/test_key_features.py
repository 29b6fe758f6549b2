"""Use of key features by hand: which are a customer's own, used in 14 days, and their volume."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Entitlement, Fact
from csmdesk.domain.settings import Features, Settings
from csmdesk.domain.usage import Usage
from csmdesk.engine.metrics.usage import usage_metrics
from tests.engine.build import DAY, facts, usage_of

KEYS = Settings(features=Features(key=("export", "login", "scan")))
USED = [
    (0, "scan", "scanning", DAY - 1, 20, 0),
    (0, "scan", "scanning", DAY - 28, 10, 0),
    (0, "scan", "scanning", DAY - 29, 100, 0),
    (0, "scan", "scanning", DAY - 84, 20, 0),
    (0, "scan", "scanning", DAY - 85, 999, 0),
    (0, "login", "", DAY - 15, 0, 0),
    (0, "export", "reports", DAY - 60, 40, 0),
    (0, "view", "scanning", DAY - 2, 500, 0),
]  # fmt: skip
SCANNING = Entitlement(
    source="billing", source_id="e1", account_id="acme", product="Team", module="scanning", since=1
)


def of(
    usage: Usage, settings: Settings = KEYS, rows: list[Fact] | None = None, day: int = DAY
) -> dict[str, Any]:
    """Metrics of the first customer."""
    count = len(usage.joined)
    names = ["acme", *(f"c{i}" for i in range(1, count))]
    money = Columns(
        {
            "tenure": np.full(count, 400, dtype=np.int64),
            "active": np.ones(count, dtype=np.bool_),
            "products": [()] * count,
        },
        count,
    )
    here = facts(names, rows or [], usage=usage, day=day)
    table = usage_metrics(here, settings, money, day)
    return {name: column[0] for name, column in table.items()}


def test_volume_counts_key_features_alone() -> None:
    found = of(usage_of([0], features=USED))
    assert (found["key_events_28"], found["key_events_56"]) == (30, 160)
    assert (found["key_trend_num"], found["key_trend_den"]) == (60, 160)
    assert found["key_trend_adjusted"] == found["key_trend"] == 375_000


def test_own_features_are_those_of_paid_modules_and_of_no_module() -> None:
    """“login” is of no known module; “export” is of a module that is not paid for."""
    login = [(0, "login", "", DAY - 14, 3, 0)]
    found = of(usage_of([0], features=[*USED, *login]), rows=[SCANNING])
    assert (found["key_features"], found["key_features_used_14"]) == (2, 2)
    assert of(usage_of([0], features=USED), rows=[SCANNING])["key_features_used_14"] == 1


@pytest.mark.parametrize(
    ("usage", "settings"),
    [
        (usage_of([0], features=USED), Settings()),
        (usage_of([0], features=USED), Settings(features=Features(key=("nobody uses this",)))),
        (usage_of([0], features=USED, unjoined=[0]), KEYS),
        (usage_of([0], features=USED, covered_from=MISSING), KEYS),
    ],
)
def test_missing(usage: Usage, settings: Settings) -> None:
    found = of(usage, settings)
    for name in ("key_features", "key_features_used_14", "key_events_28", "key_trend_num"):
        assert found[name] == MISSING, name


def test_windows_must_be_covered() -> None:
    found = of(usage_of([0], features=USED, covered_from=DAY - 28))
    assert (found["key_events_28"], found["key_events_56"]) == (30, MISSING)
    assert found["key_trend_num"] == MISSING


def test_a_thin_base_has_no_trend() -> None:
    thin = [(0, "scan", "", DAY - 1, 5, 0), (0, "scan", "", DAY - 40, 15, 0)]
    assert of(usage_of([0], features=thin))["key_trend_num"] == MISSING
    enough = [*thin, (0, "scan", "", DAY - 41, 1, 0)]
    assert of(usage_of([0], features=enough))["key_trend_num"] == 10


def test_the_portfolio_is_the_norm() -> None:
    """Everybody else doubled: standing still is half of the norm."""
    rows = [
        (customer, "scan", "", on, events, 0)
        for customer in range(21)
        for on, events in ((DAY - 10, 100 if customer else 50), (DAY - 50, 100))
    ]
    found = of(usage_of(range(21), features=rows))
    assert (found["key_trend"], found["key_trend_median"]) == (1_000_000, 2_000_000)
    assert found["key_trend_adjusted"] == 500_000


def test_a_feature_first_used_later_is_not_known_yet() -> None:
    later = [*USED, (0, "sso", "", DAY, 5, 0)]
    keys = Settings(features=Features(key=("scan", "sso")))
    both, cut = usage_of([0], features=later), usage_of([0], features=USED)
    assert of(both, keys)["key_features"] == of(cut, keys)["key_features"]
