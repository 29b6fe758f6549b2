"""Chargebee's amounts in minor units, exact: integers, or decimals of the major unit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from csmdesk.domain.money import minor_units

Exact = tuple[int, int]
"""Numerator and denominator."""


def exact(amount: int | None, decimal: str | None, currency: str) -> Fraction | None:
    """Minor units of an amount: its decimal wins, for the integer is rounded. None for neither."""
    if decimal:
        return _number(decimal) * minor_units(currency)
    return None if amount is None else Fraction(amount)


def quantity(whole: int | None, decimal: str | None) -> Fraction:
    return _number(decimal) if decimal else Fraction(whole or 0)


def priced(unit: Fraction, count: Fraction) -> tuple[Exact, int]:
    """(price of one, quantity) with a whole quantity: of 2.5 hours the price of all is told once."""
    if count.denominator == 1:
        return unit.as_integer_ratio(), int(count)
    return (unit * count).as_integer_ratio(), 1


def millionths(percent: float) -> int:
    """A percentage in millionths (12.5 % -> 125,000)."""
    return int(Decimal(str(percent)).scaleb(4).to_integral_value())


def _number(text: str) -> Fraction:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"“{text}” is no number") from None
    if not value.is_finite():
        raise ValueError(f"“{text}” is no number")
    return Fraction(value)
