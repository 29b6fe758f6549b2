"""When a run is due: weekdays at six, and at once when one was missed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from csmdesk.domain.settings import Schedule
from csmdesk.engine.schedule import is_due, last_due, next_due

SIX = Schedule()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("2026-11-20T05:59", "2026-11-19T06:00", "2026-11-20T06:00"),  # a Friday
        ("2026-11-20T06:00", "2026-11-20T06:00", "2026-11-23T06:00"),
        ("2026-11-21T12:00", "2026-11-20T06:00", "2026-11-23T06:00"),  # Saturday
        ("2026-11-23T05:00", "2026-11-20T06:00", "2026-11-23T06:00"),  # Monday
    ],
)
def test_moments(now: str, last: str, following: str) -> None:
    assert last_due(at(now), SIX) == at(last)
    assert next_due(at(now), SIX) == at(following)


def test_a_run_is_owed_when_none_came_after_the_last_moment() -> None:
    monday = at("2026-11-23T09:00")
    assert is_due(None, monday, SIX)
    assert is_due(at("2026-11-20T06:05"), monday, SIX)
    assert not is_due(at("2026-11-23T06:05"), monday, SIX)
