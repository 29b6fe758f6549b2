"""Stripe's amounts in minor units, exact."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

# These have no decimals, yet Stripe sends hundredths of them.
IN_HUNDREDTHS = frozenset({"ISK", "UGX"})


def minor(amount: int, currency: str) -> int:
    """Minor units of an amount as Stripe sends it. ValueError for a fraction of a unit."""
    if currency.upper() not in IN_HUNDREDTHS:
        return amount
    whole, rest = divmod(amount, 100)
    if rest:
        raise ValueError(f"{amount} is no whole amount of {currency.upper()}")
    return whole


def unit_price(decimal: str, currency: str) -> tuple[int, int]:
    """Numerator and denominator of a unit price in minor units ("0.5" -> 1/2)."""
    try:
        value = Decimal(decimal)
    except InvalidOperation:
        raise ValueError(f"“{decimal}” is no price") from None
    if not value.is_finite():
        raise ValueError(f"“{decimal}” is no price")
    if currency.upper() in IN_HUNDREDTHS:
        value /= 100
    return value.as_integer_ratio()


def millionths(percent: float) -> int:
    """A percentage in millionths (12.5 % -> 125,000); Stripe sends at most two decimals."""
    return int(Decimal(str(percent)).scaleb(4).to_integral_value())
