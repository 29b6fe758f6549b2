"""Money metrics of single customers by hand."""

from __future__ import annotations

from typing import Any

import pytest

from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Fact, FieldChange, Invoice, Product
from csmdesk.domain.settings import Renewals, Settings
from csmdesk.engine.metrics.money import money_metrics
from tests.engine.build import account, facts
from tests.engine.money.make import SOURCE, change, d, item, status, sub

START, DAY = d("2025-03-31"), d("2026-02-10")


def metrics(rows: list[Fact], day: int = DAY, **values: Any) -> dict[str, Any]:
    """The first customer's metrics as plain values."""
    settings = values.pop("settings", Settings())
    built = facts([account("a", **values), "other"], rows, day=day)
    columns = money_metrics(built, settings, day)
    return {
        name: column[0].item() if hasattr(column, "dtype") else column[0]
        for name, column in columns.items()
    }


def test_a_prospect() -> None:
    found = metrics([])
    assert found["status"] == "Prospect"
    assert not any(found[name] for name in ("active", "ever_counted", "missing_rate"))
    names = ("tenure", "renewal_on", "cancel_at", "cancel_known_on", "term_days")
    assert {found[name] for name in names} == {MISSING}
    assert (found["currency"], found["products"], found["seats"]) == (None, (), 0)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["active", "past_due", "trialing"], "Past due"),
        (["trialing", "active"], "Active"),
        (["trialing", "paused"], "Trial"),
        (["paused", "free"], "Paused"),
        (["free", "canceled"], "Free"),
        (["canceled"], "Prospect"),  # never counted, as far as its dates tell
        (["incomplete"], "Prospect"),
    ],
)
def test_status_is_the_first_that_holds(statuses: list[str], expected: str) -> None:
    rows: list[Fact] = []
    for number, name in enumerate(statuses):
        rows += [sub(f"s{number}", "a", START, status=name), item(f"s{number}", START, 100)]
    assert metrics(rows)["status"] == expected


def test_churned() -> None:
    rows = [sub("s", "a", START, status="canceled", ended_on=DAY), item("s", START, 100)]
    found = metrics(rows)
    assert (found["status"], found["active"], found["ever_counted"]) == ("Churned", False, True)
    assert (found["mrr"], found["mrr_30"], found["mrr_90"]) == (0, 100, 100)
    assert (found["counted"], found["subscriptions_30"]) == (0, 1)
    assert found["tenure"] == DAY - START
    assert metrics(rows, DAY - 1)["status"] == "Active"


def test_tenure_counts_from_the_end_of_the_trial() -> None:
    rows = [sub("s", "a", START, trial_end=START + 14), item("s", START, 100)]
    assert metrics(rows)["tenure"] == DAY - START - 14
    assert metrics(rows, START + 13)["tenure"] == MISSING


def test_set_to_cancel_is_known_from_the_decision_on() -> None:
    rows = [
        sub("s", "a", START, cancelled_on=DAY, cancel_at=DAY + 40),
        item("s", START, 100),
    ]
    found = metrics(rows)
    assert found["set_to_cancel"]
    assert (found["cancel_at"], found["cancel_known_on"], found["mrr"]) == (DAY + 40, DAY, 100)
    before = metrics(rows, DAY - 1)
    assert not before["set_to_cancel"]
    assert before["cancel_at"] == MISSING


def product(key: str, name: str, unit: str, capacity: int = 1) -> Fact:
    return Product(source=SOURCE, source_id=key, name=name, unit=unit, capacity_per_unit=capacity)


def test_seats_and_products() -> None:
    rows = [
        *(product("core", "Core", "seat", 5), product("scan", "Scan Pack", "scan", 1_000)),
        *(sub("s", "a", START), change("s", START, 100, 2), change("s", DAY - 10, 100, 3)),
        item("s", START, 700, 4, name="scans", product_id="scan"),
        item("s", DAY - 5, 900, 1, name="meter", product_id="meter", metered=True),
        *(sub("t", "a", START, status="paused"), item("t", START, 100, 50)),
    ]
    found = metrics(rows)
    assert (found["seats"], found["seats_30"]) == (15, 10)
    assert found["products"] == ("Core", "Scan Pack", "meter")
    trial = [sub("u", "a", DAY - 5, status="trialing"), item("u", DAY - 5, 100, product_id="new")]
    assert metrics([*rows, *trial])["products"] == found["products"]  # not paid for
    assert metrics(trial)["products"] == ("new",)


def test_stated_seats() -> None:
    rows = [sub("s", "a", START, seats=40), item("s", START, 9_000)]
    assert metrics(rows)["seats"] == 40


def invoice(number: str, due: int, amount: int, **values: Any) -> Fact:
    return Invoice(
        source=SOURCE,
        source_id=number,
        account_id="a",
        number=number,
        amount_due=amount,
        due_on=due,
        issued_on=due - 30,
        **{"currency": "USD", **values},
    )


def test_overdue_invoices() -> None:
    rows = [
        invoice("1", DAY - 18, 1_000),
        invoice("2", DAY - 3, 1_000, currency="EUR", amount_paid=400),
        invoice("3", DAY, 7_000),  # due today is not overdue
        invoice("4", DAY - 40, 9_000, status="paid", paid_on=DAY - 20, amount_paid=9_000),
        invoice("5", DAY - 50, 9_000, status="void", voided_on=DAY),
        invoice("6", DAY - 50, 9_000, status="draft"),
    ]
    found = metrics(rows)
    assert (found["overdue_days"], found["overdue_count"]) == (18, 2)
    assert found["overdue_amount"] == 1_000 + 660
    past = metrics(rows, DAY - 25)
    assert (past["overdue_days"], past["overdue_amount"]) == (25, 18_000)


def test_overdue_without_a_rate_is_flagged() -> None:
    found = metrics([invoice("1", DAY - 18, 1_000, currency="CHF")])
    assert found["missing_rate"]
    assert (found["overdue_amount"], found["overdue_count"]) == (0, 1)


def test_acv() -> None:
    rows = [sub("s", "a", START, currency="EUR"), item("s", START, 1_000)]
    stated = metrics(rows, acv=50_000, currency="GBP")
    assert (stated["acv"], stated["acv_native"], stated["acv_derived"]) == (65_000, 50_000, False)
    assert (stated["acv_currency"], stated["currency"]) == ("GBP", "EUR")
    derived = metrics(rows)
    assert (derived["mrr_native"], derived["mrr"]) == (1_000, 1_100)
    assert (derived["acv"], derived["acv_native"], derived["acv_derived"]) == (13_200, 12_000, True)
    assert metrics(rows, acv=50_000, currency="CHF")["acv"] == MISSING


def yearly(**values: Any) -> list[Fact]:
    return [sub("s", "a", START, **values), item("s", START, 100, interval="year")]


@pytest.mark.parametrize(
    ("day", "planned", "expected"),
    [
        ("2026-02-10", None, "2026-03-31"),
        ("2026-02-10", "2026-03-31", "2026-03-31"),
        ("2026-02-10", "2027-03-31", "2026-03-31"),  # a past day: the plan has moved on since
        ("2026-03-31", "2027-03-31", "2026-03-31"),
        ("2026-04-01", "2027-03-31", "2027-03-31"),
        ("2026-04-20", "2026-03-31", "2026-03-31"),  # passed and still running
        ("2026-02-10", "2027-02-14", "2026-02-14"),  # billed from another day
    ],
)
def test_renewal_by_billing(day: str, planned: str | None, expected: str) -> None:
    found = metrics(yearly(next_billing_on=d(planned) if planned else None), d(day))
    assert found["renewal_on"] == d(expected)
    assert (found["term_days"], found["renewal_subscription"]) == (365, "s")


def test_renewal_is_counted_from_the_end_of_the_trial() -> None:
    rows = yearly(trial_end=d("2025-04-14"), next_billing_on=d("2026-04-14"))
    assert metrics(rows)["renewal_on"] == d("2026-04-14")
    assert metrics(rows, d("2025-04-14"))["renewal_on"] == d("2026-04-14")


@pytest.mark.parametrize(
    ("interval", "count", "minimum", "expected"),
    [
        ("month", 1, 6, None),
        ("month", 1, 0, "2026-02-28"),
        ("month", 6, 6, "2026-03-31"),
        ("quarter", 1, 6, None),
        ("quarter", 2, 6, "2026-03-31"),
        ("week", 25, 6, None),
        ("week", 26, 6, "2026-03-30"),
        ("week", 52, 12, "2026-03-30"),
        ("day", 182, 6, None),
        ("day", 365, 12, "2026-03-31"),
    ],
)
def test_terms(interval: str, count: int, minimum: int, expected: str | None) -> None:
    rows = [
        sub("s", "a", START),
        item("s", START, 100, interval=interval, interval_count=count),
    ]
    chosen = Settings(renewals=Renewals(min_term_months=minimum))
    found = metrics(rows, settings=chosen)
    assert found["renewal_on"] == (d(expected) if expected else MISSING)


def test_the_contract_wins_and_the_earliest_subscription_else() -> None:
    rows = [
        *yearly(),
        *(sub("t", "a", START - 40), item("t", START - 40, 100, interval="year")),
    ]
    assert metrics(rows)["renewal_subscription"] == "t"
    found = metrics(rows, renewal_on=DAY + 200)
    assert (found["renewal_on"], found["renewal_subscription"]) == (DAY + 200, "t")
    monthly = metrics([sub("s", "a", START), item("s", START, 1)], renewal_on=DAY + 200)
    assert (monthly["term_days"], monthly["renewal_subscription"]) == (365, "s")
    gone = metrics(yearly(ended_on=DAY, status="canceled"), renewal_on=DAY + 200)
    assert (gone["renewal_on"], gone["renewal_subscription"]) == (MISSING, None)


def test_contract_date_of_a_past_day() -> None:
    moved = FieldChange(
        source="crm",
        source_id="f2",
        account_id="a",
        field="renewal_on",
        at=DAY * 86_400,
        value="2027-01-01",
    )
    first = FieldChange(
        source="crm",
        source_id="f1",
        account_id="a",
        field="renewal_on",
        at=START * 86_400,
        value="2026-06-01T00:00:00Z",
    )
    rows = [*yearly(), moved, first]
    assert metrics(rows, renewal_on=d("2027-01-01"))["renewal_on"] == d("2027-01-01")
    past = metrics(rows, DAY - 1, renewal_on=d("2027-01-01"))
    assert past["renewal_on"] == past["contract_on"] == d("2026-06-01")


def changed(field: str, day: int, value: str | None) -> FieldChange:
    return FieldChange(
        source="crm",
        source_id=f"{field}-{day}",
        account_id="a",
        field=field,
        at=day * 86_400,
        value=value,
    )


def test_the_yearly_value_of_a_past_day() -> None:
    history: list[Fact] = [
        changed("acv", START, "500.0"),
        changed("acv", DAY - 30, None),
        changed("acv", DAY - 20, "much"),
        changed("acv", DAY - 10, "750.50"),
    ]
    rows = [sub("s", "a", START, currency="EUR"), item("s", START, 1_000), *history]

    def acv(day: int) -> tuple[int, int, str, bool]:
        found = metrics(rows, day, acv=75_050, currency="GBP")
        names = ("acv", "acv_native", "acv_currency", "acv_derived")
        one, native, currency, derived = (found[name] for name in names)
        return one, native, currency, derived

    assert acv(DAY) == acv(DAY - 10) == (97_565, 75_050, "GBP", False)
    assert acv(DAY - 31) == (65_000, 50_000, "GBP", False)
    assert acv(DAY - 30) == acv(DAY - 11) == (13_200, 12_000, "EUR", True)  # none was stated
    assert acv(START - 1)[1:] == (50_000, "GBP", False)  # the oldest known


def test_a_pause_is_not_active() -> None:
    rows = [*yearly(), status("s", DAY, "paused")]
    found = metrics(rows)
    assert (found["status"], found["active"], found["mrr"]) == ("Paused", False, 0)
