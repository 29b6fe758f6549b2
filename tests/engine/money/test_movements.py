"""Every money case of definitions.md section 4 by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Fact
from csmdesk.domain.inputs import Facts, Rates
from csmdesk.domain.settings import Settings
from csmdesk.engine.money.ledger import build_ledger
from csmdesk.engine.money.months import month_table, retention, sum_months
from csmdesk.engine.money.movements import movements
from tests.engine.build import facts
from tests.engine.money.make import change, d, discount, item, moves, status, sub

S = d("2026-01-10")
FIRST, LAST = d("2025-12-01"), d("2026-06-30")


def of(*rows: Fact) -> list[tuple[int, str, int]]:
    """Movements of one customer as (days after S, kind, amount)."""
    return [(day - S, kind, amount) for day, kind, amount in moves(facts(["a"], rows), FIRST, LAST)]


def plan(name: str, start: int, cents: int, **values: object) -> tuple[Fact, Fact]:
    return sub(name, "a", start, **values), item(name, start, cents)


def test_new() -> None:
    assert of(*plan("s", S, 100)) == [(0, "new", 100)]


def test_seats_up_and_down() -> None:
    rows = [sub("s", "a", S), change("s", S, 100, 5), change("s", S + 10, 100, 8)]
    assert of(*rows, change("s", S + 20, 100, 6)) == [
        (0, "new", 500),
        (10, "expansion", 300),
        (20, "contraction", -200),
    ]


def test_plan_swap_on_one_day_is_one_movement() -> None:
    rows = [sub("s", "a", S), change("s", S, 100), change("s", S + 10, 100, 0)]
    rows.append(change("s", S + 10, 3_000, name="pro", interval="year"))
    assert of(*rows) == [(0, "new", 100), (10, "expansion", 150)]


def test_cancel_and_create_on_one_day_net() -> None:
    rows = [*plan("s", S, 100, ended_on=S + 10, status="canceled"), *plan("t", S + 10, 90)]
    assert of(*rows) == [(0, "new", 100), (10, "contraction", -10)]


def test_same_price_on_one_day_is_no_movement() -> None:
    rows = [*plan("s", S, 100, ended_on=S + 10, status="canceled"), *plan("t", S + 10, 100)]
    assert of(*rows) == [(0, "new", 100)]


def test_add_on_and_second_subscription() -> None:
    rows = [*plan("s", S, 100), item("s", S + 5, 40, name="add-on"), *plan("t", S + 9, 70)]
    assert of(*rows) == [(0, "new", 100), (5, "expansion", 40), (9, "expansion", 70)]


def test_discount_ending() -> None:
    rows = [*plan("s", S, 100), discount("s", S, S + 30, percent_millionths=200_000)]
    assert of(*rows) == [(0, "new", 80), (30, "expansion", 20)]


def test_trial_that_pays() -> None:
    assert of(*plan("s", S, 100, trial_end=S + 14)) == [(14, "new", 100)]


def test_pause_and_resume() -> None:
    rows = [*plan("s", S, 100), status("s", S + 10, "paused"), status("s", S + 40, "active")]
    assert of(*rows) == [(0, "new", 100), (10, "contraction", -100), (40, "expansion", 100)]


def test_free_plan_and_back() -> None:
    rows = [sub("s", "a", S), change("s", S, 100), change("s", S + 10, 0), change("s", S + 30, 120)]
    assert of(*rows) == [(0, "new", 100), (10, "contraction", -100), (30, "expansion", 120)]


def test_free_first_is_new_when_it_pays() -> None:
    rows = [sub("s", "a", S), change("s", S, 0), change("s", S + 30, 120)]
    assert of(*rows) == [(30, "new", 120)]


def test_pause_that_ends_in_cancellation_is_a_logo_churn() -> None:
    rows = [*plan("s", S, 100, ended_on=S + 50, status="canceled"), status("s", S + 10, "paused")]
    built = facts(["a"], rows)
    table = movements(built, Settings(), FIRST, LAST)
    assert table.texts("kind") == ["new", "contraction", "churn"]
    assert (table.ints("day") - S).tolist() == [0, 10, 50]
    assert table.ints("amount").tolist() == [100, -100, 0]
    assert table.ints("memo").tolist() == [0, 0, -100]


def test_free_plan_after_churn_is_not_lost_twice() -> None:
    rows = [*plan("s", S, 100, ended_on=S + 10, status="canceled")]
    rows += plan("f", S + 20, 0, ended_on=S + 40, status="canceled")
    assert of(*rows) == [(0, "new", 100), (10, "churn", -100)]


def test_churn_on_the_end_of_service_not_on_the_decision() -> None:
    rows = plan("s", S, 100, cancelled_on=S + 5, ended_on=S + 30, status="canceled")
    assert of(*rows) == [(0, "new", 100), (30, "churn", -100)]


def test_reactivation_has_its_gap() -> None:
    rows = [*plan("s", S, 100, ended_on=S + 30, status="canceled"), *plan("t", S + 75, 120)]
    table = movements(facts(["a"], rows), Settings(), FIRST, LAST)
    assert table.texts("kind") == ["new", "churn", "reactivation"]
    assert table.ints("gap_days").tolist() == [MISSING, MISSING, 45]


def test_one_of_two_ending_is_a_contraction() -> None:
    rows = [*plan("s", S, 100, ended_on=S + 30, status="canceled"), *plan("t", S, 70)]
    assert of(*rows) == [(0, "new", 170), (30, "contraction", -100)]


def test_new_and_churn_in_one_month_both_show() -> None:
    built = facts(["a"], plan("s", S, 100, ended_on=S + 3, status="canceled"))
    months = table_of(built, d("2026-01-31"), 1)
    assert [months[name].tolist() for name in ("opening", "new", "churn", "closing")] == [
        [0],
        [100],
        [-100],
        [0],
    ]


def euro_steps() -> Facts:
    rates = Rates(
        "USD",
        {"EUR": [0, d("2026-02-01"), d("2026-03-01")]},
        {"EUR": [Fraction("1.1"), Fraction("1.2"), Fraction("1.15")]},
    )
    rows = [
        sub("s", "a", S, currency="EUR", ended_on=d("2026-03-10"), status="canceled"),
        change("s", S, 101),
        change("s", d("2026-02-01"), 151),
    ]
    return facts(["a"], rows, rates=rates)


def test_fx_is_apart_from_movements() -> None:
    expected = [
        (S, "new", 111),  # 111.1
        (d("2026-02-01"), "expansion", 60),  # 181.2 - 121.2
        (d("2026-02-01"), "fx", 10),  # 121.2 - 111.1
        (d("2026-03-01"), "fx", -7),  # 173.65 - 181.2
        (d("2026-03-10"), "churn", -174),
    ]
    assert moves(euro_steps(), FIRST, LAST) == expected


def test_a_rate_that_appears_late_is_fx_not_new() -> None:
    rates = Rates("USD", {"EUR": [S + 5]}, {"EUR": [Fraction(2)]})
    built = facts(["a"], plan("s", S, 100, currency="EUR"), rates=rates)
    assert moves(built, FIRST, LAST) == [(S + 5, "fx", 200)]


def table_of(built: Facts, day: int, count: int) -> dict[str, object]:
    ledger = build_ledger(built, Settings())
    amount, _ = ledger.mrr_on(ledger.view(day), day)
    table = movements(built, Settings(), day - 800, day)
    return dict(month_table(sum_months(table, amount, day, count)))


def test_month_table() -> None:
    months = table_of(euro_steps(), d("2026-03-15"), 3)
    assert {name: column.tolist() for name, column in months.items()} == {
        "month": [d("2026-01-01"), d("2026-02-01"), d("2026-03-01")],
        "opening": [0, 111, 181],
        "new": [111, 0, 0],
        "reactivation": [0, 0, 0],
        "expansion": [0, 60, 0],
        "contraction": [0, 0, 0],
        "churn": [0, 0, -174],
        "fx": [0, 10, -7],
        "net": [111, 60, -174],
        "closing": [111, 181, 0],
    }


@pytest.mark.parametrize("month", ["2026-02-28"])
def test_retention(month: str) -> None:
    day = d(month)
    on = d("2026-02-10")
    rows = [
        *(sub("s", "a", S, ended_on=on, status="canceled"), item("s", S, 300)),
        *(sub("t", "b", S), change("t", S, 500), change("t", on, 450)),
        *(sub("u", "c", S), change("u", S, 200), change("u", on, 320)),
        *(sub("v", "d", on), item("v", on, 1_000)),
    ]
    built = facts(["a", "b", "c", "d"], rows)
    ledger = build_ledger(built, Settings())
    table = movements(built, Settings(), day - 100, day)
    months = sum_months(table, ledger.mrr_on(ledger.view(day), day)[0], day, 1)
    row = {name: int(column[0]) for name, column in retention(table, months).items()}
    assert row == {
        "month": d("2026-02-01"),
        "grr": 6_500,  # (1,000 - 50 - 300) / 1,000
        "nrr": 7_700,  # + 120
        "churned": 1,
        "active_opening": 3,
        "logo_churn": 3_333,
    }
