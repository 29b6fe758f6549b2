"""Alerts created and closed by month, and how many stood open on an average day.

definitions.md section 7: the average daily open of a month is the mean over its days (up to D) of the
alerts open at the end of each day; days before the first stored day are left out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from csmdesk.domain.days import MISSING, iso_day, month_starts, next_month
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.domain.texts import rounded
from csmdesk.engine.figures.customers import members

MONTHS = 12


@dataclass(frozen=True, slots=True)
class AlertMonth:
    """`average_open` in tenths, None where no day of the month was stored; the last month is
    unfinished (`running`)."""

    month: str
    created: int
    closed: int
    average_open: int | None
    running: bool

    def as_json(self) -> dict[str, Any]:
        average = None if self.average_open is None else self.average_open / 10
        return asdict(self) | {"average_open": average}


def alert_trend(
    portfolio: Portfolio, scope: Scope, count: int = MONTHS, kind: str = ""
) -> tuple[AlertMonth, ...]:
    """The last `count` calendar months up to D, oldest first. `kind`: an alert type, "" = all."""
    alerts = portfolio.alerts
    customer = alerts.ints("customer")
    mine = members(portfolio, scope)[customer] & (customer >= 0)
    if kind:
        mine &= np.array([one == kind for one in alerts["type"]], dtype=np.bool_)
    opened, closed = alerts.ints("opened_on")[mine], alerts.ints("closed_on")[mine]
    until = np.where(closed == MISSING, portfolio.day + 1, closed)
    months = []
    for start in month_starts(portfolio.day, count):
        last = min(next_month(start) - 1, portfolio.day)
        first = max(start, portfolio.first_day) if portfolio.first_day != MISSING else last + 1
        days = last - first + 1
        open_days = np.minimum(until, last + 1) - np.maximum(opened, first)
        months.append(
            AlertMonth(
                month=iso_day(start)[:7],
                created=int(np.count_nonzero((opened >= start) & (opened <= last))),
                closed=int(np.count_nonzero((closed >= start) & (closed <= last))),
                average_open=None
                if days <= 0
                else rounded(10 * int(np.maximum(open_days, 0).sum()), days),
                running=last < next_month(start) - 1,
            )
        )
    return tuple(months)
