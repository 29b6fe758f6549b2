"""Texts of numbers, money and days: pure functions, the locale is passed in.

One place for every surface (window, command line, exports), so that they read alike. Roundings are
exact, half to even, and always of integers.
"""

from __future__ import annotations

from typing import NamedTuple

from csmdesk.domain.days import day_date
from csmdesk.domain.money import exponent, symbol

MINUS = "−"
RELATIVE_DAYS = 60
"""Days are told relatively up to this distance, absolutely beyond (the tooltip has the date)."""


class Locale(NamedTuple):
    """Separators and words of a language."""

    group: str = ","
    point: str = "."
    percent_gap: str = " "
    months: tuple[str, ...] = (
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    )  # fmt: skip
    today: str = "today"
    tomorrow: str = "tomorrow"
    yesterday: str = "yesterday"
    ago: str = "{} ago"
    ahead: str = "in {} d"


ENGLISH = Locale()


def number(value: int, locale: Locale = ENGLISH) -> str:
    """An integer with group separators: "20,040", "−3"."""
    sign = MINUS if value < 0 else ""
    return sign + f"{abs(value):,}".replace(",", locale.group)


def rounded(num: int, den: int) -> int:
    """`num/den` to the nearest integer, half to even."""
    if den < 0:
        num, den = -num, -den
    whole, rest = divmod(num, den)
    return whole + (2 * rest > den or (2 * rest == den and whole % 2))


def decimal(num: int, den: int, places: int, locale: Locale = ENGLISH, trim: bool = True) -> str:
    """`num/den` rounded to `places` decimals; `trim` drops trailing zeros: "4", "4.5"."""
    scaled = rounded(num * 10**places, den)
    sign = MINUS if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**places)
    digits = str(rest).rjust(places, "0") if places else ""
    if trim:
        digits = digits.rstrip("0")
    return sign + number(whole, locale) + (locale.point + digits if digits else "")


def percent(num: int, den: int, places: int = 0, locale: Locale = ENGLISH) -> str:
    """A share: "38 %", with `places` decimals."""
    return decimal(num * 100, den, places, locale, trim=False) + locale.percent_gap + "%"


def signed(value: int, locale: Locale = ENGLISH) -> str:
    """A change: "+6", "−3", "0"."""
    return ("+" if value > 0 else "") + number(value, locale)


def plural(count: int, one: str, many: str = "", locale: Locale = ENGLISH) -> str:
    """ "1 day", "3 days"; `many` when it is not `one` + "s"."""
    return f"{number(count, locale)} {one if count == 1 else many or one + 's'}"


def money(minor: int, currency: str, locale: Locale = ENGLISH) -> str:
    """An exact amount: "$20,040", "$20,040.50", "¥1,200"; whole amounts without decimals."""
    places = exponent(currency)
    whole, rest = divmod(abs(minor), 10**places)
    text = number(whole, locale)
    if rest:
        text += locale.point + str(rest).rjust(places, "0")
    return (MINUS if minor < 0 else "") + symbol(currency) + text


def compact_money(minor: int, currency: str, locale: Locale = ENGLISH) -> str:
    """A rounded amount for cards: "$14.82M", "$240k", "$912"."""
    amount, one = abs(minor), 10 ** exponent(currency)
    sign = MINUS if minor < 0 else ""
    for unit, letter, places in ((1, "", 0), (10**3, "k", 0), (10**6, "M", 2)):
        # Compared after rounding, so that 999,600 is "$1M" and never "$1,000k".
        if rounded(amount * 10**places, one * unit) < 1000 * 10**places:
            return sign + symbol(currency) + decimal(amount, one * unit, places, locale) + letter
    return sign + symbol(currency) + decimal(amount, one * 10**9, 2, locale) + "B"


def date_text(day: int, locale: Locale = ENGLISH) -> str:
    """An absolute day: "11 Dec 2026"."""
    date = day_date(day)
    return f"{date.day} {locale.months[date.month - 1]} {date.year}"


def month_text(day: int, locale: Locale = ENGLISH) -> str:
    """The month of a day: "Dec 2026"."""
    return date_text(day, locale).split(" ", 1)[1]


def days_ago(day: int, today: int, locale: Locale = ENGLISH) -> str:
    """ "today", "yesterday", "3 days ago", "in 11 d"; a date when more than 60 days away."""
    distance = day - today
    if abs(distance) > RELATIVE_DAYS:
        return date_text(day, locale)
    near = {0: locale.today, 1: locale.tomorrow, -1: locale.yesterday}
    if distance in near:
        return near[distance]
    if distance > 0:
        return locale.ahead.format(number(distance, locale))
    return locale.ago.format(plural(-distance, "day", locale=locale))


def not_checked_since(day: int, locale: Locale = ENGLISH) -> str:
    """What a task says whose source told nothing since `day`."""
    return f"Not re-checked since {date_text(day, locale)}."
