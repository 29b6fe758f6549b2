"""A window beside another process that works on the same workspace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from csmdesk.runtime import state as states
from csmdesk.runtime.desk import Desk
from csmdesk.views.main_window import MainWindow
from tests.demo import NOW, demo_session
from tests.jobs.test_lock import holding

LONG = 60_000


def tomorrow() -> datetime:
    return datetime.fromtimestamp(NOW, UTC) + timedelta(days=1)


@pytest.fixture
def window(demo_folder: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """On a workspace whose last run is long ago, whatever the clock of the worker says."""
    session = demo_session(demo_folder)
    with session.store.write() as conn:
        conn.exec_driver_sql("UPDATE run SET at = 1")
    session.close()
    desk = Desk(demo_folder, True, tomorrow)
    made = MainWindow(desk, demo_folder / "window.ini")
    qtbot.addWidget(made)
    made.complete()
    made.show()
    with qtbot.waitSignal(desk.portfolioChanged, timeout=LONG):
        desk.start(run=False)
    yield made
    made.close()
    desk.close()


def test_the_window_says_who_works_and_tries_again(
    window: MainWindow, demo_folder: Path, qtbot: QtBot
) -> None:
    desk = window.desk
    with holding(demo_folder) as process:
        with qtbot.waitSignal(desk.jobFailed, timeout=LONG) as failed:
            window.run_now()
        assert f"(process {process.pid}) has worked since" in failed.args[0]
        assert window.notice.isVisible()
        assert window.notice.again.isVisible()
        assert desk.portfolio is not None, "what is stored stays readable"
        with qtbot.waitSignal(desk.jobFailed, timeout=LONG):
            window.notice.again.click()
    with qtbot.waitSignal(desk.jobFinished, timeout=LONG) as finished:
        window.notice.again.click()
    assert finished.args[0] == "run"
    assert not window.notice.isVisible()
    assert desk.state.state == states.CURRENT


def test_what_the_schedule_asks_for_is_told_by_the_card_alone(
    window: MainWindow, demo_folder: Path, qtbot: QtBot
) -> None:
    desk = window.desk
    with holding(demo_folder):
        desk.submit("run_if_due")
        qtbot.waitUntil(lambda: "has worked since" in desk.state.problem, timeout=LONG)
    assert not window.notice.isVisible()


def test_two_windows_share_a_workspace(window: MainWindow, demo_folder: Path, qtbot: QtBot) -> None:
    """The second one shows what the first one's run came to."""
    second = Desk(demo_folder, True, tomorrow)
    with qtbot.waitSignal(second.portfolioChanged, timeout=LONG):
        second.start(run=False)
    try:
        assert second.portfolio is not None
        seen = second.portfolio.run_at
        with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
            window.run_now()
        with qtbot.waitSignal(second.portfolioChanged, timeout=LONG):
            second.submit("run_if_due", {"seen": seen})
        assert second.portfolio.run_at > seen
    finally:
        second.close()
