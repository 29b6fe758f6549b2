"""Calendar days as integers: days since 1970-01-01 (a *day number*), and windows over them.

`definitions.md` section 2: every window has exactly its number of days; usage windows end on D-1.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

EPOCH = date(1970, 1, 1)
SECONDS_A_DAY = 86_400
MISSING = -(2**63)
"""Stands for "no value" in every int64 column (numpy has no None)."""


def day_number(day: date) -> int:
    return (day - EPOCH).days


def day_date(number: int) -> date:
    return date.fromordinal(EPOCH.toordinal() + number)


def day_of_instant(seconds: int, zone: tzinfo = UTC) -> int:
    """The calendar day, in `zone`, of an instant given in epoch seconds."""
    return day_number(datetime.fromtimestamp(seconds, zone).date())


def start_of_day(number: int, zone: tzinfo = UTC) -> int:
    """Epoch seconds of the first instant of a day in `zone`."""
    day = day_date(number)
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def parse_day(text: str) -> int:
    """Day number of an ISO date; ValueError when the text is none."""
    return day_number(date.fromisoformat(text))


def iso_day(number: int) -> str:
    return day_date(number).isoformat()


def last_days(day: int, count: int) -> tuple[int, int]:
    """First and last day of "last N days": D-N+1 ... D."""
    return day - count + 1, day


def usage_days(day: int, count: int) -> tuple[int, int]:
    """First and last day of "last N usage days": D-N ... D-1."""
    return day - count, day - 1


def month_start(number: int) -> int:
    return day_number(day_date(number).replace(day=1))


def next_month(number: int) -> int:
    """First day of the month after the one of `number`."""
    day = day_date(number)
    return day_number(date(day.year + day.month // 12, day.month % 12 + 1, 1))


def add_months(number: int, count: int) -> int:
    """The same day of the month `count` months later (or earlier), clamped to the month's end."""
    day = day_date(number)
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = day_date(next_month(day_number(date(year, month + 1, 1))) - 1).day
    return day_number(date(year, month + 1, min(day.day, last)))


def month_starts(last: int, count: int) -> list[int]:
    """First days of the `count` calendar months that end with the month of `last`, oldest first."""
    day = day_date(last)
    index = day.year * 12 + day.month - 1
    return [
        day_number(date(month // 12, month % 12 + 1, 1))
        for month in range(index - count + 1, index + 1)
    ]


def last_month(number: int) -> tuple[int, int]:
    """First and last day of the last complete calendar month, the one before that of `number`."""
    return month_starts(number, 2)[0], month_start(number) - 1


def is_working_day(number: int) -> bool:
    return day_date(number).weekday() < 5


def add_working_days(number: int, count: int) -> int:
    """The day `count` working days (Monday to Friday) after `number`."""
    while count:
        number += 1
        count -= is_working_day(number)
    return number


def previous_working_day(number: int) -> int:
    number -= 1
    while not is_working_day(number):
        number -= 1
    return number
