"""Cell text -> typed values of the import format. A bad cell names its column and the rule."""

from __future__ import annotations

from datetime import UTC, date, datetime

from csmdesk.domain.days import day_number, day_of_instant
from csmdesk.domain.errors import BadInput
from csmdesk.domain.money import to_minor

Row = dict[str, str]
INTERVALS = ("day", "week", "month", "quarter", "year")


class BadCell(Exception):
    """A cell that cannot be used: `column` and why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column, self.reason = column, reason


def need(row: Row, column: str) -> str:
    """The text of a required cell."""
    text = row.get(column, "")
    if not text:
        raise BadCell(column, "is empty, but required")
    return text


def text(row: Row, column: str) -> str | None:
    return row.get(column) or None


def day(row: Row, column: str) -> int | None:
    """Day number of an ISO date or of an instant's UTC day."""
    value = row.get(column)
    if not value:
        return None
    try:
        return day_number(date.fromisoformat(value))
    except ValueError:
        instant = _instant(column, value)
        return day_of_instant(instant)


def needed_day(row: Row, column: str) -> int:
    need(row, column)
    value = day(row, column)
    assert value is not None
    return value


def instant(row: Row, column: str) -> int | None:
    """Epoch seconds of an instant with a zone; a plain date is its midnight UTC."""
    value = row.get(column)
    return _instant(column, value) if value else None


def needed_instant(row: Row, column: str) -> int:
    return _instant(column, need(row, column))


def _instant(column: str, value: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadCell(column, f"“{value}” is no ISO 8601 date (2026-11-21) or instant") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())


def number(row: Row, column: str, low: int | None = None, high: int | None = None) -> int | None:
    """A whole number within bounds; "12.0" counts as 12."""
    value = row.get(column)
    if not value:
        return None
    try:
        whole = int(value) if "." not in value else _whole(value)
    except ValueError:
        raise BadCell(column, f"“{value}” is no whole number") from None
    if (low is not None and whole < low) or (high is not None and whole > high):
        raise BadCell(column, f"{whole} is outside {low} to {'any' if high is None else high}")
    return whole


def needed_number(row: Row, column: str, low: int | None = None, high: int | None = None) -> int:
    need(row, column)
    value = number(row, column, low, high)
    assert value is not None
    return value


def _whole(value: str) -> int:
    whole = float(value)
    if not whole.is_integer():
        raise ValueError(value)
    return int(whole)


def money(row: Row, column: str, currency: str) -> int | None:
    """Minor units of a decimal in major units."""
    value = row.get(column)
    if not value:
        return None
    try:
        return to_minor(value, currency)
    except BadInput as error:
        raise BadCell(column, error.message) from None


def needed_money(row: Row, column: str, currency: str) -> int:
    need(row, column)
    value = money(row, column, currency)
    assert value is not None
    return value


def flag(row: Row, column: str) -> bool:
    """Whether a yes/no cell says yes; empty is no."""
    value = row.get(column, "").lower()
    if value in ("", "0", "false", "no", "n"):
        return False
    if value in ("1", "true", "yes", "y"):
        return True
    raise BadCell(column, f"“{value}” is neither yes nor no")


def choice(row: Row, column: str, allowed: tuple[str, ...], default: str) -> str:
    value = row.get(column, "").lower() or default
    if value not in allowed:
        raise BadCell(column, f"“{value}” is none of {', '.join(allowed)}")
    return value


def percent_millionths(row: Row, column: str) -> int | None:
    """A percentage ("12.5") as millionths (125,000)."""
    value = row.get(column)
    if not value:
        return None
    try:
        millionths = to_minor(value, "CLF")  # four decimal places: 1 % = 10,000 millionths
    except BadInput:
        raise BadCell(column, f"“{value}” is no percentage") from None
    if not 0 <= millionths <= 1_000_000:
        raise BadCell(column, f"{value} % is outside 0 to 100")
    return millionths
