"""The movements report in the format of the import page, by scope and by customer."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.days import MISSING
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.movements import (
    REPORT_MONTHS,
    movements_report,
    mrr_months,
    retention_months,
)
from tests.engine.figures.made import columns, portfolio_of
from tests.engine.money.make import d

DAY = d("2026-03-15")
ROWS = [
    (0, "2025-11-05", "new", 1_000),
    (1, "2026-02-10", "new", 500),
    (0, "2026-02-20", "contraction", -200),
    (0, "2026-03-01", "fx", 30),
    (0, "2026-03-09", "expansion", 170),
    (1, "2026-03-10", "churn", -500),
]


def made() -> Portfolio:
    customers = columns(id=["a", "b"], name=["Alder", "Birch"], csm=["Mara", "Tom"], mrr=[1_000, 0])
    moved = columns(
        customer=[row[0] for row in ROWS],
        day=[d(row[1]) for row in ROWS],
        kind=[row[2] for row in ROWS],
        amount=[row[3] for row in ROWS],
    )
    members = {"second": np.array([False, True])}
    lost = columns(missing_rate=[True, False])
    return portfolio_of(DAY, customers, movements=moved, segment_members=members, measures=lost)


def month(name: str, opening: int, closing: int, **moved: int) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(
        ("new", "reactivation", "expansion", "contraction", "churn", "fx"), 0
    )
    net = sum(amount for kind, amount in moved.items() if kind != "fx")
    return {
        "month": name,
        "opening": opening,
        **row,
        **moved,
        "net": net,
        "closing": closing,
        "currency": "USD",
    }


def test_report() -> None:
    report = movements_report(made(), Scope(DAY))
    assert len(report) == REPORT_MONTHS
    assert report[0] == month("2024-04", 0, 0)
    assert report[-5:] == [
        month("2025-11", 0, 1_000, new=1_000),
        month("2025-12", 1_000, 1_000),
        month("2026-01", 1_000, 1_000),
        month("2026-02", 1_000, 1_300, new=500, contraction=-200),
        month("2026-03", 1_300, 1_000, expansion=170, churn=-500, fx=30),
    ]


def test_report_of_a_scope_and_by_customer() -> None:
    mine = movements_report(made(), Scope(DAY, csm="Tom"))
    assert mine == movements_report(made(), Scope(DAY, segment="second"))
    assert mine[-2:] == [month("2026-02", 0, 500, new=500), month("2026-03", 500, 0, churn=-500)]
    rows = movements_report(made(), Scope(DAY), by_customer=True)
    assert rows[0] == {
        "customer_id": "a",
        "name": "Alder",
        **month("2025-11", 0, 1_000, new=1_000),
    }
    assert [(row["customer_id"], row["month"]) for row in rows[-3:]] == [
        ("a", "2026-03"),
        ("b", "2026-02"),
        ("b", "2026-03"),
    ]


def test_months_and_retention() -> None:
    table = mrr_months(made(), Scope(DAY), 2)
    assert table["net"].tolist() == [300, -330]
    kept = retention_months(made(), Scope(DAY), 5)
    assert kept["grr"].tolist() == [MISSING, 10_000, 10_000, 8_000, 6_154]
    assert kept["nrr"].tolist() == [MISSING, 10_000, 10_000, 8_000, 7_462]
    assert kept["logo_churn"].tolist() == [MISSING, 0, 0, 0, 5_000]
