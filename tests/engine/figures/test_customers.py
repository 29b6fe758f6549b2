"""The Customers figure: scope, totals with their change, rows as JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import GOOD, NEUTRAL, NO_BAND, POOR
from csmdesk.domain.portfolio import HISTORY_DAYS, Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import Figure, members, rows, totals
from tests.engine.build import DAY

# Four active customers and a churned one; the last two belong to Tom.
TEXTS: dict[str, list[Any]] = {
    "id": ["a", "b", "c", "d", "e"],
    "name": ["Alder", "Birch", "Cedar", "Delta", "Elder"],
    "csm": ["Mara", "Mara", "Mara", "Tom", "Tom"],
    "tier": ["T1", None, "T2", "T2", "T3"],
    "status": ["Active", "Active", "Past due", "Active", "Churned"],
    "currency": ["USD", "EUR", "USD", "USD", "USD"],
    "tags": [("vip",), (), (), (), ()],
    "products": [("Team",), (), (), (), ()],
    "why1": ["Last login 47 days ago", None, None, None, None],
}
INTS: dict[str, list[int]] = {
    "mrr": [1_000, 2_000, 3_000, 4_000, 0],
    "arr": [12_000, 24_000, 36_000, 48_000, 0],
    "acv": [12_000, MISSING, 36_000, 48_000, 0],
    "acv_native": [12_000, MISSING, 36_000, 48_000, 0],
    "chi": [80, 50, 20, -1, 69],
    "band": [GOOD, NEUTRAL, POOR, NO_BAND, NEUTRAL],
    "coverage": [10_000, 9_350, 5_000, 0, 10_000],
    "thin": [0, 0, 0, 1, 0],
    "active": [1, 1, 1, 1, 0],
    "at_risk": [0, 1, 1, 0, 1],
    "upsell": [1, 0, 0, 0, 0],
    "acv_derived": [0, 1, 0, 0, 0],
    "metered": [4_200, 0, MISSING, MISSING, 0],
    "metered_lost": [0, 0, 1, 0, 0],
    "renewal_on": [DAY, DAY + 29, DAY + 30, DAY - 1, DAY],
    "nps": [853, MISSING, MISSING, MISSING, MISSING],
    "pillar_adoption": [912_345, -1, 0, -1, 0],
}
OTHER_TEXTS = (
    "domain",
    "stage",
    "success_program",
    "url",
    "main_contact",
    "champion",
    "why2",
    "why3",
)
OTHER_INTS = (
    "created_on", "last_contact_on", "last_login_on", "open_tasks", "high_tasks", "used",
    "capacity", "active_users", "pillar_financial", "pillar_service", "pillar_relationship",
)  # fmt: skip
# Birch joined 10 days ago, Cedar grew by 500 of which 100 is FX, Elder churned 30 days ago less one.
MOVES = [(1, DAY - 10, 2_000), (2, DAY - 5, 400), (2, DAY - 5, 100), (4, DAY - 29, -700),
         (0, DAY - 30, 900)]  # fmt: skip
ALERTS = [(1, "Risk", DAY - 3, MISSING), (2, "Risk", DAY - 40, MISSING), (0, "Risk", DAY - 50, DAY - 4),
          (3, "Upsell", DAY - 50, MISSING)]  # fmt: skip
EMPTY = Columns({}, 0)


def ints(values: list[int]) -> Any:
    return np.array(values, dtype=np.int64)


def portfolio(stored: bool = True, **columns: Any) -> Portfolio:
    data: dict[str, Any] = dict(TEXTS) | {name: [None] * 5 for name in OTHER_TEXTS}
    data |= {name: ints(values) for name, values in INTS.items()}
    data |= {name: ints([MISSING] * 5) for name in OTHER_INTS}
    data |= columns
    history = np.full((HISTORY_DAYS, 5), -1, dtype=np.int16)
    if stored:
        history[-31] = [90, -1, 30, 41, 60]
    none = np.zeros((0, 5), dtype=np.int64)
    return Portfolio(
        day=DAY, today=DAY, currency="USD", built_at=0, fingerprint="", preview=False, sources=(),
        csms=("Mara", "Tom"), segments=("large",),
        segment_members={"large": np.array([False, True, True, True, False])},
        customers=Columns(data, 5),
        tasks=EMPTY, task_events=EMPTY,
        alerts=Columns(
            {
                "customer": ints([row[0] for row in ALERTS]),
                "type": [row[1] for row in ALERTS],
                "opened_on": ints([row[2] for row in ALERTS]),
                "closed_on": ints([row[3] for row in ALERTS]),
            },
            len(ALERTS),
        ),
        movements=Columns(
            {name: ints([row[i] for row in MOVES]) for i, name in enumerate(("customer", "day", "amount"))},
            len(MOVES),
        ),
        renewals=EMPTY, contacts=EMPTY, activities=EMPTY, subscriptions=EMPTY,
        chi_history=history, factors=(), num=none, den=none, has=none.astype(np.bool_), score=none,
        points=none, weight=none, weight_total=none[0:0, 0], cap_points=none[0:0, 0], notices=(),
        rules=(), run_day=DAY, run_at=0, run_ms=0,
    )  # fmt: skip


def test_members() -> None:
    here = portfolio()
    assert members(here, Scope(DAY)).tolist() == [True] * 5
    assert members(here, Scope(DAY, csm="Tom")).tolist() == [False, False, False, True, True]
    assert members(here, Scope(DAY, "Mara", "large")).tolist() == [False, True, True, False, False]
    assert not members(here, Scope(DAY, segment="gone")).any()


def test_totals_and_their_change() -> None:
    """MRR 30 days before: 1,000, 0, 2,500, 4,000 and 700."""
    found = totals(portfolio(), Scope(DAY))
    assert found.customers == Figure(4, 0)  # Birch came, Elder went
    assert found.arr == Figure(120_000, 120_000 - 12 * 8_200)
    assert found.arr_at_risk == Figure(60_000, 60_000 - 12 * 3_500)
    assert found.average_chi == Figure(500, 500 - 552)  # 150/3 and (90 + 30 + 41 + 60)/4 = 55.25
    bands = (found.good, found.neutral, found.poor, found.no_band)
    assert [figure.value for figure in bands] == [1, 1, 1, 1]
    assert (found.renewals, found.renewals_arr) == (Figure(2), Figure(36_000))


def test_totals_of_a_scope() -> None:
    found = totals(portfolio(), Scope(DAY, csm="Tom"))
    assert (found.customers, found.arr) == (Figure(1, -1), Figure(48_000, -8_400))
    assert found.average_chi == Figure(None, None)
    nobody = totals(portfolio(), Scope(DAY, csm="Nobody"))
    assert (nobody.customers, nobody.arr) == (Figure(0, 0), Figure(0, 0))


def test_without_stored_days_scores_and_alerts_have_no_change() -> None:
    found = totals(portfolio(stored=False), Scope(DAY))
    assert (found.average_chi, found.arr_at_risk) == (Figure(500), Figure(60_000))
    assert found.arr.change == 120_000 - 12 * 8_200


def test_json() -> None:
    said = totals(portfolio(), Scope(DAY)).as_json()
    assert said["average_chi"] == 50.0
    assert said["average_chi_change"] == -5.2
    assert (said["arr"], said["currency"], said["day"]) == (120_000, "USD", "2026-11-20")
    first, second, *_ = rows(portfolio(), Scope(DAY))
    assert json.loads(json.dumps(first)) == first
    least = {"id", "name", "csm", "tier", "chi", "band", "coverage", "mrr", "arr", "acv", "currency",
             "renewal_on", "status", "tags", "open_tasks"}  # fmt: skip
    assert least <= set(first)
    assert (first["chi"], first["band"], first["coverage"]) == (80, "good", 1.0)
    assert (first["renewal_on"], first["tags"], first["nps"]) == ("2026-11-20", ["vip"], 8.53)
    assert (first["pillar_adoption"], second["pillar_adoption"]) == (91.2345, None)
    assert first["why_not_100"] == ["Last login 47 days ago"]
    assert (first["metered"], second["metered"]) == (4_200, 0)
    assert (second["acv"], second["native_currency"], second["currency"]) == (None, "EUR", "USD")
    assert (
        rows(portfolio(), Scope(DAY, csm="Tom"))[0]["chi"],
        len(rows(portfolio(), Scope(DAY))),
    ) == (None, 5)


def test_customers_of_the_future_do_not_exist() -> None:
    later = ints([DAY + 1, DAY, DAY + 1, MISSING, DAY + 1])
    statuses = ["Prospect", "Prospect", "Active", "Prospect", "Churned"]
    found = rows(portfolio(created_on=later, status=statuses), Scope(DAY))
    assert [row["id"] for row in found] == ["b", "c", "d", "e"]
