"""The desk's scope: it follows the calendar unless a person travels."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from csmdesk.domain.days import start_of_day
from csmdesk.runtime.desk import Desk
from tests.ui.portfolios import DAY, portfolio


@pytest.fixture
def desk(tmp_path: Path, qapp: object) -> Desk:
    moment = datetime.fromtimestamp(start_of_day(DAY) + 8 * 3_600, UTC)
    return Desk(tmp_path, True, lambda: moment)


def test_after_midnight_the_new_day_is_shown(desk: Desk) -> None:
    today = portfolio(3)
    desk._portfolio_arrived(today)
    assert desk.scope.day == DAY
    days: list[int] = []
    desk.scopeChanged.connect(lambda scope: days.append(scope.day))
    desk._portfolio_arrived(dataclasses.replace(today, day=DAY + 1))
    assert desk.portfolio is not None
    assert (desk.portfolio.day, desk.scope.day, days) == (DAY + 1, DAY + 1, [DAY + 1])


def test_who_travels_stays_where_they_are(desk: Desk) -> None:
    today = portfolio(3)
    desk._portfolio_arrived(today)
    desk._travelled = True
    desk._portfolio_arrived(dataclasses.replace(today, day=DAY + 1))
    assert desk.portfolio is today
