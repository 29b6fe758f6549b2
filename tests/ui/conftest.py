"""A real desk that is never started (no threads, no worker) and the real window on top of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from csmdesk.domain.days import start_of_day
from csmdesk.domain.portfolio import Portfolio
from csmdesk.runtime.desk import Desk
from csmdesk.views.main_window import MainWindow
from csmdesk.views.memory import Memory
from tests.sandbox.process import Sandbox, running
from tests.ui.portfolios import DAY, portfolio


@pytest.fixture(scope="session")
def book() -> Portfolio:
    return portfolio(214)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running("--customers", "3") as started:
        yield started


def now() -> datetime:
    return datetime.fromtimestamp(start_of_day(DAY) + 8 * 3_600, UTC)


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """Windows of a finished test go now, not by the collector in the middle of a later paint."""
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()


@pytest.fixture
def desk(tmp_path: Path, qapp: object) -> Desk:
    return Desk(tmp_path, True, now)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory.at(str(tmp_path / "window.ini"))


@pytest.fixture
def window(desk: Desk, tmp_path: Path, book: Portfolio, qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(desk, tmp_path / "window.ini")
    made.apply_theme("light")
    made.resize(1440, 900)
    qtbot.addWidget(made)
    made.complete()
    made.show()
    desk._show(book)
    yield made
    made.close()
    made.deleteLater()
