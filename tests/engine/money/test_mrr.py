"""MRR by hand: intervals, currencies, statuses, discounts (definitions.md section 3)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Fact
from csmdesk.domain.inputs import Rates
from csmdesk.domain.settings import Settings
from csmdesk.engine.money.ledger import build_ledger
from csmdesk.engine.money.mrr import subscription_columns
from csmdesk.engine.money.prepared import prepare
from tests.engine.build import facts, flat_rates
from tests.engine.money.make import change, d, discount, item, mrr, status, sub

START, DAY = d("2026-01-01"), d("2026-03-10")


@pytest.mark.parametrize(
    ("interval", "count", "cents", "expected"),
    [
        ("month", 1, 5_000, 5_000),
        ("month", 3, 5_000, 1_667),  # 1,666.67
        ("year", 1, 60_000, 5_000),
        ("year", 2, 60_000, 2_500),
        ("quarter", 1, 15_000, 5_000),
        ("week", 1, 1_200, 5_200),
        ("week", 2, 1_200, 2_600),
        ("day", 1, 120, 3_650),
        ("year", 1, 6, 0),  # 0.5 goes to the even 0
        ("year", 1, 18, 2),  # 1.5 goes to the even 2
    ],
)
def test_intervals(interval: str, count: int, cents: int, expected: int) -> None:
    rows = [sub("s", "a", START), item("s", START, cents, interval=interval, interval_count=count)]
    assert mrr(facts(["a"], rows), DAY) == expected


def test_halves_are_rounded_once_per_customer() -> None:
    rows: list[Fact] = []
    for name in ("s", "t"):
        rows += [sub(name, "a", START), item(name, START, 6, interval="year")]
    assert mrr(facts(["a"], rows), DAY) == 1


def test_sub_cent_price() -> None:
    rows = [sub("s", "a", START), item("s", START, 24_691, 3, unit_den=2)]
    assert mrr(facts(["a"], rows), DAY) == 37_036  # 37,036.5


@pytest.mark.parametrize(
    ("currency", "unit", "rate", "expected"),
    [
        ("JPY", 12_000, "0.67", 8_040),  # 12,000 yen at 0.67 cent a yen
        ("KWD", 10_000, "0.325", 3_250),  # 10 dinar of 1,000 fils
        ("EUR", 10_001, "1.085", 10_851),  # 10,851.085
        ("eur", 10_000, "1.085", 10_850),
        ("USD", 10_000, "1", 10_000),
    ],
)
def test_currencies(currency: str, unit: int, rate: str, expected: int) -> None:
    rows = [sub("s", "a", START, currency=currency), item("s", START, unit)]
    built = facts(["a"], rows, rates=flat_rates(**{currency.upper(): rate}))
    assert mrr(built, DAY) == expected


def test_several_currencies_are_summed_before_rounding() -> None:
    rows = [
        *(sub("e", "a", START, currency="EUR"), item("e", START, 1, unit_den=4)),
        *(sub("g", "a", START, currency="GBP"), item("g", START, 1, unit_den=4)),
        *(sub("u", "a", START), item("u", START, 1, unit_den=4)),
    ]
    built = facts(["a"], rows, rates=flat_rates(EUR="1.5", GBP="1.6"))
    assert mrr(built, DAY) == 1  # 0.375 + 0.4 + 0.25 = 1.025


def test_missing_rate_is_flagged_and_left_out() -> None:
    rows = [
        *(sub("c", "a", START, currency="CHF"), item("c", START, 100)),
        *(sub("u", "a", START), item("u", START, 700)),
        *(sub("v", "b", START), item("v", START, 900)),
    ]
    ledger = build_ledger(facts(["a", "b"], rows, rates=flat_rates()), Settings())
    amount, missing = ledger.mrr_on(ledger.view(DAY), DAY)
    assert amount.tolist() == [700, 900]
    assert missing.tolist() == [True, False]


def test_a_rate_does_not_hold_before_its_first_day() -> None:
    rates = Rates("USD", {"EUR": [DAY]}, {"EUR": [Fraction(11, 10)]})
    rows = [sub("s", "a", START, currency="EUR"), item("s", START, 100)]
    ledger = build_ledger(facts(["a"], rows, rates=rates), Settings())
    assert ledger.mrr_on(ledger.view(DAY), DAY - 1)[1].tolist() == [True]
    assert ledger.mrr_on(ledger.view(DAY), DAY)[0].tolist() == [110]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("active", 5_000),
        ("past_due", 5_000),
        ("unpaid", 5_000),
        ("trialing", 0),
        ("paused", 0),
        ("free", 0),
        ("canceled", 0),
        ("incomplete", 0),
        ("incomplete_expired", 0),
        ("never heard of", 0),
    ],
)
def test_counted_statuses(name: str, expected: int) -> None:
    rows = [sub("s", "a", START, status=name), item("s", START, 5_000)]
    assert mrr(facts(["a"], rows), DAY) == expected


def test_configured_status() -> None:
    built = facts(["a"], [sub("s", "a", START, status="Gold"), item("s", START, 5_000)])
    ledger = build_ledger(built, Settings(statuses={"gold": "Active"}))
    assert ledger.mrr_on(ledger.view(DAY), DAY)[0].tolist() == [5_000]


def test_metered_is_excluded_and_a_paused_collection_too() -> None:
    rows = [
        *(sub("s", "a", START), item("s", START, 900, metered=True)),
        item("s", START, 5_000, name="seats"),
        *(sub("p", "a", START, paused=True), item("p", START, 800)),
    ]
    assert mrr(facts(["a"], rows), DAY) == 5_000


def test_discounts() -> None:
    rows = [
        *(sub("s", "a", START), item("s", START, 120_000, interval="year")),
        discount("s", START, d("2026-02-01"), percent_millionths=250_000),
        discount("s", START + 1, None, amount_off=12_000),  # an interval: 1,000 a month
    ]
    built = facts(["a"], rows)
    assert [mrr(built, day) for day in (START, START + 1, d("2026-01-31"), d("2026-02-01"))] == [
        7_500,
        6_500,
        6_500,
        9_000,
    ]


def test_discount_never_makes_it_negative() -> None:
    rows = [
        *(sub("s", "a", START), item("s", START, 500)),
        discount("s", START, None, amount_off=700),
        *(sub("t", "a", START), item("t", START, 300)),
    ]
    assert mrr(facts(["a"], rows), DAY) == 300


def test_odd_percentages_and_huge_amounts_stay_exact() -> None:
    rows: list[Fact] = [sub("s", "a", START), item("s", START, 10**15 + 1, 997, unit_den=10**6)]
    rows += [discount("s", START + n, None, percent_millionths=333_333 + n) for n in range(3)]
    expected = Fraction(10**15 + 1, 10**6) * 997
    for n in range(3):
        expected *= Fraction(1_000_000 - 333_333 - n, 1_000_000)
    assert mrr(facts(["a"], rows), DAY) == round(expected)


def test_first_price_holds_from_the_start() -> None:
    rows = [sub("s", "a", START), change("s", START + 30, 100, 5), change("s", START + 60, 100, 8)]
    built = facts(["a"], rows)
    ledger = build_ledger(built, Settings())
    view = ledger.view(DAY)
    assert [int(ledger.mrr_on(view, START + n)[0][0]) for n in (-1, 0, 29, 30, 60)] == [
        0,
        500,
        500,
        500,
        800,
    ]
    assert mrr(built, START + 29) == 0  # nobody knew it then


def test_change_is_seen_from_the_day_it_is_known() -> None:
    rows = [
        *(sub("s", "a", START), item("s", START, 100, 10)),
        *(change("s", START, 100, 5), change("s", START + 40, 100, 10, known=START + 59)),
    ]
    built = facts(["a"], rows)
    assert [mrr(built, START + n) for n in (0, 39, 40, 58, 59)] == [500, 500, 500, 500, 1_000]
    ledger = build_ledger(built, Settings())
    assert ledger.mrr_on(ledger.view(START + 59), START + 40)[0].tolist() == [1_000]


def test_pause_log_and_undated_past_due() -> None:
    rows = [
        *(sub("s", "a", START, status="past_due"), item("s", START, 100)),
        *(status("s", START, "active"), status("s", START + 10, "paused")),
        status("s", START + 20, "active"),
    ]
    built = facts(["a"], rows)
    assert [mrr(built, START + n) for n in (9, 10, 19, 20)] == [100, 0, 0, 100]
    ledger = build_ledger(built, Settings())
    codes = [int(ledger.status_on(ledger.view(DAY), START + n)[0]) for n in (9, 10, 20)]
    assert codes == [2, 4, 1]


def test_trial_and_end_of_service() -> None:
    rows = [
        sub(
            "s",
            "a",
            START,
            status="canceled",
            trial_end=START + 14,
            cancelled_on=START + 30,
            cancel_at=START + 45,
            ended_on=START + 45,
        ),
        item("s", START, 100),
    ]
    built = facts(["a"], rows)
    assert [mrr(built, START + n) for n in (13, 14, 30, 44, 45)] == [0, 100, 100, 100, 0]


def test_cancelled_without_an_end_ends_when_it_was_cancelled() -> None:
    rows = [
        sub("s", "a", START, status="canceled", cancelled_on=START + 30),
        item("s", START, 100),
    ]
    built = facts(["a"], rows)
    assert [mrr(built, START + n) for n in (29, 30)] == [100, 0]


def test_zero_price_is_free() -> None:
    rows = [
        *(sub("s", "a", START), item("s", START, 0, 5)),
        *(sub("t", "b", START), item("t", START, 0, 1, metered=True)),
        *(change("t", START, 250, 1, metered=True), sub("u", "c", START)),
        *(item("u", START, 900), discount("u", START, None, percent_millionths=1_000_000)),
    ]
    ledger = build_ledger(facts(["a", "b", "c"], rows), Settings())
    assert ledger.status_on(ledger.view(DAY), DAY).tolist() == [5, 2, 2]


def test_rows_of_no_customer_count_nowhere() -> None:
    rows = [sub("s", "stranger", START), item("s", START, 100), item("lost", START, 100)]
    assert mrr(facts(["a"], rows), DAY) == 0


def test_subscription_columns() -> None:
    rows = [
        *(sub("s", "b", START, cancelled_on=DAY, currency="EUR"), item("s", START, 100)),
        *(sub("t", "b", DAY), item("t", DAY, 100)),
    ]
    built = facts(["a", "b"], rows)
    ready = prepare(built, Settings())
    before = subscription_columns(built, ready, DAY - 1)
    assert {name: list(column) for name, column in before.items()} == {
        "customer": [1],
        "subscription": ["s"],
        "status_type": ["Active"],
        "started_on": [START],
        "cancelled_on": [MISSING],
        "ended_on": [MISSING],
        "mrr": [110],
    }
    now = subscription_columns(built, ready, DAY)
    assert now["subscription"] == ["s", "t"]
    assert now["cancelled_on"].tolist() == [DAY, MISSING]
