"""Importing in the window: dropped files, guesses, a mapping by pick lists, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

from csmdesk.jobs.importing.mapping import read_mapping
from csmdesk.models import importing as words
from csmdesk.views.dialogs.importing import DONE, MAPPING, ImportDialog
from csmdesk.views.main_window import MainWindow
from csmdesk.views.pages.sources import SourcesPage
from csmdesk.views.shell.dropping import FileDrop
from tests.ui.new_workspace import empty_window

LONG = 60_000
ACCOUNTS = (
    "Account ID;Company;Wert;Renewal Date;Notes\n"
    "A1;Acme;1.200,50;31.12.2026;good\n"
    "A2;Beta;900,00;15.01.2027;\n"
    "A3;;1,00;01.02.2027;\n"
)
TICKETS = "Ticket ID,Account ID,Created At,Subject\nT1,A1,2026-11-01,Help\nT2,ZZ,2026-11-02,Who\n"


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with empty_window(tmp_path, qtbot) as made:
        yield made


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "Accounts.csv").write_text(ACCOUNTS, encoding="cp1252")
    (folder / "tickets.csv").write_text(TICKETS)
    (folder / "readme.txt").write_text("no file to import")
    return folder


def drop(window: MainWindow, *paths: Path) -> ImportDialog:
    drop_onto(window, *paths)
    return next(one for one in window.findChildren(ImportDialog) if one.isVisible())


def drop_onto(window: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    watcher = window.findChild(FileDrop, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert isinstance(watcher, FileDrop)
    assert watcher.eventFilter(window, event), "Qt delivers a drop only from a drag of its own"


def pick(box: QComboBox, value: str) -> None:
    """As a person does: choose, and the box tells so."""
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def settled(dialog: ImportDialog) -> bool:
    return not (dialog._looking or dialog._stale or dialog._soon.isActive())


def test_dropped_files_are_guessed_mapped_and_imported(
    window: MainWindow, theirs: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = drop(window, theirs)
    qtbot.waitUntil(lambda: dialog._stack.currentIndex() == MAPPING, timeout=LONG)
    assert [words.file_line(one) for one in dialog.entries] == [
        "Customers: 3 rows, 1 would be refused",
        "Tickets: 2 rows, 1 would be refused",
    ]
    panel = dialog.panel
    assert panel.boxes["Account ID"].currentText() == "Customer id *"
    assert panel.boxes["Notes"].currentText() == "Custom property"
    assert panel.dates.currentText() == "31.12.2026"
    assert "31.12.2026 → 2026-12-31" in panel._examples["Renewal Date"].text()
    pick(panel.boxes["Wert"], "acv")
    pick(panel.decimal, ",")
    assert "1.200,50 → 1200.50" in panel._examples["Wert"].text(), "at once"
    qtbot.waitUntil(lambda: settled(dialog), timeout=LONG)
    assert "Name: " in panel.reasons.text() or "name: " in panel.reasons.text()
    pick(panel.boxes["Company"], words.LEAVE_OUT)
    qtbot.waitUntil(lambda: settled(dialog), timeout=LONG)
    assert "No column feeds name" in dialog.said.text()
    assert not dialog.import_button.isEnabled()
    pick(panel.boxes["Company"], "name")
    qtbot.waitUntil(lambda: settled(dialog) and dialog.import_button.isEnabled(), timeout=LONG)
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        dialog.save_mapping(str(tmp_path / "mapping.toml"))
    assert read_mapping(tmp_path / "mapping.toml")["customers"].decimal == ","
    assert dialog.import_button.text() == "Import 3 rows"
    dialog.import_button.click()
    qtbot.waitUntil(lambda: dialog._stack.currentIndex() == DONE, timeout=LONG)
    model = dialog.outcome.model
    told = [[model.text(row, column) for column in range(6)] for row in range(model.rowCount())]
    assert told == [
        ["Accounts.csv", "2", "0", "0", "1", "0"],
        ["tickets.csv", "1", "0", "0", "1", "0"],
    ]
    portfolio = window.desk.portfolio
    assert portfolio is not None
    assert sorted(portfolio.customers["name"]) == ["Acme", "Beta"]
    assert sorted(portfolio.customers.ints("acv").tolist()) == [90_000, 120_050]
    dialog.refused_button.click()
    page = window.current_page()
    assert isinstance(page, SourcesPage)
    qtbot.waitUntil(lambda: page.panel.refused.model.rowCount() == 2, timeout=LONG)
    assert page.chosen == "import"


def test_another_table_is_guessed_again_and_a_file_can_be_left_out(
    window: MainWindow, theirs: Path, qtbot: QtBot
) -> None:
    dialog = drop(window, theirs / "Accounts.csv", theirs / "tickets.csv")
    qtbot.waitUntil(lambda: dialog._stack.currentIndex() == MAPPING, timeout=LONG)
    dialog.files.setCurrentRow(1)
    pick(dialog.panel.table, "activities")
    qtbot.waitUntil(lambda: settled(dialog), timeout=LONG)
    assert dialog.panel.boxes["Created At"].currentText() == "At *"
    pick(dialog.panel.table, "")
    qtbot.waitUntil(lambda: settled(dialog), timeout=LONG)
    assert words.file_line(dialog.entries[1]) == "Left out"
    assert dialog.import_button.text() == "Import 2 rows"
    dialog.reject()


def test_files_are_dropped_onto_the_dialog_too(
    window: MainWindow, theirs: Path, qtbot: QtBot
) -> None:
    window.import_files()
    dialog = next(one for one in window.findChildren(ImportDialog) if one.isVisible())
    assert "Drop files or a folder here" in dialog.choosing.accessibleName()
    drop_onto(dialog, theirs / "Accounts.csv")
    qtbot.waitUntil(lambda: dialog._stack.currentIndex() == MAPPING, timeout=LONG)
    drop_onto(dialog, theirs / "tickets.csv")
    qtbot.waitUntil(lambda: len(dialog.entries) == 2, timeout=LONG)
    dialog.reject()


def test_what_cannot_be_imported_says_so(
    window: MainWindow, theirs: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = drop(window, theirs / "tickets.csv")
    qtbot.waitUntil(lambda: dialog._stack.currentIndex() == MAPPING, timeout=LONG)
    assert "which file holds the customers" in dialog.said.text()
    assert not dialog.import_button.isEnabled()
    dialog.reject()
    empty = tmp_path / "empty"
    empty.mkdir()
    dialog = drop(window, empty)
    qtbot.waitUntil(lambda: not dialog._looking, timeout=LONG)
    assert "There is no file to import" in dialog.choosing.accessibleName()
    dialog.reject()
    broken = tmp_path / "customers.xlsx"
    broken.write_text("no sheet")
    dialog = drop(window, broken)
    qtbot.waitUntil(lambda: dialog._stack.currentIndex() == MAPPING, timeout=LONG)
    assert "customers.xlsx cannot be read" in words.file_line(dialog.entries[0])
    dialog.reject()
