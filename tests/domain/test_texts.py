"""Texts of numbers, money and days."""

from __future__ import annotations

import pytest

from csmdesk.domain.days import parse_day
from csmdesk.domain.texts import (
    Locale,
    compact_money,
    date_text,
    days_ago,
    decimal,
    money,
    number,
    percent,
    plural,
    signed,
)

GERMAN = Locale(group=".", point=",", today="heute")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (2_004_000, "USD", "$20,040"),
        (2_004_050, "USD", "$20,040.50"),
        (-5, "USD", "−$0.05"),
        (0, "EUR", "€0"),
        (1_200, "JPY", "¥1,200"),
        (1_234_567, "KWD", "KWD 1,234.567"),
    ],
)
def test_money_is_exact(minor: int, currency: str, text: str) -> None:
    assert money(minor, currency) == text


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (1_482_000_000, "$14.82M"),
        (110_000_000, "$1.1M"),
        (24_000_000, "$240k"),
        (99_949_900, "$999k"),
        (99_960_000, "$1M"),
        (91_249, "$912"),
        (99_960, "$1k"),
        (-24_000_000, "−$240k"),
        (99_999_600_000, "$1B"),
        (1_234_500_000_000, "$12.34B"),
        (0, "$0"),
    ],
)
def test_compact_money(minor: int, text: str) -> None:
    assert compact_money(minor, "USD") == text


def test_numbers() -> None:
    assert number(-20_040) == "−20,040"
    assert (signed(6), signed(-3), signed(0)) == ("+6", "−3", "0")
    assert (plural(1, "day"), plural(1_000, "day")) == ("1 day", "1,000 days")
    assert plural(2, "company", "companies") == "2 companies"
    assert (decimal(9, 2, 1), decimal(8, 2, 1), decimal(-1, 3, 2)) == ("4.5", "4", "−0.33")
    assert decimal(8, 2, 1, trim=False) == "4.0"
    assert (percent(38, 100), percent(1, 8, 1), percent(5, 1000)) == ("38 %", "12.5 %", "0 %")


def test_a_locale_is_passed_in() -> None:
    assert money(2_004_050, "USD", GERMAN) == "$20.040,50"
    assert days_ago(10, 10, GERMAN) == "heute"


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (11, "in 11 d"),
        (-3, "3 days ago"),
        (60, "in 60 d"),
        (-60, "60 days ago"),
        (61, "20 Jan 2027"),
        (-61, "20 Sep 2026"),
    ],
)
def test_days_are_relative_up_to_60(distance: int, text: str) -> None:
    today = parse_day("2026-11-20")
    assert days_ago(today + distance, today) == text


def test_dates() -> None:
    assert date_text(parse_day("2026-12-11")) == "11 Dec 2026"
