"""Renewals of the customers in scope, soonest first (definitions.md sections 3 and 8)."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import MISSING, iso_day, last_days
from csmdesk.domain.findings import BANDS
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import members
from csmdesk.engine.figures.review_money import WINDOW, renewals_by_customer


def renewals_report(
    portfolio: Portfolio, scope: Scope, within: int | None = None
) -> list[dict[str, Any]]:
    """One row per renewal: customer_id, name, csm, subscription, renewal_on (ISO date), in_days
    (negative: passed), mrr and acv (minor units of `currency`, the reporting one; null: no exchange rate),
    chi (null: none), band, committed_churn, committed_mrr (the customer's MRR set to cancel, minor
    units), renewals_available and renewals_accomplished (the customer's of the last 30 days).

    `within` N keeps the dates with 0 ≤ date - D ≤ N-1; None keeps all, passed ones included.
    """
    chosen = renewals_in(portfolio, scope, within)
    renewed = renewals_by_customer(portfolio, *last_days(portfolio.day, WINDOW))
    return [_row(portfolio, row, renewed) for row in chosen.tolist()]


def renewals_in(portfolio: Portfolio, scope: Scope, within: int | None = None) -> Ints:
    """Rows of `portfolio.renewals` in scope, by date, then by customer."""
    table = portfolio.renewals
    customer, date = table.ints("customer"), table.ints("renewal_on")
    keep = members(portfolio, scope)[customer]
    if within is not None:
        ahead = date - portfolio.day
        keep &= (ahead >= 0) & (ahead < within)
    rows = np.flatnonzero(keep)
    order: Ints = rows[np.lexsort((customer[rows], date[rows]))]
    return order


def _row(portfolio: Portfolio, row: int, renewed: tuple[Ints, Ints]) -> dict[str, Any]:
    table, customers = portfolio.renewals, portfolio.customers
    customer, date = int(table["customer"][row]), int(table["renewal_on"][row])
    acv, chi = int(customers["acv"][customer]), int(customers["chi"][customer])
    return {
        "customer_id": customers["id"][customer],
        "name": customers["name"][customer],
        "csm": customers["csm"][customer],
        "subscription": table["subscription"][row],
        "renewal_on": iso_day(date),
        "in_days": date - portfolio.day,
        "mrr": int(table["mrr"][row]),
        "acv": None if acv == MISSING else acv,
        "currency": portfolio.currency,
        "chi": None if chi < 0 else chi,
        "band": BANDS[int(customers["band"][customer])],
        "committed_churn": bool(customers["committed_churn"][customer]),
        "committed_mrr": int(customers["committed_mrr"][customer]),
        "renewals_available": int(renewed[0][customer]),
        "renewals_accomplished": int(renewed[1][customer]),
    }
