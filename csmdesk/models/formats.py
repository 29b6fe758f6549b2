"""What tables add to `domain.texts`: whole amounts, short dates, renewal wording."""

from __future__ import annotations

from csmdesk.domain.days import day_date
from csmdesk.domain.money import exponent, symbol
from csmdesk.domain.texts import ENGLISH, MINUS, RELATIVE_DAYS, date_text, decimal, number


def whole_money(minor: int, currency: str) -> str:
    """Rounded to major units: 18400000, "USD" -> "$184,000"; the tooltip has the exact amount."""
    major = decimal(abs(minor), 10 ** exponent(currency), 0)
    return f"{MINUS if minor < 0 else ''}{symbol(currency)}{major}"


def short_date(day: int) -> str:
    """ "11 Dec"."""
    date = day_date(day)
    return f"{date.day} {ENGLISH.months[date.month - 1]}"


def due_in(day: int, today: int) -> str:
    """A date ahead: "today", "in 11 d", "overdue 3 d"; absolute when over 60 days away."""
    away = day - today
    if abs(away) > RELATIVE_DAYS:
        return date_text(day)
    if away in (0, 1):
        return ENGLISH.tomorrow if away else ENGLISH.today
    return f"in {number(away)} d" if away > 0 else f"overdue {number(-away)} d"


def ago(day: int, today: int) -> str:
    """A date behind, short: "today", "12 d ago"; absolute when over 60 days away."""
    away = today - day
    if abs(away) > RELATIVE_DAYS:
        return date_text(day)
    if away <= 0:
        return due_in(day, today)
    return ENGLISH.yesterday if away == 1 else f"{number(away)} d ago"


def hundredths(value: int) -> str:
    """A mean kept in 1/100 with one decimal: 853 -> "8.5"."""
    return decimal(value, 100, 1, trim=False)
