"""How HubSpot writes instants and days, and how it reads the numbers of a filter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(milliseconds: int) -> str:
    """`2026-02-25T16:14:38.670Z` of epoch milliseconds."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def iso_seconds(seconds: int | None) -> str | None:
    """The same of epoch seconds."""
    return None if seconds is None else iso(seconds * 1000)


def day(value: date | None) -> str | None:
    """A date property: `YYYY-MM-DD`, meant as midnight UTC."""
    return None if value is None else value.isoformat()


def number(text: str) -> float | None:
    """A property or filter value as a number; instants and days as epoch milliseconds."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) / timedelta(milliseconds=1)
