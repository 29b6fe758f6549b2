"""Random portfolios: the engine agrees with a slow reading of the definitions, day by day."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from csmdesk.domain.days import month_starts
from csmdesk.domain.facts import Fact, Invoice, Subscription
from csmdesk.domain.inputs import Rates
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.money import money_metrics
from csmdesk.engine.money.ledger import build_ledger
from csmdesk.engine.money.months import customer_table, month_table, sum_months
from csmdesk.engine.money.movements import KINDS, movements
from csmdesk.engine.money.prepared import prepare
from tests.engine.build import facts
from tests.engine.money.make import change, d, discount, item, moves, status, sub
from tests.engine.money.oracle import Oracle
from tests.engine.money.series import mrr_series

FIRST, LAST = d("2026-01-01"), d("2026-04-20")
ACCOUNTS = ("a", "b", "c")
RATES = Rates(
    "USD",
    {"EUR": [0, FIRST + 20, FIRST + 59, FIRST + 60], "JPY": [0, FIRST + 31]},
    {
        "EUR": [Fraction("1.1"), Fraction(10_000, 9_173), Fraction("1.07"), Fraction("1.2")],
        "JPY": [Fraction("0.67"), Fraction(2, 3)],
    },
)
days = st.integers(FIRST - 20, LAST + 5)
counts = st.integers(0, 5)
intervals = st.sampled_from(["day", "week", "month", "quarter", "year"])


@st.composite
def subscriptions(draw: st.DrawFn, name: str) -> list[Fact]:
    started = draw(st.integers(FIRST - 20, LAST - 10))
    ended = draw(st.none() | st.integers(started + 1, LAST + 10))
    decided = draw(st.none() | st.integers(started, ended or LAST + 10))
    head = sub(
        name,
        draw(st.sampled_from(ACCOUNTS)),
        started,
        currency=draw(st.sampled_from(["USD", "EUR", "JPY"])),
        status="canceled" if ended else "active",
        ended_on=ended,
        cancelled_on=decided,
        cancel_at=None if decided is None else ended or LAST + 20,
        next_billing_on=draw(st.none() | st.integers(LAST + 10, LAST + 400)),
        trial_end=draw(st.none() | st.integers(started + 1, started + 30)),
    )
    rows: list[Fact] = [head]
    for line in range(draw(st.integers(1, 2))):
        terms: dict[str, Any] = {"interval": draw(intervals), "name": f"i{line}"}
        price = st.integers(50, 90_000)
        quantity = draw(st.integers(1, 5))
        rows.append(item(name, started + 10 * line, draw(price), quantity, **terms))
        for on in draw(st.sets(st.integers(started, LAST + 5), max_size=3)):
            late = draw(st.sampled_from([0, 0, 7]))
            rows.append(change(name, on, draw(price), draw(counts), known=on + late, **terms))
    for on in draw(st.sets(st.integers(started + 1, LAST + 5), max_size=3)):
        word = draw(st.sampled_from(["paused", "active", "free"]))
        rows.append(status(name, on, word, on + draw(st.sampled_from([0, 0, 5]))))
    for start in draw(st.sets(days, max_size=2)):
        ends = draw(st.none() | st.integers(start + 1, LAST + 20))
        share = draw(st.sampled_from([100_000, 250_000, 333_333, 1_000_000]))
        rows.append(discount(name, start, ends, percent_millionths=share))
    return rows


@st.composite
def portfolios(draw: st.DrawFn) -> list[Fact]:
    names = [f"s{index}" for index in range(draw(st.integers(1, 4)))]
    return [row for name in names for row in draw(subscriptions(name))]


@settings(max_examples=60, deadline=None)
@given(portfolios())
def test_movements_are_those_of_the_definitions(rows: list[Fact]) -> None:
    built = facts(ACCOUNTS, rows, rates=RATES)
    oracle = Oracle(rows, RATES, LAST)
    expected = sorted(
        (day, number, KINDS.index(kind), amount)
        for number, account in enumerate(ACCOUNTS)
        for day, kind, amount in oracle.movements(account, FIRST, LAST)
    )
    table = movements(built, Settings(), FIRST, LAST)
    kinds = [KINDS.index(kind or "") for kind in table.texts("kind")]
    columns = (table[name].tolist() for name in ("day", "customer", "amount"))
    found = [
        (day, customer, kind, amount)
        for day, customer, amount, kind in zip(*columns, kinds, strict=True)
        if amount
    ]
    assert found == expected


@settings(max_examples=60, deadline=None)
@given(portfolios(), st.integers(FIRST, LAST), st.sets(st.integers(0, 2)))
def test_identity_for_any_month_and_any_customers(
    rows: list[Fact], day: int, chosen: set[int]
) -> None:
    built = facts(ACCOUNTS, rows, rates=RATES)
    ledger = build_ledger(built, Settings())
    view = ledger.view(day)
    members = np.array([index in chosen for index in range(3)])
    table = movements(built, Settings(), day - 150, day)
    months = sum_months(table, ledger.mrr_on(view, day)[0], day, 4)
    result = month_table(months, members)
    for row, start in enumerate(month_starts(day, 4)):
        opening = int(ledger.mrr_on(view, start - 1)[0][members].sum())
        assert int(result["opening"][row]) == opening
        moved = sum(int(result[kind][row]) for kind in KINDS)
        assert opening + moved == int(result["closing"][row])
        assert int(result["net"][row]) == moved - int(result["fx"][row])
    single = customer_table(months, members)
    for name in ("opening", "closing", *KINDS):
        assert int(single[name].sum()) == int(result[name].sum())


def cut(rows: list[Fact], day: int) -> list[Fact]:
    """The facts as a source would have told them on `day`."""
    kept: list[Fact] = []
    for row in rows:
        seen = [
            getattr(row, name, day) for name in ("changed_on", "known_on", "since", "issued_on")
        ]
        if max(seen) > day or getattr(row, "starts_on", day) > day:
            continue
        if isinstance(row, Subscription):
            if row.started_on > day:
                continue
            if row.ended_on is not None and row.ended_on > day:
                row = replace(row, ended_on=None, status="active")
            if row.cancelled_on is not None and row.cancelled_on > day:
                row = replace(row, cancelled_on=None, cancel_at=None)
        if isinstance(row, Invoice) and row.paid_on is not None and row.paid_on > day:
            row = replace(row, paid_on=None, amount_paid=0, status="open")
        kept.append(row)
    return kept


@settings(max_examples=25, deadline=None)
@given(portfolios(), st.integers(FIRST, LAST))
def test_series_is_the_mrr_of_every_day(rows: list[Fact], first: int) -> None:
    built = facts(ACCOUNTS, rows, rates=RATES)
    series = mrr_series(built, Settings(), first, LAST)
    ledger = build_ledger(built, Settings())
    for customer in range(len(ACCOUNTS)):
        mine = series["customer"] == customer
        dated, amounts = series["day"][mine], series["mrr"][mine]
        assert dated[0] == first
        assert (amounts[1:] != amounts[:-1]).all()
        asked = np.arange(first, LAST + 1)
        same = np.full(len(asked), customer)
        expected, _ = ledger.mrr(ledger.view(LAST), same, asked, asked)
        told = amounts[np.searchsorted(dated, asked, side="right") - 1]
        assert told.tolist() == expected.tolist()


@settings(max_examples=25, deadline=None)
@given(portfolios(), st.lists(st.integers(FIRST, LAST), max_size=6))
def test_one_preparation_serves_days_in_any_order(rows: list[Fact], asked: list[int]) -> None:
    built = facts(ACCOUNTS, rows, rates=RATES)
    ready = prepare(built, Settings())
    for day in asked:
        shared, fresh = (money_metrics(built, Settings(), day, one) for one in (ready, None))
        assert all(list(shared[name]) == list(fresh[name]) for name in fresh)


def bill(number: int, account: str, issued: int, paid: int | None) -> Fact:
    return Invoice(
        source="billing",
        source_id=f"in{number}",
        account_id=account,
        number=str(number),
        currency="EUR",
        amount_due=1_001,
        amount_paid=0 if paid is None else 1_001,
        issued_on=issued,
        due_on=issued + 14,
        paid_on=paid,
        status="open" if paid is None else "paid",
    )


bills = st.lists(
    st.builds(
        bill,
        st.integers(0, 10**6),
        st.sampled_from(ACCOUNTS),
        days,
        st.none() | st.integers(LAST - 30, LAST + 10),
    ),
    max_size=4,
    unique_by=lambda row: row.source_id,
)


@settings(max_examples=60, deadline=None)
@given(portfolios(), bills, st.integers(FIRST, LAST))
def test_facts_after_the_day_change_nothing(rows: list[Fact], more: list[Fact], day: int) -> None:
    whole = facts(ACCOUNTS, [*rows, *more], rates=RATES)
    known = facts(ACCOUNTS, cut([*rows, *more], day), rates=RATES)
    before, after = (money_metrics(built, Settings(), day) for built in (whole, known))
    assert set(before) == set(after)
    for name in before:
        assert list(before[name]) == list(after[name]), name
    assert moves(whole, day - 90, day) == moves(known, day - 90, day)
