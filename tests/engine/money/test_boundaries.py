"""Renewal dates that came, and committed churn: by hand, and against a slow reading day by day."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from csmdesk.domain.days import day_date, day_number
from csmdesk.domain.facts import Fact
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Renewals, Settings
from csmdesk.engine.money.boundaries import renewal_dates_between
from csmdesk.engine.money.committed import committed_mrr
from csmdesk.engine.money.prepared import prepare
from tests.engine.build import facts
from tests.engine.money.make import change, d, item, status, sub

START = d("2024-01-31")
FIRST, LAST = d("2026-01-01"), d("2026-03-01")
YEAR = {"interval": "year"}


def dates(
    built: Facts, first: int = FIRST, last: int = LAST, least: int = 6
) -> list[tuple[Any, ...]]:
    """(date, customer, subscription, accomplished)."""
    settings = Settings(renewals=Renewals(min_term_months=least))
    table = renewal_dates_between(built, settings, prepare(built, settings), first, last)
    days = [day_date(day).isoformat() for day in table.ints("renewal_on").tolist()]
    done = table.ints("accomplished").tolist()
    customer = table.ints("customer").tolist()
    return list(zip(days, customer, table.texts("subscription"), done, strict=True))


def one(started: int, *more: Fact, price: dict[str, Any] | None = None, **values: Any) -> Facts:
    rows = [
        sub("s", "acme", started, **values),
        item("s", started, 1_200, **(price or YEAR)),
        *more,
    ]
    return facts(["acme"], rows)


@pytest.mark.parametrize(
    ("built", "wanted"),
    [
        # a yearly term of a live subscription, clamped to the month's end
        (one(START), [("2026-01-31", 1)]),
        (one(d("2024-02-29")), [("2026-02-28", 1)]),
        (one(START, next_billing_on=d("2027-01-31")), [("2026-01-31", 1)]),
        # up to next_billing_on: what was not billed on did not come
        (one(START, next_billing_on=d("2025-01-31")), []),
        # it ended on the boundary, before it, after it
        (one(START, ended_on=d("2026-01-31")), [("2026-01-31", 0)]),
        (one(START, ended_on=d("2025-06-01"), next_billing_on=d("2026-01-31")), [("2026-01-31", 0)]),
        (one(START, ended_on=d("2025-06-01")), [("2026-01-31", 0)]),
        (one(START, ended_on=d("2025-01-20")), []),
        (one(START, ended_on=d("2026-02-10")), [("2026-01-31", 1)]),
        # set to cancel but still there on the date
        (one(START, cancelled_on=d("2026-01-20"), cancel_at=d("2026-02-20")), [("2026-01-31", 1)]),
        # paused on the date
        (one(START, status("s", d("2026-01-10"), "paused")), [("2026-01-31", 0)]),
        # the start is no renewal
        (one(d("2026-01-10")), []),
        # terms are counted from the trial's end, or back from next_billing_on
        (
            one(d("2025-01-10"), trial_end=d("2025-01-24"), next_billing_on=d("2026-01-24")),
            [("2026-01-24", 1)],
        ),
        (one(d("2025-01-10"), next_billing_on=d("2027-02-03")), [("2026-02-03", 1)]),
        # never counted: a trial that ended
        (one(d("2025-01-10"), status("s", d("2025-01-10"), "trial"), ended_on=d("2026-01-10")), []),
        # a rolling term raises none, half a year does
        (one(START, price={"interval": "month"}), []),
        (one(d("2024-07-15"), price={"interval": "month", "interval_count": 6}), [("2026-01-15", 1)]),
        # the term of the day before: months until 2025, a year from then on
        (
            one(
                d("2024-01-15"),
                change("s", d("2025-01-15"), 9_000, **YEAR),
                price={"interval": "month"},
            ),
            [("2026-01-15", 1)],
        ),
        # it went from a year to months on the boundary: that was a renewal date, the later are none
        (
            one(d("2024-01-15"), change("s", d("2026-01-15"), 100, interval="month")),
            [("2026-01-15", 1)],
        ),
        # the longest term of several lines decides
        (
            one(START, item("s", START, 100, name="b", interval="month")),
            [("2026-01-31", 1)],
        ),
        (one(START, item("s", START, 100, name="b", interval="year", interval_count=2)),
         [("2026-01-31", 1)]),
        # metered lines have no term
        (one(START, price={**YEAR, "metered": True}), []),
    ],
)  # fmt: skip
def test_one_subscription(built: Facts, wanted: list[tuple[str, int]]) -> None:
    assert dates(built) == [(day, 0, "s", done) for day, done in wanted]


def test_every_term_when_none_is_too_short() -> None:
    built = one(d("2025-12-31"), price={"interval": "month"}, ended_on=d("2026-02-28"))
    assert dates(built, least=0) == [
        ("2026-01-31", 0, "s", 1),
        ("2026-02-28", 0, "s", 0),
    ]


def test_several_customers_by_date_then_customer() -> None:
    rows: list[Fact] = []
    for key, account, started in (
        ("s1", "acme", "2025-02-01"),
        ("s2", "globex", "2025-01-10"),
        ("s3", "acme", "2025-01-10"),
    ):
        rows += [sub(key, account, d(started)), item(key, d(started), 1, **YEAR)]
    assert dates(facts(["acme", "globex", "none"], rows)) == [
        ("2026-01-10", 0, "s3", 1),
        ("2026-01-10", 1, "s2", 1),
        ("2026-02-01", 0, "s1", 1),
    ]
    assert dates(facts(["none"], [])) == []


def test_a_later_end_does_not_reach_back() -> None:
    built = one(START, ended_on=d("2026-06-01"))
    assert dates(built) == dates(one(START))


INTERVALS = st.sampled_from([("month", 1), ("month", 6), ("quarter", 1), ("year", 1), ("week", 30)])
DAYS = st.integers(-500, 60).map(lambda back: FIRST + back)


@examples(max_examples=200, deadline=None)
@given(
    started=DAYS,
    interval=INTERVALS,
    ended=st.one_of(st.none(), st.integers(0, 700)),
    halted=st.one_of(st.none(), st.tuples(st.integers(1, 500), st.integers(1, 200))),
    least=st.sampled_from([0, 3, 6, 12]),
)
def test_against_a_slow_reading(
    started: int,
    interval: tuple[str, int],
    ended: int | None,
    halted: tuple[int, int] | None,
    least: int,
) -> None:
    end = None if ended is None else started + ended
    pause = () if halted is None else (started + halted[0], started + sum(halted))
    more = [status("s", day, name) for day, name in zip(pause, ("paused", "active"), strict=False)]
    price = {"interval": interval[0], "interval_count": interval[1]}
    built = one(started, *more, price=price, ended_on=end)

    def counts(day: int) -> bool:
        there = started <= day and (end is None or day < end)
        return there and not (pause and pause[0] <= day < pause[1])

    months = {"month": 1, "quarter": 3, "year": 12}.get(interval[0], 0) * interval[1]
    long_enough = (months or 30 * 12 / 52) >= least
    wanted, k = [], 1
    while long_enough and (date := later(started, months, 210, k)) <= LAST:
        known = any(map(counts, range(started, date)))
        previous = later(started, months, 210, k - 1)
        if date >= FIRST and known and (end is None or previous < end):
            wanted.append((day_date(date).isoformat(), 0, "s", int(counts(date))))
        k += 1
    assert dates(built, least=least) == wanted


def later(start: int, months: int, days: int, k: int) -> int:
    """k terms after a day; months are clamped to their end."""
    if not months:
        return start + days * k
    first = day_date(start)
    index = first.year * 12 + first.month - 1 + months * k
    for day in range(first.day, 0, -1):
        try:
            return day_number(first.replace(year=index // 12, month=index % 12 + 1, day=day))
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def test_committed_churn_is_the_mrr_of_what_is_set_to_cancel() -> None:
    leaving = {"cancelled_on": d("2026-02-01"), "cancel_at": d("2026-04-01")}
    rows: list[Fact] = [
        sub("a1", "acme", START, **leaving),
        item("a1", START, 1_000, interval="month"),
        sub("a2", "acme", START),
        item("a2", START, 500, interval="month"),
        sub("g1", "globex", START, currency="EUR", **leaving),
        item("g1", START, 1_205, interval="year"),  # 100.4166… a month
        sub("g2", "globex", START, **leaving, ended_on=d("2026-02-20")),
        item("g2", START, 700, interval="month"),
        sub("p1", "paused", START, **leaving, paused=True),
        item("p1", START, 700, interval="month"),
    ]
    built = facts(["acme", "globex", "paused", "none"], rows)
    prepared = prepare(built, Settings())

    def on(day: str) -> list[int]:
        return committed_mrr(built, prepared, d(day)).tolist()

    assert on("2026-01-31") == [0, 0, 0, 0]
    assert on("2026-02-01") == [1_000, 810, 0, 0]  # 700 + 110.458…
    assert on("2026-02-20") == [1_000, 110, 0, 0]
    assert on("2026-03-01") == [1_000, 110, 0, 0]
