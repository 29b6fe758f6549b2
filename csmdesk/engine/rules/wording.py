"""Words that the texts of rules and alerts share."""

from __future__ import annotations

from collections.abc import Sequence

from csmdesk.domain.days import day_date
from csmdesk.domain.money import symbol, to_major

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_text(day: int) -> str:
    """ "27 Nov 2026"."""
    date = day_date(day)
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def days_text(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def money_text(minor: int, currency: str) -> str:
    """ "$20,040": whole major units, rounded half up away from zero, with the currency."""
    whole, _, cents = to_major(abs(minor), currency).partition(".")
    rounded = int(whole) + (cents[:1] >= "5")
    return f"{'-' if minor < 0 else ''}{symbol(currency)}{rounded:,}"


def percent(num: int, den: int) -> int:
    """num / den in whole percent, half up."""
    return (200 * num + den) // (2 * den)


def listing(names: Sequence[str], most: int = 3) -> str:
    """ "A, B, C and 2 more"."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
