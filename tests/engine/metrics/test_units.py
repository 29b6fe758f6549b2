"""Units other than seats, by hand: limits from quantities and entitlements, use by billing month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Entitlement, Fact, Product, Subscription, SubscriptionItem
from csmdesk.domain.settings import Features, Settings, Unit
from csmdesk.engine.measure import measure
from csmdesk.engine.metrics.units import UnitUse
from tests.engine.build import DAY, facts, usage_of

SCAN = {"scan": Unit(features=("scan_run",))}
STARTED = DAY - 375  # 12 days into its billing month on DAY: 21 Nov 2026 and 11 Nov 2025


def bought(quantity: int = 2, unit: str = "scan", capacity: int = 1_000) -> list[Fact]:
    return [
        Product(
            source="billing",
            source_id="pack",
            name="Scan Pack",
            modules=("scanning",),
            unit=unit,
            capacity_per_unit=capacity,
        ),
        Subscription(
            source="billing",
            source_id="s",
            account_id="acme",
            status="active",
            currency="USD",
            started_on=STARTED,
        ),
        SubscriptionItem(
            source="billing",
            source_id="i",
            subscription_id="s",
            product_id="pack",
            since=STARTED,
            unit_num=100,
            quantity=quantity,
        ),
    ]


def entitled(capacity: int | None, unit: str = "scan", **more: Any) -> Entitlement:
    return Entitlement(
        source="import",
        source_id="e",
        account_id="acme",
        product="Scan Pack",
        capacity=capacity,
        unit=unit,
        **more,
    )


def used(
    rows: Sequence[Fact],
    scans: dict[int, int],
    units: dict[str, Unit] | None = None,
    day: int = DAY,
    **more: Any,
) -> tuple[UnitUse, ...]:
    """`scans`: days before DAY -> scans on it."""
    features = [(0, "scan_run", "scanning", DAY - ago, count, 0) for ago, count in scans.items()]
    features.append((0, "sync_run", "scanning", DAY - 1, 7, 0))
    here = facts(["acme"], rows, usage=usage_of([0], features=features, **more))
    settings = Settings(features=Features(units=SCAN if units is None else units))
    found: tuple[UnitUse, ...] = measure(here, settings, day)["unit_use"][0]
    return found


def test_a_billing_month_up_to_yesterday() -> None:
    # DAY is 21 November 2026, the billing month began on the 11th.
    month = {0: 500, 1: 1, 10: 20, 11: 300, 31: 4, 41: 8, 42: 900}
    assert used(bought(), month) == (UnitUse("pack", "Scan Pack", 21, 2_000, 12, 2_000),)


def test_on_the_first_day_of_a_month_the_whole_one_before_is_told() -> None:
    (one,) = used(bought(), {10: 9, 11: 300, 12: 30}, day=DAY - 10)
    assert one.used == 330


def test_all_features_of_the_product_where_none_is_named() -> None:
    (one,) = used(bought(), {2: 20}, {"scan": Unit()})
    assert one.used == 27


def test_a_level_is_the_highest_day_of_thirty() -> None:
    levels = {1: 40, 9: 90, 30: 70, 31: 500}
    (one,) = used(bought(1), levels, {"scan": Unit(features=("scan_run",), level=True)})
    assert (one.used, one.limit, one.used_before) == (90, 1_000, 500)


@pytest.mark.parametrize("units", [{}, {"asset": Unit()}])
def test_a_unit_that_is_not_configured_is_not_looked_at(units: dict[str, Unit]) -> None:
    assert used(bought(), {2: 20}, units) == ()


def test_seats_are_no_unit() -> None:
    assert used(bought(unit="seats"), {2: 20}, {"seats": Unit()}) == ()


def test_what_an_entitlement_states_wins() -> None:
    (one,) = used([*bought(), entitled(5_000)], {2: 20})
    assert (one.subject, one.limit, one.used) == ("e", 5_000, 20)
    (one,) = used([*bought(), entitled(5_000, until=DAY)], {2: 20})
    assert (one.subject, one.limit) == ("pack", 2_000)
    (one,) = used([*bought(), entitled(None)], {2: 20})
    assert one.subject == "pack"


def test_a_new_entitlement_has_no_former_limit() -> None:
    (one,) = used([*bought(), entitled(5_000, since=DAY - 29)], {2: 20})
    assert (one.limit, one.limit_before) == (5_000, MISSING)


def test_without_known_usage_the_use_is_missing() -> None:
    assert used(bought(), {2: 20}, unjoined=[0])[0].used == MISSING
    assert used(bought(), {2: 20}, covered_from=DAY - 5)[0].used == MISSING
    assert used(bought(), {}, {"scan": Unit(features=("never_seen",))})[0].used == 0
