"""Calendar helpers of the sandbox: absolute days, cycles and instants.

Nothing here reads a clock; `today` is passed in by the caller of `World`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

REFERENCE = date(2026, 11, 21)  # on this day the world has exactly `customers` companies
CRM_ADOPTED = date(2024, 6, 1)  # contacts, tickets and activities are recorded from here on
HORIZON = date(2037, 1, 1)  # stories are laid out until here
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def at(day: date, hour: int = 12, minute: int = 0) -> int:
    """Epoch seconds of a UTC time of day."""
    return (day.toordinal() - _EPOCH_ORDINAL) * 86400 + hour * 3600 + minute * 60


def day_of(instant: int) -> date:
    """The UTC day of an instant."""
    return datetime.fromtimestamp(instant, UTC).date()


def plus(day: date, days: float) -> date:
    """The day `days` later; fractions are cut."""
    return day + timedelta(days=int(days))


def add_months(day: date, months: int) -> date:
    """`day` moved by whole months, clamped to the end of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_boundary(anchor: date, months: int, day: date) -> date:
    """The first anchor + k·months after `day`."""
    if day < anchor:
        return anchor
    k = ((day.year - anchor.year) * 12 + day.month - anchor.month) // months
    boundary = add_months(anchor, k * months)
    while boundary <= day:
        k += 1
        boundary = add_months(anchor, k * months)
    return boundary


def cycle_starts(cycle: int, shift: int, first: date, until: date) -> Iterator[tuple[int, date]]:
    """(number, first day) of the absolute cycles with a start in first … until-1.

    A day `d` is on position (d.toordinal() + shift) % cycle of its cycle.
    """
    number = -(-(first.toordinal() + shift) // cycle)
    while (start := number * cycle - shift) < until.toordinal():
        yield number, date.fromordinal(start)
        number += 1
