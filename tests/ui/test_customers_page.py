"""The customers page: filters, saved views, tags, the preview of the first frame."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from csmdesk.domain.portfolio import Portfolio
from csmdesk.models.customers import CustomerFilter
from csmdesk.runtime.desk import Desk
from csmdesk.runtime.state import WORKING, DeskState
from csmdesk.views.dialogs.tags import TagDialog
from csmdesk.views.main_window import MainWindow
from csmdesk.views.pages.customer_filter import FilterPopover
from csmdesk.views.pages.customers import VIEWS, CustomersPage


@pytest.fixture
def page(window: MainWindow) -> CustomersPage:
    found = window.current_page()
    assert isinstance(found, CustomersPage)
    return found


def shown(page: CustomersPage) -> set[str]:
    return {page.table.model.key(row) for row in range(page.table.model.rowCount())}


@pytest.mark.parametrize("place", range(len(VIEWS)))
def test_saved_views_show_what_their_filter_says(
    page: CustomersPage, book: Portfolio, place: int
) -> None:
    title, wanted = VIEWS[place]
    chip = next(b for b in page.findChildren(QPushButton) if b.text() == title)
    chip.click()
    ids = book.customers["id"]
    assert shown(page) == {ids[i] for i in np.flatnonzero(wanted.mask(book))}
    assert chip.isChecked()


def test_ticks_filter_and_are_counted(page: CustomersPage, book: Portfolio, qtbot: QtBot) -> None:
    popover = FilterPopover(book, page.filter, page)
    popover.changed.connect(page.set_filter)
    tick = next(b for b in popover.findChildren(QCheckBox) if b.accessibleName() == "Status: Trial")
    tick.click()
    assert {book.customers["status"][int(key, 16)] for key in shown(page)} == {"Trial"}
    assert page._filter_button.text() == "Filter · 1"
    page.set_filter(CustomerFilter())
    assert page._filter_button.text() == "Filter"


def test_a_tag_shows_at_once_on_all_selected(
    page: CustomersPage, desk: Desk, book: Portfolio, qtbot: QtBot
) -> None:
    keys = tuple(page.table.model.key(row) for row in (0, 1, 2))
    page.table.select(list(keys))
    assert page._tag_button.text() == "Tag 3 selected"
    dialog = TagDialog(book, keys, page)
    dialog.wanted.connect(desk.edit)
    dialog._tag.setText("Board <b>call</b>")
    assert dialog._add.isEnabled()
    dialog._add.click()
    assert desk.portfolio is not None
    customers = desk.portfolio.customers
    tagged = [
        key
        for key, tags in zip(customers["id"], customers["tags"], strict=True)
        if "Board <b>call</b>" in tags
    ]
    assert sorted(tagged) == sorted(keys)
    assert page.table.selected() == keys


def test_nothing_found_offers_the_way_back(page: CustomersPage) -> None:
    page.set_filter(CustomerFilter(tags=frozenset({"no such tag"})))
    assert page.table.model.rowCount() == 0
    names = {b.text() for b in page.table.findChildren(QAbstractButton) if b.isVisible()}
    assert "Show all customers" in names


def test_the_sync_card_tells_a_running_job(window: MainWindow) -> None:
    window._state_changed(DeskState(WORKING, ("HubSpot",), queued_edits=1))
    assert "1 queued edit" in window.rail.sync_card.accessibleName()
    assert "Working" in window.rail.sync_card._headline.text()
