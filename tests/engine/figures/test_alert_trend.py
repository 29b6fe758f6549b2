"""The alert trend by hand, and against counting every day."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.days import MISSING, day_date
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.domain.texts import rounded
from csmdesk.engine.figures.alert_trend import AlertMonth, alert_trend
from tests.engine.figures.made import columns, portfolio_of
from tests.engine.money.make import d

DAY = d("2026-03-15")
Spans = list[tuple[int, int, int]]


def made(spans: Spans, first_day: int, types: list[str] | None = None) -> Portfolio:
    """`spans`: (customer, opened, closed or MISSING)."""
    customers = columns(id=["a", "b"], name=["Alder", "Birch"], csm=["Mara", "Tom"])
    alerts = columns(
        customer=[who for who, *_ in spans],
        opened_on=[opened for _, opened, _ in spans],
        closed_on=[closed for *_, closed in spans],
        type=types or ["Risk"] * len(spans),
    )
    return portfolio_of(DAY, customers, alerts=alerts, first_day=first_day)


def test_by_hand() -> None:
    spans = [
        (0, d("2026-01-10"), d("2026-02-03")),  # 2 days of February
        (0, d("2026-02-20"), MISSING),  # 9 days of February, all of March
        (1, d("2026-03-15"), MISSING),  # today
        (
            1,
            d("2026-03-01"),
            d("2026-03-01"),
        ),  # opened and closed on one day: never open at its end
    ]
    found = alert_trend(made(spans, d("2026-01-25")), Scope(DAY), 4)
    assert found == (
        AlertMonth("2025-12", 0, 0, None, False),
        AlertMonth("2026-01", 1, 0, 10, False),  # 25 to 31 January: one open
        AlertMonth("2026-02", 1, 1, rounded(110, 28), False),
        AlertMonth("2026-03", 2, 1, rounded(160, 15), True),
    )
    mine = alert_trend(made(spans, d("2026-01-25")), Scope(DAY, csm="Tom"), 1)
    assert (mine[0].created, mine[0].average_open) == (2, 1)
    upsell = made(spans, d("2026-01-25"), ["Upsell", "Risk", "Risk", "Upsell"])
    assert alert_trend(upsell, Scope(DAY), 1, "Upsell")[0].created == 1


def test_without_any_stored_day_there_is_no_average() -> None:
    (month,) = alert_trend(made([(0, DAY - 3, MISSING)], MISSING), Scope(DAY), 1)
    assert (month.created, month.average_open) == (1, None)
    assert month.as_json()["average_open"] is None


SPANS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(DAY - 90, DAY), st.integers(0, 60)), min_size=1
)


@given(SPANS, st.integers(0, 80))
def test_the_average_counts_every_day(rows: list[tuple[int, int, int]], back: int) -> None:
    spans = [
        (who, opened, opened + days if days and opened + days <= DAY else MISSING)
        for who, opened, days in rows
    ]
    first = DAY - back
    for month in alert_trend(made(spans, first), Scope(DAY), 3):
        days = [
            day for day in range(first, DAY + 1) if day_date(day).isoformat()[:7] == month.month
        ]
        open_then = sum(
            opened <= day and (closed == MISSING or closed > day)
            for day in days
            for _, opened, closed in spans
        )
        exact = Fraction(10 * open_then, len(days)) if days else None
        assert month.average_open == (None if exact is None else round(exact))
