"""The window of a new workspace at its Sources page, with a keyring of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import keyring
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from csmdesk.domain import source_status as states
from csmdesk.domain.source_status import SourceStatus
from csmdesk.runtime.desk import Desk
from csmdesk.views.dialogs.connect import ConnectDialog
from csmdesk.views.main_window import MainWindow
from csmdesk.views.pages.sources import SourcesPage
from tests.oauth.file_keyring import FileKeyring
from tests.sandbox.process import KEY, Sandbox

LONG = 60_000
Made = TypeVar("Made", bound=QWidget)


@contextmanager
def new_window(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """On its Sources page, with a keyring of its own."""
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.oauth.file_keyring.FileKeyring")
    former = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())
    with empty_window(tmp_path, qtbot) as made:
        made.open_page("sources")
        qtbot.waitUntil(lambda: bool(page_of(made).list.rows), timeout=LONG)
        yield made
    keyring.set_keyring(former)


@contextmanager
def empty_window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """On a workspace that is not connected to anything."""
    desk = Desk(tmp_path / "new", False, lambda: datetime.now(UTC))
    made = MainWindow(desk, tmp_path / "window.ini")
    qtbot.addWidget(made)
    made.complete()
    made.show()
    desk.start(run=False)
    yield made
    made.close()
    desk.close()


def page_of(window: MainWindow) -> SourcesPage:
    page = window.current_page()
    assert isinstance(page, SourcesPage)
    return page


def status(window: MainWindow, system: str) -> SourceStatus:
    return next(one for one in window.desk.sources.statuses if one.system == system)


def dialog(window: MainWindow, kind: type[Made]) -> Made:
    """The dialog of this kind that is open."""
    return next(one for one in window.findChildren(kind) if one.isVisible())


def press(inside: QDialog, text: str) -> None:
    found = [one for one in inside.findChildren(QPushButton) if one.text() == text]
    QTest.keyClick(found[0], Qt.Key.Key_Space)


def connect(window: MainWindow, sandbox: Sandbox, system: str, qtbot: QtBot) -> None:
    page_of(window).connect_source(system)
    asked = dialog(window, ConnectDialog)
    asked.key.setText(KEY)
    asked.asked["project_id"].setText("1")
    asked.address.setText(sandbox.base_url(system))
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        press(asked, "Connect")
    qtbot.waitUntil(lambda: status(window, system).state == states.CURRENT, timeout=LONG)
