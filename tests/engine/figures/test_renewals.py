"""The renewals report."""

from __future__ import annotations

from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import GOOD, NO_BAND, POOR
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.renewals import renewals_report
from tests.engine.figures.made import columns, portfolio_of
from tests.engine.money.make import d

DAY = d("2026-03-15")


def made() -> Portfolio:
    customers = columns(
        id=["a", "b", "c"],
        name=["Alder", "Birch", "Cedar"],
        csm=["Mara", "Tom", None],
        acv=[12_000, MISSING, 500],
        chi=[80, 20, -1],
        band=[GOOD, POOR, NO_BAND],
        committed_churn=[0, 1, 0],
        committed_mrr=[0, 300, 0],
    )
    renewals = columns(
        customer=[0, 1, 2, 1],
        subscription=["s0", "s1", None, "s2"],
        renewal_on=[DAY + 30, DAY + 29, DAY - 2, DAY],
        mrr=[1_000, 300, 40, 70],
    )
    dates = columns(
        customer=[1, 1, 1, 0],
        subscription=["s1", "s2", "s1", "s0"],
        renewal_on=[DAY - 29, DAY, DAY - 30, DAY - 40],
        accomplished=[1, 0, 1, 1],
    )
    return portfolio_of(DAY, customers, renewals=renewals, renewal_dates=dates)


def test_soonest_first_with_the_passed_ones() -> None:
    report = renewals_report(made(), Scope(DAY))
    assert [row["in_days"] for row in report] == [-2, 0, 29, 30]
    assert report[2] == {
        "customer_id": "b",
        "name": "Birch",
        "csm": "Tom",
        "subscription": "s1",
        "renewal_on": "2026-04-13",
        "in_days": 29,
        "mrr": 300,
        "acv": None,
        "chi": 20,
        "band": "poor",
        "committed_churn": True,
        "committed_mrr": 300,
        "currency": "USD",
        "renewals_available": 2,
        "renewals_accomplished": 1,
    }
    assert (report[0]["chi"], report[0]["band"]) == (None, "not enough data")


def test_within_thirty_days_has_exactly_thirty_days() -> None:
    rows = renewals_report(made(), Scope(DAY), within=30)
    assert [row["subscription"] for row in rows] == ["s2", "s1"]
    assert renewals_report(made(), Scope(DAY, csm="Mara"), within=30) == []
