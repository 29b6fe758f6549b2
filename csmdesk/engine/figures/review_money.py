"""Money of the Review page: committed churn, renewals accomplished, retention by month.

definitions.md sections 3, 4 and 8. The renewals of a window are its subscriptions' renewal dates;
one is accomplished when the subscription still counted on that date.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import MISSING, iso_day, last_days
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import members
from csmdesk.engine.figures.movements import retention_months

WINDOW = 30
MONTHS = 12
SHARE = 10_000


@dataclass(frozen=True, slots=True)
class Renewed:
    """Renewal dates of a window: `accomplished` of `available`."""

    available: int
    accomplished: int

    @property
    def text(self) -> str:
        return f"{self.accomplished} of {self.available}" if self.available else "–"


@dataclass(frozen=True, slots=True)
class RetentionMonth:
    """`grr`, `nrr`, `logo_churn` in 1/10,000, None without MRR or customers at the month's opening;
    `churned` of `active_opening` customers left. The last month is unfinished."""

    month: str
    grr: int | None
    nrr: int | None
    churned: int
    active_opening: int
    logo_churn: int | None


@dataclass(frozen=True, slots=True)
class ReviewMoney:
    """`committed_churn`: MRR set to cancel, in minor units of `currency`, of so many customers.
    `renewals` of the last 30 days, `renewals_before` of the 30 days before them."""

    day: int
    currency: str
    committed_churn: int
    committed_customers: int
    renewals: Renewed
    renewals_before: Renewed
    months: tuple[RetentionMonth, ...]

    def as_json(self) -> dict[str, Any]:
        """Shares as numbers with four decimals."""
        return {
            "day": iso_day(self.day),
            "currency": self.currency,
            "committed_churn": self.committed_churn,
            "committed_customers": self.committed_customers,
            "renewals": asdict(self.renewals) | {"text": self.renewals.text},
            "renewals_before": asdict(self.renewals_before) | {"text": self.renewals_before.text},
            "months": [_month_json(month) for month in self.months],
        }


def review_money(portfolio: Portfolio, scope: Scope) -> ReviewMoney:
    """The figures of the scope's customers as of its day."""
    inside = members(portfolio, scope)
    committed = portfolio.customers.ints("committed_mrr")[inside]
    first, last = last_days(portfolio.day, WINDOW)
    return ReviewMoney(
        day=portfolio.day,
        currency=portfolio.currency,
        committed_churn=int(committed.sum()),
        committed_customers=int(np.count_nonzero(committed)),
        renewals=renewed(portfolio, scope, first, last),
        renewals_before=renewed(portfolio, scope, first - WINDOW, last - WINDOW),
        months=_months(portfolio, scope),
    )


def renewed(portfolio: Portfolio, scope: Scope, first: int, last: int) -> Renewed:
    """Renewals of a window within the 60 days up to the portfolio's day."""
    available, accomplished = renewals_by_customer(portfolio, first, last)
    inside = members(portfolio, scope)
    return Renewed(int(available[inside].sum()), int(accomplished[inside].sum()))


def renewals_by_customer(portfolio: Portfolio, first: int, last: int) -> tuple[Ints, Ints]:
    """(available, accomplished) renewals of a window per customer."""
    table, count = portfolio.renewal_dates, portfolio.customers.length
    date = table.ints("renewal_on")
    mask = (date >= first) & (date <= last)
    done = mask & (table.ints("accomplished") == 1)
    customer = table.ints("customer")
    available = np.bincount(customer[mask], minlength=count).astype(np.int64)
    return available, np.bincount(customer[done], minlength=count).astype(np.int64)


def _months(portfolio: Portfolio, scope: Scope) -> tuple[RetentionMonth, ...]:
    table = retention_months(portfolio, scope, MONTHS)

    def share(name: str, row: int) -> int | None:
        value = int(table[name][row])
        return None if value == MISSING else value

    return tuple(
        RetentionMonth(
            month=iso_day(int(table["month"][row]))[:7],
            grr=share("grr", row),
            nrr=share("nrr", row),
            churned=int(table["churned"][row]),
            active_opening=int(table["active_opening"][row]),
            logo_churn=share("logo_churn", row),
        )
        for row in range(table.length)
    )


def _month_json(month: RetentionMonth) -> dict[str, Any]:
    told = asdict(month)
    for name in ("grr", "nrr", "logo_churn"):
        told[name] = None if told[name] is None else told[name] / SHARE
    return told
