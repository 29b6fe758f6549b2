"""The usage trend: last four weeks against the eight before, divided by the portfolio's median.

definitions.md section 5: missing with tenure under 84 days or a base under 10 events a week. The
median is over all active customers of the workspace that have a ratio, never filtered; 1 if fewer
than 20. Exact: every ratio is a pair of integers.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING

PPM = 1_000_000
MIN_TENURE = 84
BASE_WEEKS = 8
_LARGEST = 10**12
"""Values are cut off here, far beyond every threshold, so that their millionths fit 64 bits."""
_LIMIT = 2**52
"""Largest numerator and denominator: curves multiply a remainder by 1,000 in 64 bits."""


def millionths(num: Ints, den: Ints) -> Ints:
    """floor(num / den × 1,000,000) by two exact steps of 1,000; den > 0 and below 2**53.

    For a threshold t of whole millionths, num/den < t exactly when this floor is below t × 10**6,
    so comparing floors never decides otherwise than comparing the fractions.
    """
    whole, rest = np.divmod(num, den)
    whole = np.clip(whole, -_LARGEST, _LARGEST)
    high, rest = np.divmod(rest * 1_000, den)
    floors: Ints = whole * PPM + high * 1_000 + rest * 1_000 // den
    return floors


def trend_columns(
    events_28: Ints,
    events_56: Ints,
    tenure: Ints,
    active: Bools,
    week_events: int,
    median_customers: int,
) -> dict[str, Ints]:
    """trend, trend_adjusted and trend_median in 1/1,000,000 (floored), trend_num / trend_den exact.

    The raw ratio is (E28/28) ÷ (E56/56) = 2·E28 / E56; missing where the base has fewer than
    `week_events` a week. The median is 1 with fewer than `median_customers` ratios.
    """
    count = len(events_28)
    has = (events_28 != MISSING) & (events_56 != MISSING) & (tenure >= MIN_TENURE)
    has &= events_56 >= BASE_WEEKS * week_events
    num, den = np.where(has, 2 * np.where(has, events_28, 0), 0), np.where(has, events_56, 1)
    median = _median(num[has & active], den[has & active], median_customers)
    trend = np.where(has, millionths(num, den), MISSING)
    defined = has & (median > 0)
    scale = _bounded(median, num, den) if median else Fraction(1)
    scaled_num = num * scale.denominator
    scaled_den = den * scale.numerator
    adjusted = np.where(defined, millionths(scaled_num, scaled_den), MISSING)
    return {
        "trend": trend,
        "trend_adjusted": adjusted,
        "trend_num": np.where(defined, scaled_num, MISSING),
        "trend_den": np.where(defined, scaled_den, MISSING),
        "trend_median": np.full(count, median * PPM // 1, dtype=np.int64),
    }


def _median(num: Ints, den: Ints, least: int) -> Fraction:
    """Exact median; the mean of the middle two for an even number of ratios."""
    count = len(num)
    if count < max(1, least):
        return Fraction(1)
    floors = millionths(num, den)
    upper = _ranked(num, den, floors, count // 2)
    return upper if count % 2 else (_ranked(num, den, floors, count // 2 - 1) + upper) / 2


def _ranked(num: Ints, den: Ints, floors: Ints, place: int) -> Fraction:
    """The ratio at `place` in ascending order: only those that share its floor are fractions."""
    floor = np.partition(floors, place)[place]
    same = np.flatnonzero(floors == floor)
    pairs = zip(num[same].tolist(), den[same].tolist(), strict=True)
    ratios = sorted(Fraction(a, b) for a, b in pairs)
    return ratios[place - int(np.count_nonzero(floors < floor))]


def _bounded(median: Fraction, num: Ints, den: Ints) -> Fraction:
    """The median, or the nearest fraction whose products with the ratios stay in 64-bit range.

    Only portfolios with very large counts need the nearest one.
    """
    room = _LIMIT // max(int(num.max(initial=1)), int(den.max(initial=1)), 1)
    if max(median.numerator, median.denominator) <= room:
        return median
    nearest = median.limit_denominator(max(1, int(room / max(Fraction(1), median))))
    return nearest or Fraction(1, room)
