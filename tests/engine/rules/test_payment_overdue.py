"""Rule 2 by hand: days, floor, two or more, failed payments, clearing, past days."""

from __future__ import annotations

from typing import Any

import pytest

from csmdesk.domain.facts import Invoice
from csmdesk.domain.settings import Money, Settings
from csmdesk.engine.rules.payment_overdue import RULE
from tests.engine.build import DAY
from tests.engine.rules.world import context, later, run, severities


def invoice(days: int, number: str = "I-1", **more: Any) -> Invoice:
    values: dict[str, Any] = {
        "source": "billing",
        "source_id": number,
        "account_id": "c0",
        "number": number,
        "currency": "USD",
        "amount_due": 2_004_000,
        "issued_on": DAY - days - 30,
        "due_on": DAY - days,
        **more,
    }
    return Invoice(**values)


@pytest.mark.parametrize(
    ("days", "severity"), [(0, None), (1, 1), (14, 1), (15, 2), (29, 2), (30, 3), (-5, None)]
)
def test_rungs(days: int, severity: int | None) -> None:
    found = severities(run(RULE, context([{}], given=[invoice(days)])))
    assert found == ({} if severity is None else {("c0", "I-1"): severity})


def test_text() -> None:
    task = run(RULE, context([{}], given=[invoice(18)])).tasks[0]
    assert task.text == "Invoice I-1: $20,040 overdue 18 days."


@pytest.mark.parametrize(
    ("currency", "amount", "hit"),
    [
        ("USD", 5_000, True),  # exactly the floor of 50.00
        ("USD", 4_999, False),
        ("EUR", 4_546, True),  # at 1.1: 50.006
        ("EUR", 4_545, False),  # 49.995
        ("JPY", 7_143, True),  # at 0.7 cents a yen: 50.001
        ("JPY", 7_142, False),
        ("CHF", 900_000, False),  # no rate: nothing is guessed
    ],
)
def test_floor_in_reporting_currency(currency: str, amount: int, hit: bool) -> None:
    row = invoice(5, currency=currency, amount_due=amount)
    assert bool(run(RULE, context([{}], given=[row])).tasks) is hit


def test_floor_is_a_setting() -> None:
    settings = Settings(money=Money(overdue_floor="1.00"))
    row = invoice(5, amount_due=100)
    assert run(RULE, context([{}], given=[row], settings=settings)).tasks


def test_two_or_more_are_high() -> None:
    found = severities(run(RULE, context([{}], given=[invoice(2), invoice(3, "I-2")])))
    assert found == {("c0", "I-1"): 3, ("c0", "I-2"): 3}
    small = invoice(3, "I-2", amount_due=100)
    assert severities(run(RULE, context([{}], given=[invoice(2), small]))) == {("c0", "I-1"): 1}


def test_three_failed_payments_are_high() -> None:
    assert severities(run(RULE, context([{}], given=[invoice(2, attempts=3)]))) == {
        ("c0", "I-1"): 3
    }


@pytest.mark.parametrize(
    "closed",
    [
        {"paid_on": DAY},
        {"voided_on": DAY},
        {"amount_paid": 2_004_000},
        {"status": "uncollectible"},
        {"status": "Paid"},
    ],
)
def test_clears_when_paid_void_or_written_off(closed: dict[str, Any]) -> None:
    ctx = context([{}], given=[invoice(5)])
    found = run(RULE, ctx)
    after = context([{}], given=[invoice(5, **closed)]).facts
    cleared = run(RULE, later(ctx, found, facts=after))
    assert [task.active for task in cleared.tasks] == [False]
    assert [event.kind for event in cleared.events] == ["resolved"]


def test_later_due_date_does_not_clear_an_unpaid_invoice() -> None:
    ctx = context([{}], given=[invoice(20)])
    found = run(RULE, ctx)
    moved = context([{}], given=[invoice(-20)]).facts
    kept = run(RULE, later(ctx, found, facts=moved))
    assert [(task.active, task.severity) for task in kept.tasks] == [(True, 1)]


def test_paid_after_the_day_is_still_open_on_it() -> None:
    assert run(
        RULE, context([{}], given=[invoice(5, paid_on=DAY + 2, amount_paid=2_004_000)])
    ).tasks
    assert not run(RULE, context([{}], given=[invoice(5, issued_on=DAY + 1)])).tasks
