"""Money: ISO 4217 exponents, exact conversion between decimal text and minor units, symbols.

Amounts are integers in minor units plus a currency (definitions.md section 3); a rate is reporting
minor units for one native minor unit.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from csmdesk.domain.errors import BadInput

if TYPE_CHECKING:  # keeps them away from whoever only formats an amount (start-up)
    from fractions import Fraction

    from csmdesk.domain.inputs import Rates

_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_DIGITS = 18
"""Digits of minor units that fit 64 bits."""
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪"}


def exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit by ISO 4217: JPY 0, USD 2, KWD 3."""
    return _EXPONENTS.get(currency.upper(), 2)


def minor_units(currency: str) -> int:
    """Minor units of one major unit: JPY 1, USD 100, KWD 1,000."""
    units: int = 10 ** exponent(currency)
    return units


def symbol(currency: str) -> str:
    """What stands before an amount: "$", or the code and a space ("CHF ")."""
    code = currency.upper()
    return _SYMBOLS.get(code, f"{code} ")


def to_minor(text: str, currency: str) -> int:
    """Exact minor units of a decimal in major units ("20040.50", "USD" -> 2004050).

    Raises BadInput when the text is no finite decimal, is finer than the minor unit or too large.
    """
    from decimal import Decimal, InvalidOperation

    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise BadInput(f"“{text}” is no amount of money.") from None
    if not amount.is_finite():
        raise BadInput(f"“{text}” is no amount of money.")
    finer = BadInput(f"“{text}” is finer than the minor unit of {currency.upper()}.")
    first_digit = amount.adjusted() + exponent(currency) if amount else 0
    if first_digit >= _DIGITS:
        raise BadInput(f"“{text}” is too large for an amount of money.")
    if first_digit < 0:  # the ratio of 1e-999999999 would take for ever
        raise finer
    numerator, denominator = amount.as_integer_ratio()
    minor, rest = divmod(numerator * minor_units(currency), denominator)
    if rest:
        raise finer
    return minor


def rate_on(rates: Rates, currency: str, day: int) -> Fraction | None:
    """The rate that holds on `day`; the reporting currency is 1; None when there is none."""
    from fractions import Fraction

    code = currency.upper()
    if code == rates.reporting.upper():
        return Fraction(1)
    place = bisect_right(rates.days.get(code, []), day) - 1
    return rates.values[code][place] if place >= 0 else None
