"""Billing intervals: months in each (definitions.md section 3) and term arithmetic on days."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING

PER_MONTH = {
    "day": Fraction(365, 12),
    "week": Fraction(52, 12),
    "month": Fraction(1),
    "quarter": Fraction(1, 3),
    "year": Fraction(1, 12),
}
"""What the price of one interval is worth a month."""

_TERM_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_TERM_DAYS = {"day": 1, "week": 7}


def monthly(interval: str, count: int) -> Fraction:
    """Factor from the price of `count` intervals to a month. KeyError for an unknown interval."""
    return PER_MONTH[interval] / count


def term(interval: str, count: int) -> tuple[int, int]:
    """(months, days) of a term; one of them is 0."""
    return _TERM_MONTHS.get(interval, 0) * count, _TERM_DAYS.get(interval, 0) * count


def _months_of(day: Ints) -> tuple[NDArray[Any], Ints]:
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    return months, (dates - months.astype("datetime64[D]")).astype(np.int64)


def add_months(day: Ints, months: Ints) -> Ints:
    """The same day of the month that many months later, clamped to the month's end."""
    start, of_month = _months_of(day)
    target = start + months.astype("timedelta64[M]")
    first = target.astype("datetime64[D]").astype(np.int64)
    following = (target + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64)
    result: Ints = first + np.minimum(of_month, following - first - 1)
    return result


def months_between(start: Ints, end: Ints) -> Ints:
    """Calendar months from the month of `start` to the month of `end`."""
    result: Ints = (_months_of(end)[0] - _months_of(start)[0]).astype(np.int64)
    return result


def boundary(anchor: Ints, months: Ints, days: Ints, k: Ints) -> Ints:
    """anchor + k terms; `months` 0 means a term counted in `days`."""
    return np.where(months > 0, add_months(anchor, months * k), anchor + days * k)


def first_boundary(anchor: Ints, months: Ints, days: Ints, day: Ints) -> Ints:
    """The number k (of any sign) of the first boundary on or after `day`."""
    by_month = -(-months_between(anchor, day) // np.maximum(months, 1))
    by_day = -(-(day - anchor) // np.maximum(days, 1))
    k = np.where(months > 0, by_month, by_day)
    return k + (boundary(anchor, months, days, k) < day)


def on_grid(anchor: Ints, months: Ints, days: Ints, day: Ints) -> Bools:
    """Whether `day` is a boundary of the terms counted from `anchor`."""
    known = (anchor != MISSING) & (day != MISSING)
    safe_anchor, safe_day = np.where(known, anchor, 0), np.where(known, day, 0)
    k = first_boundary(safe_anchor, months, days, safe_day)
    result: Bools = known & (boundary(safe_anchor, months, days, k) == safe_day)
    return result
