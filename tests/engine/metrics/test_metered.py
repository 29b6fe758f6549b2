"""What customers were billed for use in the last complete month, by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Fact, Invoice
from csmdesk.domain.inputs import Rates
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.money import money_metrics
from tests.engine.build import facts, flat_rates
from tests.engine.money.make import SOURCE, d, item, sub

DAY = d("2026-02-10")
Figure = tuple[int, bool]
NOTHING, NOT_TOLD, NO_RATE = (0, False), (MISSING, False), (MISSING, True)


def bill(metered: int | None, on: str = "2026-01-15", **values: Any) -> Fact:
    return Invoice(
        source=SOURCE,
        source_id=f"{on}-{metered}-{len(values)}",
        account_id="a",
        number="1",
        issued_on=d(on),
        metered=metered,
        **{"currency": "USD", "amount_due": 10_000, **values},
    )


def metered(rows: list[Fact], day: int = DAY, **values: Any) -> Figure:
    found = money_metrics(facts(["a"], rows, day=day, **values), Settings(), day)
    return int(found.ints("metered")[0]), bool(found.ints("metered_lost")[0])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], NOTHING),
        ([bill(0)], NOTHING),
        ([bill(700), bill(50, "2026-01-31")], (750, False)),
        ([bill(700), bill(-200, "2026-01-20")], (500, False)),  # a credit on an invoice
        # the month before January ends on the 31st, and February has just begun
        ([bill(1, "2025-12-31"), bill(20, "2026-01-01"), bill(300, "2026-02-01")], (20, False)),
        # a yen is 0.7 cents, a fils 0.325: each has no or three decimals, both are integers
        ([bill(1_001, currency="JPY")], (701, False)),
        ([bill(12_345, currency="KWD")], (4_012, False)),
        # 0.7 + 0.65 = 1.35: rounded once, not one by one
        ([bill(1, currency="JPY"), bill(2, currency="KWD")], (1, False)),
        ([bill(700), bill(1, currency="CHF")], NO_RATE),
        ([bill(700), bill(None)], NOT_TOLD),
        ([bill(700), bill(None, "2025-12-31")], (700, False)),
        ([bill(700, status="void", voided_on=DAY)], NOTHING),
        ([bill(700, status="void", voided_on=DAY + 1)], (700, False)),  # not known yet
        ([bill(700, status="uncollectible", voided_on=DAY - 1)], NOTHING),
        ([bill(700, status="void")], NOTHING),
        ([bill(700, status="draft")], NOTHING),
        ([bill(700, status="paid", paid_on=DAY - 20)], (700, False)),
    ],
)
def test_what_was_billed_for_use(rows: list[Fact], expected: Figure) -> None:
    assert metered(rows) == expected


def test_only_what_was_billed_by_then_exists() -> None:
    rows = [bill(7, "2025-12-05"), bill(20, "2026-01-15")]
    days = ("2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2026-03-01")
    assert [metered(rows, d(day))[0] for day in days] == [0, 7, 7, 20, 0]


def test_the_rate_is_that_of_the_invoice() -> None:
    days, values = [d("2026-01-10"), d("2026-02-01")], [Fraction(1), Fraction(9)]
    rates = Rates("USD", {"EUR": days}, {"EUR": values})
    assert metered([bill(50, currency="EUR")], rates=rates) == (50, False)
    assert metered([bill(50, "2026-01-09", currency="EUR")], rates=rates) == NO_RATE
    assert metered([bill(5)], rates=flat_rates("USD")) == (5, False)


def test_without_billing_it_is_missing() -> None:
    assert metered([], connected=("crm", "usage")) == NOT_TOLD
    assert metered([], unjoined={"billing": ["a"]}) == NOT_TOLD


def test_it_is_no_mrr_and_no_mrr_is_in_it() -> None:
    used = item("s", DAY - 90, 5, name="use", metered=True)
    rows = [sub("s", "a", DAY - 90), item("s", DAY - 90, 900), used]
    found = money_metrics(facts(["a"], [*rows, bill(700)], day=DAY), Settings(), DAY)
    assert (found.ints("mrr")[0], found.ints("metered")[0]) == (900, 700)
    foreign = bill(7, currency="CHF", status="paid", paid_on=DAY - 20)
    lost = money_metrics(facts(["a"], [*rows, foreign], day=DAY), Settings(), DAY)
    assert (lost.ints("mrr")[0], lost["missing_rate"][0]) == (900, False)
