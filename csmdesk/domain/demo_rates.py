"""Exchange rates of the demo: deterministic monthly steps, no clock and no network.

A rate is USD minor units for one native minor unit, exact. It swings by 2 % around the
currency's base rate, about 1 % a month at most, on any date of 2020 to 2040.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

CURRENCIES: tuple[str, ...] = ("USD", "EUR", "GBP", "JPY", "KWD")
EXPONENTS: dict[str, int] = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}

# USD for one major unit of the currency, in 1/10,000.
_BASE = {"USD": 10_000, "EUR": 10_850, "GBP": 12_700, "JPY": 67, "KWD": 32_500}
_STRIDE = {"EUR": 5, "GBP": 7, "JPY": 11, "KWD": 3}


def rate(currency: str, day: date) -> Fraction:
    """USD minor units per native minor unit on `day`. Raises KeyError for another currency."""
    code = currency.upper()
    base = Fraction(_BASE[code], 10_000)
    if code != "USD":
        month = day.year * 12 + day.month - 1
        step = abs(month * _STRIDE[code] % 82 - 41) - 20  # -20 … 21 tenths of a percent
        base = base * (1000 + step) / 1000
    return base * Fraction(100, 10 ** EXPONENTS[code])
