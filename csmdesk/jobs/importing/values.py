"""Cell text -> typed values of the import format. A bad cell names its column and the rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from csmdesk.domain.days import day_number, day_of_instant, start_of_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.money import minor_units, to_minor

INTERVALS = ("day", "week", "month", "quarter", "year")
_LARGEST = 10**15
"""No count or amount in minor units is larger: sums of them still fit 64 bits."""
_DIGITS = 12
"""Digits before the decimal point."""
_PLACES = 8
"""Digits behind it: a price may be finer than the minor unit."""


class BadCell(Exception):
    """A cell that cannot be used: `column` and why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column, self.reason = column, reason


class Row(dict[str, str]):
    """The cells of a line by column; `zone` is where its plain dates and local times hold."""

    def __init__(self, cells: Mapping[str, str], zone: tzinfo = UTC) -> None:
        super().__init__(cells)
        self.zone = zone


def need(row: Row, column: str) -> str:
    """The text of a required cell."""
    text = row.get(column, "")
    if not text:
        raise BadCell(column, "is empty, but required")
    return text


def text(row: Row, column: str) -> str | None:
    return row.get(column) or None


def word(row: Row, column: str) -> str:
    """The cell in lower case with "_" for spaces and hyphens ("Past due" -> "past_due")."""
    return row.get(column, "").lower().replace(" ", "_").replace("-", "_")


def day(row: Row, column: str) -> int | None:
    """Day number of an ISO date, or of an instant's day in the row's zone."""
    value = row.get(column)
    if not value:
        return None
    try:
        return day_number(date.fromisoformat(value))
    except ValueError:
        seconds = _instant(row, column, value)
    try:
        return day_of_instant(seconds, row.zone)
    except (ValueError, OverflowError):
        raise _no_date(column, value) from None


def needed_day(row: Row, column: str) -> int:
    need(row, column)
    value = day(row, column)
    assert value is not None
    return value


def instant(row: Row, column: str) -> int | None:
    """Epoch seconds of an instant (without a zone: in the row's); of a date, when it begins."""
    value = row.get(column)
    return _instant(row, column, value) if value else None


def needed_instant(row: Row, column: str) -> int:
    return _instant(row, column, need(row, column))


def _instant(row: Row, column: str, value: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=row.zone)
        if len(value) <= len("2026-11-21"):
            return start_of_day(day_number(moment.date()), row.zone)
        return int(moment.timestamp())
    except (ValueError, OverflowError):
        raise _no_date(column, value) from None


def _no_date(column: str, value: str) -> BadCell:
    return BadCell(column, f"“{value}” is no ISO 8601 date (2026-11-21) or instant")


def number(row: Row, column: str, low: int | None = None, high: int = _LARGEST) -> int | None:
    """A whole number within bounds; "12.0" counts as 12."""
    value = row.get(column)
    if not value:
        return None
    amount = _decimal(column, value, "whole number")
    whole = int(amount)
    if whole != amount:
        raise BadCell(column, f"“{value}” is no whole number")
    if (low is not None and whole < low) or whole > high:
        limit = "any" if high == _LARGEST else high
        raise BadCell(column, f"{value} is outside {low} to {limit}")
    return whole


def needed_number(row: Row, column: str, low: int | None = None, high: int = _LARGEST) -> int:
    need(row, column)
    value = number(row, column, low, high)
    assert value is not None
    return value


def money(row: Row, column: str, currency: str) -> int | None:
    """Minor units of a decimal in major units."""
    value = row.get(column)
    if not value:
        return None
    _decimal(column, value, "amount of money")
    try:
        return to_minor(value, currency)
    except BadInput as error:
        raise BadCell(column, error.message.rstrip(".")) from None


def needed_money(row: Row, column: str, currency: str) -> int:
    need(row, column)
    value = money(row, column, currency)
    assert value is not None
    return value


def price(row: Row, column: str, currency: str) -> Fraction | None:
    """Minor units of a decimal in major units, exact: a price may be finer than the minor unit."""
    value = row.get(column)
    if not value:
        return None
    return Fraction(_decimal(column, value, "amount of money")) * minor_units(currency)


def needed_price(row: Row, column: str, currency: str) -> Fraction:
    need(row, column)
    value = price(row, column, currency)
    assert value is not None
    return value


def _decimal(column: str, value: str, what: str) -> Decimal:
    """A finite decimal of a size that can be counted with."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise BadCell(column, f"“{value}” is no {what}") from None
    if not amount.is_finite():
        raise BadCell(column, f"“{value}” is no {what}")
    if amount and amount.adjusted() >= _DIGITS:
        raise BadCell(column, f"“{value}” is too large")
    places = amount.normalize().as_tuple().exponent
    if isinstance(places, int) and places < -_PLACES:
        raise BadCell(column, f"“{value}” has more than {_PLACES} decimal places")
    return amount


def flag(row: Row, column: str) -> bool:
    """Whether a yes/no cell says yes; empty is no."""
    value = row.get(column, "").lower()
    if value in ("", "0", "false", "no", "n"):
        return False
    if value in ("1", "true", "yes", "y", "x"):
        return True
    raise BadCell(column, f"“{value}” is neither yes nor no")


def choice(row: Row, column: str, allowed: tuple[str, ...], default: str, **also: str) -> str:
    """One of the allowed words; `also` are other words for them."""
    value = word(row, column) or default
    value = also.get(value, value)
    if value not in allowed:
        listed = ", ".join(one for one in allowed if one)
        raise BadCell(column, f"“{row.get(column, '')}” is none of {listed}")
    return value


def percent_millionths(row: Row, column: str) -> int | None:
    """A percentage ("12.5") as millionths (125,000)."""
    value = row.get(column)
    if not value:
        return None
    millionths = _decimal(column, value, "percentage") * 10_000
    if millionths != int(millionths) or not 0 <= millionths <= 1_000_000:
        raise BadCell(column, f"“{value}” is no percentage of 0 to 100")
    return int(millionths)
