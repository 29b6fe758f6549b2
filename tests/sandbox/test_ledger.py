"""The ledger's sums, and that the bills tell the same story as the contracts."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from csmdesk.domain.demo_rates import CURRENCIES, rate
from csmdesk.sandbox.ledger import MOVEMENTS, book_of, ledger, native_mrr
from csmdesk.sandbox.world import World
from tests.sandbox.world_oracle import mrr_from_bills

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("today", [TODAY, date(2027, 3, 1), date(2031, 8, 17)])
def test_every_month_closes(today: date) -> None:
    books = ledger(World(7, 214, today))
    months = books["months"]
    assert isinstance(months, list)
    assert len(months) == 24
    for before, row in zip([None, *months], months, strict=False):
        moved = sum(row[name] for name in MOVEMENTS)
        assert row["net"] == moved
        assert row["opening"] + moved + row["fx"] == row["closing"]
        assert before is None or before["closing"] == row["opening"]
        assert row["churn"] <= 0
        assert row["contraction"] <= 0
    total = {name: sum(row[name] for row in months) for name in (*MOVEMENTS, "fx")}
    assert all(total[name] for name in total), total


def test_closing_is_the_sum_of_todays_balances() -> None:
    world = World(7, 214, TODAY)
    last = TODAY - timedelta(days=1)
    total = 0
    for index in range(world.count):
        contracts = world.contracts(index)
        if contracts:
            total += round(native_mrr(contracts, last) * rate(contracts[0].currency, last))
    months = ledger(world)["months"]
    assert isinstance(months, list)
    assert months[-1]["closing"] == total


def test_tomorrow_changes_no_booked_day() -> None:
    world = World(7, 214, TODAY)
    for index in range(0, world.count, 4):
        old = book_of(world.contracts(index), TODAY - timedelta(days=1))
        new = book_of(world.contracts(index), TODAY + timedelta(days=90))
        assert new.native[: len(old.native)] == old.native
        assert new.entries[: len(old.entries)] == old.entries


@pytest.mark.parametrize("today", [TODAY, date(2029, 5, 31)])
def test_the_mrr_of_every_day_is_in_the_bills(today: date) -> None:
    """Every day of change of the last 24 months, the day before it, and month starts."""
    world = World(7, 214, today)
    first = today - timedelta(days=730)
    for account in world.accounts():
        contracts = world.contracts(account.index)
        turning = {day for contract in contracts for day in contract.turning_days()}
        days = {day + timedelta(days=k) for day in turning for k in (-1, 0, 1)}
        days |= {first + timedelta(days=91 * k) for k in range(8)}
        for day in sorted(day for day in days if first <= day < today):
            told = sum(
                (
                    mrr_from_bills(subscription, list(customer.invoices), day)
                    for customer in account.billing
                    for subscription in customer.subscriptions
                ),
                Fraction(0),
            )
            assert told == native_mrr(contracts, day), (account.index, day)


def test_the_currencies_of_the_ledger_have_rates() -> None:
    for code in CURRENCIES:
        assert rate(code, date(2020, 1, 1)) > 0
        assert rate(code.lower(), date(2026, 11, 1)) == rate(code, date(2026, 11, 30))
    assert rate("USD", TODAY) == 1
    with pytest.raises(KeyError):
        rate("XXX", TODAY)
    # 1 yen is about 0.0067 USD, 1 fils about 0.00325
    assert Fraction(60, 100) < rate("JPY", TODAY) < Fraction(75, 100)
    assert Fraction(30, 100) < rate("KWD", TODAY) < Fraction(35, 100)


def test_churn_days_are_booked_with_pauses_that_end_in_leaving() -> None:
    world = World(7, 214, TODAY)
    rows = ledger(world)["customers"]
    assert isinstance(rows, list)
    paused = next(row for row in rows if row["part"] == "paused_then_left")
    assert len(paused["churned_on"]) == 1
    kinds = [kind for day, kind, _ in paused["movements"] if day == paused["churned_on"][0]]
    assert kinds == []
    swaps = next(row for row in rows if row["part"] == "swaps")
    assert swaps["churned_on"] == []
    back = [row for row in rows if row["part"] == "comes_back"]
    assert all("reactivation" in {kind for _, kind, _ in row["movements"]} for row in back)
