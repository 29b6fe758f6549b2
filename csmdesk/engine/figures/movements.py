"""MRR movements of the customers in scope, by month (definitions.md section 4)."""

from __future__ import annotations

from typing import Any

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import iso_day
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import members
from csmdesk.engine.money.months import (
    Months,
    customer_table,
    month_table,
    retention,
    sum_months,
)

REPORT_MONTHS = 24
"""Months of the report; the portfolio's movements reach back further than that."""

_AMOUNTS = (
    "opening",
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "fx",
    "net",
    "closing",
)


def movements_report(
    portfolio: Portfolio, scope: Scope, by_customer: bool = False
) -> list[dict[str, Any]]:
    """Per month, oldest first: month ("2026-11"), opening, new, reactivation, expansion,
    contraction, churn, fx, net, closing in minor units of `currency`, the reporting one.

    The members of the scope are taken as of its day for every month. By customer, each row starts
    with customer_id and name, and months in which nothing was or moved are left out.
    """
    inside = members(portfolio, scope)
    months = _months(portfolio, REPORT_MONTHS)
    if not by_customer:
        return _rows(portfolio, month_table(months, inside))
    table = customer_table(months, inside)
    ids, names = portfolio.customers.texts("id"), portfolio.customers.texts("name")
    return [
        {"customer_id": ids[customer], "name": names[customer], **row}
        for customer, row in zip(
            table.ints("customer").tolist(), _rows(portfolio, table), strict=True
        )
    ]


def mrr_months(portfolio: Portfolio, scope: Scope, count: int = 12) -> Columns:
    """The columns behind "Changes in MRR": one row per month, the last one unfinished."""
    return month_table(_months(portfolio, count), members(portfolio, scope))


def retention_months(portfolio: Portfolio, scope: Scope, count: int = 12) -> Columns:
    """GRR, NRR and logo churn per month, see `engine.money.months.retention`."""
    months = _months(portfolio, count)
    return retention(portfolio.movements, months, members(portfolio, scope))


def _months(portfolio: Portfolio, count: int) -> Months:
    mrr = portfolio.customers.ints("mrr")
    return sum_months(portfolio.movements, mrr, portfolio.day, count)


def _rows(portfolio: Portfolio, table: Columns) -> list[dict[str, Any]]:
    columns = [table.ints(name).tolist() for name in _AMOUNTS]
    return [
        {
            "month": iso_day(start)[:7],
            **dict(zip(_AMOUNTS, amounts, strict=True)),
            "currency": portfolio.currency,
        }
        for start, *amounts in zip(table.ints("month").tolist(), *columns, strict=True)
    ]
