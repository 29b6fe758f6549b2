"""Upcoming renewals by calendar month and health band (definitions.md section 8, My book)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.days import next_month
from csmdesk.domain.findings import GOOD, NEUTRAL, NO_BAND, POOR
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.renewals import renewals_in

ORDER = (GOOD, NEUTRAL, POOR, NO_BAND)
"""Bands from the bottom of a bar to its top."""
COMING = 6


@dataclass(frozen=True, slots=True)
class RenewalMonth:
    """Renewals whose date lies in `first` ... `last` (day numbers): how many and their ARR (minor
    units of the reporting currency), each by band in the order of ORDER. `running`: the rest of the
    month of D, from D on."""

    first: int
    last: int
    running: bool
    count: tuple[int, ...]
    arr: tuple[int, ...]


def renewal_months(
    portfolio: Portfolio, scope: Scope, coming: int = COMING
) -> tuple[RenewalMonth, ...]:
    """The rest of the running month, then `coming` whole months."""
    table = portfolio.renewals
    rows = renewals_in(portfolio, scope)
    date = table.ints("renewal_on")[rows]
    band = np.asarray(portfolio.customers["band"])[table.ints("customer")[rows]]
    arr = 12 * table.ints("mrr")[rows]
    months = []
    first = portfolio.day
    for place in range(coming + 1):
        last = next_month(first) - 1
        inside = (date >= first) & (date <= last)
        of_band = [inside & (band == one) for one in ORDER]
        months.append(
            RenewalMonth(
                first,
                last,
                place == 0,
                tuple(int(np.count_nonzero(mask)) for mask in of_band),
                tuple(int(arr[mask].sum()) for mask in of_band),
            )
        )
        first = last + 1
    return tuple(months)
