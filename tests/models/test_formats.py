"""Numbers and dates as tables write them."""

from __future__ import annotations

import pytest

from csmdesk.domain.days import parse_day
from csmdesk.models.formats import ago, due_in, hundredths, short_date, whole_money

TODAY = parse_day("2026-11-20")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (18_400_000, "USD", "$184,000"),
        (-150, "USD", "−$2"),
        (1_200, "JPY", "¥1,200"),
        (1_234_567, "KWD", "KWD 1,235"),
        (0, "EUR", "€0"),
    ],
)
def test_whole_money(minor: int, currency: str, text: str) -> None:
    assert whole_money(minor, currency) == text


@pytest.mark.parametrize(
    ("away", "ahead", "behind"),
    [
        (0, "today", "today"),
        (1, "tomorrow", "yesterday"),
        (2, "in 2 d", "2 d ago"),
        (60, "in 60 d", "60 d ago"),
        (61, "20 Jan 2027", "20 Sep 2026"),
    ],
)
def test_relative_up_to_sixty_days(away: int, ahead: str, behind: str) -> None:
    assert due_in(TODAY + away, TODAY) == ahead
    assert ago(TODAY - away, TODAY) == behind


def test_small_things() -> None:
    assert due_in(TODAY - 3, TODAY) == "overdue 3 d"
    assert short_date(TODAY) == "20 Nov"
    assert hundredths(853) == "8.5"
    assert hundredths(400) == "4.0"
