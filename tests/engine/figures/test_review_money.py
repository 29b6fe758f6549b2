"""Committed churn, renewals of two windows and retention by month, by hand."""

from __future__ import annotations

from csmdesk.domain.days import MISSING
from csmdesk.domain.portfolio import NO_RENEWAL_DATES, Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.review_money import Renewed, RetentionMonth, review_money
from tests.engine.figures.made import columns, portfolio_of
from tests.engine.money.make import d

DAY = d("2026-03-15")


def made(**tables: object) -> Portfolio:
    customers = columns(
        id=["a", "b", "c"],
        name=["Alder", "Birch", "Cedar"],
        csm=["Mara", "Tom", "Tom"],
        mrr=[1_300, 0, 500],
        committed_mrr=[0, 0, 200],
    )
    movements = columns(
        customer=[0, 1, 0, 2],
        day=[d("2026-02-10"), d("2026-02-20"), d("2026-03-01"), d("2026-03-02")],
        kind=["expansion", "churn", "contraction", "new"],
        amount=[400, -800, -100, 500],
        gap_days=[MISSING] * 4,
    )
    dates = columns(
        customer=[0, 1, 2, 0, 1],
        subscription=["s0", "s1", "s2", "s3", "s1"],
        renewal_on=[DAY, DAY - 29, DAY - 10, DAY - 30, DAY - 59],
        accomplished=[1, 0, 1, 1, 0],
    )
    given = {"movements": movements, "renewal_dates": dates, **tables}
    return portfolio_of(DAY, customers, **given)


def test_all_customers() -> None:
    found = review_money(made(), Scope(DAY))
    assert (found.committed_churn, found.committed_customers) == (200, 1)
    assert found.renewals == Renewed(3, 2)
    assert found.renewals.text == "2 of 3"
    assert found.renewals_before == Renewed(2, 1)
    # February opens with 1,000 + 800: GRR 1,000 / 1,800, NRR with 400 of expansion
    february, march = found.months[-2:]
    assert february == RetentionMonth("2026-02", 5_556, 7_778, 1, 2, 5_000)
    assert march == RetentionMonth("2026-03", 9_286, 9_286, 0, 1, 0)
    assert len(found.months) == 12


def test_the_scope_holds_for_every_figure() -> None:
    found = review_money(made(), Scope(DAY, csm="Tom"))
    assert found.renewals == Renewed(2, 1)
    assert found.renewals_before == Renewed(1, 0)
    assert found.committed_churn == 200
    assert found.months[-2] == RetentionMonth("2026-02", 0, 0, 1, 1, 10_000)
    assert found.months[-1] == RetentionMonth("2026-03", None, None, 0, 0, None)
    nobody = review_money(made(), Scope(DAY, csm="Nobody"))
    assert (nobody.committed_churn, nobody.renewals.text) == (0, "–")


def test_json() -> None:
    told = review_money(made(renewal_dates=NO_RENEWAL_DATES), Scope(DAY)).as_json()
    assert told["day"] == "2026-03-15"
    assert told["currency"] == "USD"
    assert told["renewals"] == {"available": 0, "accomplished": 0, "text": "–"}
    assert told["months"][-2]["grr"] == 0.5556
    assert told["months"][-1]["logo_churn"] == 0.0
