"""The window as a whole: documents, search, scope, notices, themes, what it remembers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from csmdesk.domain.changes import ChangeSet
from csmdesk.domain.edits import Applied
from csmdesk.domain.portfolio import Portfolio
from csmdesk.runtime.desk import Desk
from csmdesk.runtime.state import OFFLINE, DeskState
from csmdesk.views import theme
from csmdesk.views.dialogs.importing import ImportDialog
from csmdesk.views.main_window import MainWindow
from csmdesk.views.pages import PAGES
from csmdesk.views.pages.customers import CustomersPage
from csmdesk.views.shell.notices import NoticeLine


def customers_page(window: MainWindow) -> CustomersPage:
    window.open_page("customers")
    page = window.current_page()
    assert isinstance(page, CustomersPage)
    return page


def test_customers_page_lists_active_customers(window: MainWindow, book: Portfolio) -> None:
    page = customers_page(window)
    active = int((book.customers["active"] > 0).sum())
    assert page.table.model.rowCount() == active
    assert page._totals.cards["customers"].figure == str(active)
    assert window.rail.buttons["customers"].accessibleName() == f"Customers {active}"


def test_scope_narrows_every_figure(window: MainWindow, desk: Desk, book: Portfolio) -> None:
    page = customers_page(window)
    desk.set_scope(book.csms[0], "")
    mine = [
        csm == book.csms[0] and on
        for csm, on in zip(book.customers["csm"], book.customers["active"], strict=True)
    ]
    assert page.table.model.rowCount() == sum(mine)
    assert page._totals.cards["customers"].figure == str(sum(mine))
    assert window.top_bar.csm.value == book.csms[0]


@pytest.mark.parametrize("key", [spec.key for spec in PAGES])
def test_every_page_opens_and_shows_rows(window: MainWindow, key: str) -> None:
    window.open_page(key)
    holder = window.documents.current()
    assert holder is not None
    assert holder.key == f"page:{key}"
    assert window.rail.buttons[key].isChecked()


def test_a_hidden_page_catches_up_when_shown(
    window: MainWindow, desk: Desk, book: Portfolio
) -> None:
    page = customers_page(window)
    before = page.table.model.rowCount()
    window.open_page("tasks")
    desk.set_scope(book.csms[1], "")
    assert page.table.model.rowCount() == before
    window.open_page("customers")
    assert page.table.model.rowCount() < before


def test_tabs_close_but_the_last(window: MainWindow) -> None:
    window.open_page("tasks")
    window.close_tab()
    assert window.documents.keys() == ["page:customers"]
    window.close_tab()
    assert window.documents.count() == 1


def test_tabs_are_restored(window: MainWindow, desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    window.open_page("alerts")
    window.open_page("tasks")
    window.documents.tabBar().moveTab(2, 0)
    window.close()
    again = MainWindow(desk, tmp_path / "window.ini")
    qtbot.addWidget(again)
    again.complete()
    assert again.documents.keys() == ["page:tasks", "page:customers", "page:alerts"]
    holder = again.documents.current()
    assert holder is not None
    assert holder.key == "page:tasks"
    assert again.documents.holder(1).page is None  # built when first shown


def test_a_detached_document_comes_back(window: MainWindow) -> None:
    window.open_page("tasks")
    window.documents.detach(1)
    assert window.documents.keys() == ["page:customers"]
    apart = window.documents.detached[0]
    assert apart.isVisible()
    assert apart.holder.page is not None
    apart.close()
    assert window.documents.keys() == ["page:customers", "page:tasks"]


def test_search_finds_by_a_part_of_the_name(window: MainWindow, book: Portfolio) -> None:
    search = window.top_bar.search
    wanted = str(book.customers["name"][7])
    place = book.customers["name"].index(wanted)
    search.setText(wanted.upper())
    assert search.best() == book.customers["id"][place]
    search.setText("no such customer")
    assert search.best() == ""


def test_an_error_stays_with_its_details(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    desk.jobFailed.emit(
        "HubSpot refused the key. Paste a new one.", "401 <b>Unauthorized</b>", False, "run"
    )
    notice = window.findChild(NoticeLine)
    assert notice is not None
    assert notice.isVisible()
    assert notice.accessibleName().startswith("HubSpot refused")
    more = next(b for b in notice.findChildren(QPushButton) if b.text() == "Details")
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    texts = {label.text() for label in notice.findChildren(QLabel) if label.isVisible()}
    assert "401 <b>Unauthorized</b>" in texts
    notice.dismiss()
    assert not notice.isVisible()


def test_an_edit_offers_its_undo(window: MainWindow, desk: Desk) -> None:
    changes = ChangeSet(frozenset({"work"}))
    desk.edited.emit(Applied(3, "Tag 12 customers", changes, "Undo tag 12 customers", ""))
    assert window.toast.isVisible()
    assert window.toast.text == "Tag 12 customers"


def test_offline_is_a_quiet_chip(window: MainWindow, desk: Desk) -> None:
    desk.stateChanged.emit(DeskState(OFFLINE, ("HubSpot",), queued_edits=2))
    assert window.top_bar.offline.isVisible()
    assert window.top_bar.offline.text() == "Offline"


@pytest.mark.parametrize("name", ["light", "dark"])
def test_themes_switch_at_runtime(window: MainWindow, name: str) -> None:
    window.apply_theme(name)
    assert theme.tokens().name == name
    picture = window.grab().toImage()
    ground = picture.pixelColor(window.rail.width() + 4, window.height() - 4)
    assert ground.name().upper() == theme.THEMES[name].background


def test_every_control_has_a_name(window: MainWindow) -> None:
    for key in ("customers", "alerts", "tasks", "renewals"):
        window.open_page(key)
    for kind in (QPushButton, QToolButton):
        for control in window.findChildren(kind):
            if control.isVisible() and not control.objectName().startswith(("qt_", "Scroll")):
                assert control.accessibleName() or control.text(), control


def test_compact_rows_and_narrow_rail_are_remembered(window: MainWindow) -> None:
    page = customers_page(window)
    tall = page.table.grid.verticalHeader().defaultSectionSize()
    window.toggle_compact()
    assert page.table.grid.verticalHeader().defaultSectionSize() < tall
    window.toggle_rail()
    assert window.rail.collapsed
    assert window.memory.get("window/compact") is True
    assert window.memory.get("window/narrow_rail") is True


def test_without_a_snapshot_every_page_says_why(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    window = MainWindow(desk, tmp_path / "window.ini")
    qtbot.addWidget(window)
    window.complete()
    window.show()
    desk.jobFailed.emit("workspace.toml is not valid TOML. Correct that line.", "", False, "start")
    for key in ("customers", "tasks"):  # one page that was there, one made afterwards
        window.open_page(key)
        told = [label.text() for label in window.documents.currentWidget().findChildren(QLabel)]
        assert "Nothing can be shown" in told


def test_the_window_is_completed_once(window: MainWindow) -> None:
    notices = len(window.findChildren(NoticeLine))
    window.complete()
    assert len(window.findChildren(NoticeLine)) == notices == 1


def test_the_demo_says_that_it_takes_no_files(window: MainWindow) -> None:
    window.import_files()
    [shown] = window.findChildren(ImportDialog)
    assert shown.choosing.accessibleName().startswith("The demo takes no files.")
    assert "without --demo" in shown.choosing.accessibleName()
    shown.reject()
