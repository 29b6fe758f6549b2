"""The table every page uses, driven as a person does."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from csmdesk.domain.portfolio import Portfolio
from csmdesk.models.customers import CUSTOMER_COLUMNS, customer_rows
from csmdesk.models.table import TableModel
from csmdesk.views.memory import Memory
from csmdesk.views.table import DataTable, inert
from csmdesk.views.widgets.states import EmptyState, Saying
from tests.ui.portfolios import portfolio

EMPTY = Saying("No customers yet", "Sync to fill this.", "Sync now")


def make(memory: Memory, qtbot: QtBot) -> DataTable:
    table = DataTable(TableModel(CUSTOMER_COLUMNS), "customers", "Customers", memory, EMPTY)
    qtbot.addWidget(table)
    table.resize(1200, 600)
    table.show()
    return table


@pytest.fixture
def table(memory: Memory, book: Portfolio, qtbot: QtBot) -> DataTable:
    made = make(memory, qtbot)
    made.set_rows(customer_rows(book))
    return made


def press(qtbot: QtBot, table: DataTable, key: Qt.Key) -> None:
    qtbot.keyClick(table.grid, key)


def said(table: DataTable) -> str:
    state = table.findChild(EmptyState)
    assert state is not None
    return state.accessibleName() if state.isVisible() else ""


def test_selection_survives_sort_filter_and_refresh(table: DataTable, book: Portfolio) -> None:
    chosen = {table.model.key(row) for row in (0, 5, 6, 40)}
    table.select(sorted(chosen))
    table.model.sort_by([("name", False)])
    assert set(table.selected()) == chosen
    table.model.sort_by([("acv", True), ("name", False)])
    assert set(table.selected()) == chosen
    table.set_rows(customer_rows(book))
    assert set(table.selected()) == chosen
    only = next(iter(chosen))
    table.set_mask(np.array([key == only for key in book.customers["id"]]))
    assert table.selected() == (only,)
    table.set_mask(None)
    assert set(table.selected()) == chosen
    assert table.current() in chosen


def test_a_refresh_with_other_customers_keeps_those_still_there(table: DataTable) -> None:
    table.select([table.model.key(3), table.model.key(200)])
    table.set_rows(customer_rows(portfolio(90, seed=3)))
    assert table.selected() == (f"{3:016x}",)


def test_a_refresh_keeps_the_place(table: DataTable, book: Portfolio, qtbot: QtBot) -> None:
    bar = table.grid.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100)
    bar.setValue(80)
    mask = np.ones(214, np.bool_)
    mask[200:] = False
    table.set_rows(customer_rows(book), mask)
    assert bar.value() == 80


def test_keys_move_and_open(table: DataTable, qtbot: QtBot) -> None:
    table.select([table.model.key(0)])
    press(qtbot, table, Qt.Key.Key_J)
    press(qtbot, table, Qt.Key.Key_J)
    press(qtbot, table, Qt.Key.Key_K)
    assert table.current() == table.model.key(1)
    with qtbot.waitSignal(table.opened) as opened:
        press(qtbot, table, Qt.Key.Key_Return)
    assert opened.args == [table.model.key(1)]


def test_slash_finds_and_done_brings_all_back(table: DataTable, qtbot: QtBot) -> None:
    press(qtbot, table, Qt.Key.Key_Slash)
    box = table.findChild(QLineEdit)
    assert box is not None
    assert box.isVisible()
    qtbot.keyClicks(box, "halcyon")
    assert 0 < table.model.rowCount() < 20
    qtbot.keyClicks(box, " zzz")
    assert "Nothing matches" in said(table)
    table.clear_find()
    assert table.model.rowCount() == 214


def test_states_have_their_own_words(memory: Memory, qtbot: QtBot) -> None:
    table = make(memory, qtbot)
    assert said(table).startswith("Loading")
    table.set_rows(customer_rows(portfolio(0)))
    assert said(table).startswith("No customers yet")
    table.fail(Saying("The file cannot be read", "Restore a backup.", "Restore"))
    assert said(table).startswith("The file cannot be read")
    table.set_rows(customer_rows(portfolio(5)))
    assert said(table) == ""


def test_copy_gives_shown_columns_as_tsv(table: DataTable) -> None:
    table.select([table.model.key(0), table.model.key(1)])
    table.copy()
    lines = QApplication.clipboard().text().split("\n")
    assert len(lines) == 3
    assert lines[0].split("\t")[:3] == ["Customer", "CHI", "90 days"]
    assert lines[1].split("\t")[0] == table.model.text(0, 0)


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("+$120", "+$120"),
        ("Acme = Co", "Acme = Co"),
    ],
)
def test_nothing_copied_is_a_formula(text: str, copied: str) -> None:
    assert inert(text) == copied


def test_columns_are_remembered(memory: Memory, book: Portfolio, qtbot: QtBot) -> None:
    first = make(memory, qtbot)
    first.layout_of_columns.arrange([("csm", True), ("chi", False), ("tier", True)])
    first.grid.setColumnWidth(0, 260)
    again = make(memory, qtbot)
    placed = again.layout_of_columns.placed
    assert [p.key for p in placed[:4]] == ["name", "csm", "chi", "tier"]
    assert placed[0].width == 260
    assert [p.shown for p in placed[1:3]] == [True, False]
    again.layout_of_columns.reset()
    assert [p.key for p in again.layout_of_columns.placed[:2]] == ["name", "chi"]


def test_the_first_column_stays_in_sight(table: DataTable, qtbot: QtBot) -> None:
    table.layout_of_columns.arrange([(c.key, True) for c in CUSTOMER_COLUMNS])
    bar = table.grid.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 200)
    assert table.grid.frozen is None
    bar.setValue(200)
    assert table.grid.frozen is not None
    assert table.grid.frozen.isVisible()
    assert table.grid.frozen.width() >= table.grid.columnWidth(0)


def test_spare_width_is_shared_and_nothing_is_left_over(table: DataTable) -> None:
    head = table.grid.horizontalHeader()
    assert head.length() == table.grid.viewport().width()


def test_outside_text_is_never_markup(memory: Memory, qtbot: QtBot) -> None:
    from csmdesk.models.columns import Tip
    from csmdesk.views.widgets import tip

    table = make(memory, qtbot)
    tip.show_tip(
        table.grid, table.mapToGlobal(table.rect().center()), Tip("<b>x</b>", "", ("<i>",))
    )
    labels = [w for w in QApplication.allWidgets() if w.inherits("QLabel")]
    assert labels
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)  # type: ignore[attr-defined]
    tip.show_tip(table.grid, table.pos(), None)
