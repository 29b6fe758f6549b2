"""ISO exponents and exact conversion."""

from __future__ import annotations

from fractions import Fraction

import pytest

from csmdesk.domain.errors import BadInput
from csmdesk.domain.inputs import Rates
from csmdesk.domain.money import exponent, rate_on, symbol, to_minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("20040.50", "USD", 2_004_050),
        ("-0.05", "eur", -5),
        ("1200", "JPY", 1_200),
        ("1.234", "KWD", 1_234),
        (" 7 ", "CHF", 700),
        ("1e3", "USD", 100_000),
        ("90071992547409.93", "USD", 9_007_199_254_740_993),
    ],
)
def test_to_minor(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        *[
            (text, "USD")
            for text in ("", "ten", "nan", "inf", "0.001", "1e-999999999", "1e999999999")
        ],
        *[("1.5", "JPY"), ("-10000000000000000", "USD"), ("1e18", "JPY")],
    ],
)
def test_refused(text: str, currency: str) -> None:
    with pytest.raises(BadInput):
        to_minor(text, currency)


def test_exponents_and_symbols() -> None:
    assert [exponent(code) for code in ("JPY", "USD", "kwd", "CLF")] == [0, 2, 3, 4]
    assert (symbol("usd"), symbol("CHF")) == ("$", "CHF ")


def test_rate_on() -> None:
    rates = Rates("USD", {"EUR": [10, 20]}, {"EUR": [Fraction(11, 10), Fraction(12, 10)]})
    assert [rate_on(rates, "EUR", day) for day in (9, 10, 19, 20)] == [
        None,
        Fraction(11, 10),
        Fraction(11, 10),
        Fraction(12, 10),
    ]
    assert rate_on(rates, "usd", 0) == 1
    assert rate_on(rates, "CHF", 20) is None
