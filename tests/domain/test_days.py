"""Windows and days: every number of days exact, across months, leap days and time zones."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain import days
from csmdesk.engine.money import intervals

NUMBERS = st.dates(date(1990, 1, 1), date(2090, 12, 31)).map(days.day_number)
ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"),
    *("America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe"),
)
"""Some change their clocks at midnight, by half an hour, or stand 14 hours before Greenwich."""


@given(NUMBERS, st.integers(1, 400))
def test_windows_have_exactly_their_number_of_days(day: int, count: int) -> None:
    first, last = days.last_days(day, count)
    assert (last, last - first + 1) == (day, count)
    first, last = days.usage_days(day, count)
    assert (last, last - first + 1) == (day - 1, count)


@given(NUMBERS)
def test_numbers_are_calendar_days(number: int) -> None:
    day = days.day_date(number)
    assert days.day_number(day) == number
    assert days.parse_day(days.iso_day(number)) == number
    assert days.day_date(number + 1) - day == timedelta(days=1)


@given(NUMBERS, st.integers(-300, 300))
def test_months_later_is_the_same_day_or_the_months_last(number: int, count: int) -> None:
    day, later = days.day_date(number), days.day_date(days.add_months(number, count))
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    last = calendar.monthrange(later.year, later.month)[1]
    assert later.day == min(day.day, last)
    both = intervals.add_months(np.array([number]), np.array([count]))
    assert both.tolist() == [days.day_number(later)]


@given(NUMBERS, st.integers(1, 40))
def test_month_starts_are_consecutive_months(number: int, count: int) -> None:
    starts = days.month_starts(number, count)
    assert len(starts) == count
    assert starts[-1] == days.month_start(number) <= number < days.next_month(number)
    assert [days.next_month(one) for one in starts[:-1]] == starts[1:]
    assert all(days.day_date(one).day == 1 for one in starts)


@given(NUMBERS, st.integers(1, 30))
def test_working_days(number: int, count: int) -> None:
    later = days.add_working_days(number, count)
    between = range(number + 1, later + 1)
    assert sum(days.day_date(day).weekday() < 5 for day in between) == count
    assert days.is_working_day(later)
    before = days.previous_working_day(number)
    assert days.is_working_day(before)
    assert all(not days.is_working_day(day) for day in range(before + 1, number))


@pytest.mark.parametrize("name", ZONES)
@given(number=NUMBERS)
def test_a_day_begins_with_its_first_instant(name: str, number: int) -> None:
    zone = ZoneInfo(name)
    start = days.start_of_day(number, zone)
    assert days.day_of_instant(start, zone) == number
    assert days.day_of_instant(start - 1, zone) == number - 1
    assert 22 * 3600 < days.start_of_day(number + 1, zone) - start < 26 * 3600


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.sampled_from(ZONES))
def test_the_day_of_an_instant_is_that_of_its_local_clock(moment: datetime, name: str) -> None:
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    local = datetime.fromtimestamp(seconds, ZoneInfo(name))
    assert days.day_date(days.day_of_instant(seconds, ZoneInfo(name))) == local.date()


def test_leap_days() -> None:
    leap = days.parse_day("2024-02-29")
    assert days.iso_day(days.add_months(leap, 12)) == "2025-02-28"
    assert days.iso_day(days.add_months(leap, 48)) == "2028-02-29"
    assert days.last_days(days.parse_day("2024-03-01"), 2)[0] == leap
    assert days.next_month(leap) == leap + 1
