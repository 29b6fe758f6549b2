"""The first frame stands where the table will stand and says what it will say."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from csmdesk.runtime.desk import Desk
from csmdesk.store.first_rows import FirstRow, FirstRows
from csmdesk.views import theme
from csmdesk.views.first_frame import FirstFrameView, first_list
from csmdesk.views.main_window import MainWindow
from csmdesk.views.table import DataTable
from tests.ui.conftest import now
from tests.ui.portfolios import DAY


def first(count: int, status: str = "Active") -> FirstRows:
    rows = tuple(
        FirstRow(
            *(f"{i:016x}", f"Customer {i}", i, 1, "T1", status, "Dana", ("Champion",), 100_00),
            *("USD", DAY + 20, 2, 100_00, 5, 10, bytes([50] * 90)),
        )
        for i in range(count)
    )
    return FirstRows(rows, {"currency": "USD"}, DAY)


@pytest.fixture
def desk(tmp_path: Path, qapp: QApplication) -> Desk:
    theme.apply_theme(qapp, "light")  # as in a second start: both windows have the same fonts
    return Desk(tmp_path, True, now, first(60))


def opened(desk: Desk, folder: Path, qtbot: QtBot) -> MainWindow:
    window = MainWindow(desk, folder / "window.ini")
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    return window


def test_the_table_comes_where_its_rows_were_painted(
    desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    before = opened(desk, tmp_path, qtbot)
    before.complete()
    qtbot.waitUntil(lambda: before.findChild(DataTable).width() > 1_000)
    before.close()
    window = opened(desk, tmp_path, qtbot)
    view = window.centralWidget()
    assert isinstance(view, FirstFrameView)
    painted = view._table
    shown = [column.key for column, _ in view._columns]
    window.resize(1440, 900)
    window.complete()
    table = window.findChild(DataTable)
    assert isinstance(table, DataTable)
    qtbot.waitUntil(lambda: table.mapTo(window, QPoint(0, 0)) == painted.topLeft())
    assert shown == [key for key, _ in table.layout_of_columns.shown()]
    window.close()


def test_it_paints_with_rows_and_without(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    window = opened(desk, tmp_path, qtbot)
    full = window.grab().toImage()
    desk.first_rows = FirstRows()
    empty = opened(desk, tmp_path / "other", qtbot).grab().toImage()
    assert full != empty
    assert not full.isNull()


def test_active_customers_come_first() -> None:
    rows = first(3).rows + first(2, "Churned").rows
    found = first_list(FirstRows(rows, {}, DAY))
    assert found is not None
    assert found.length == 3
    none = first_list(FirstRows(first(2, "Churned").rows, {}, DAY))
    assert none is not None
    assert none.length == 2
    assert first_list(FirstRows()) is None
