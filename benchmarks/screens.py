"""Widgets to measure: our table, a plain Qt table with the same texts, and frames of both."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView

from csmdesk.domain.portfolio import Portfolio
from csmdesk.models.customers import CUSTOMER_COLUMNS, customer_rows
from csmdesk.models.table import TableModel
from csmdesk.views import theme
from csmdesk.views.memory import Memory
from csmdesk.views.table import DataTable
from csmdesk.views.widgets.states import Saying

WIDTH, ROWS = 1_900, 41


def application() -> QApplication:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply_theme(app, "light")
    return app


def memory() -> Memory:
    return Memory.at(tempfile.mkdtemp(prefix="csmdesk-window-") + "/window.ini")


def our_table(portfolio: Portfolio, keys: tuple[str, ...] = ()) -> DataTable:
    """The customer table with 41 rows in sight; `keys` chooses columns (the default ones)."""
    made = DataTable(TableModel(CUSTOMER_COLUMNS), "bench", "Bench", memory(), Saying("Nothing"))
    made.set_compact(True)
    made.resize(WIDTH, 200)
    made.show()
    made.set_rows(customer_rows(portfolio))
    if keys:
        made.layout_of_columns.arrange([(c.key, c.key in keys) for c in CUSTOMER_COLUMNS])
    _fit(made.grid, made.resize)
    return made


def plain_table(table: DataTable) -> QTableView:
    """The floor: C++ item model, default delegate, the same texts, sizes and columns; text only."""
    model, grid = table.model, table.grid
    head = grid.horizontalHeader()
    order = [head.logicalIndex(place) for place in range(head.count())]
    shown = [column for column in order if not head.isSectionHidden(column)]
    items = QStandardItemModel(model.rowCount(), len(shown))
    for place, column in enumerate(shown):
        for row in range(model.rowCount()):
            items.setItem(row, place, QStandardItem(model.text(row, column)))
    view = QTableView()
    view.setModel(items)
    items.setParent(view)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.verticalHeader().setDefaultSectionSize(grid.verticalHeader().defaultSectionSize())
    view.resize(WIDTH, 200)
    view.show()
    for place, column in enumerate(shown):
        view.setColumnWidth(place, head.sectionSize(column))
    _fit(view, view.resize)
    return view


def _fit(view: QTableView, resize: Callable[[int, int], None]) -> None:
    """Make exactly ROWS rows visible, whatever surrounds them."""
    QApplication.sendPostedEvents()
    height = ROWS * view.verticalHeader().defaultSectionSize()
    window = view.window()
    for _ in range(3):
        resize(WIDTH, window.height() + height - view.viewport().height())
        settle()


def settle(milliseconds: int = 30) -> None:
    """Let the event loop finish what it has to do."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def repaint(view: QTableView) -> None:
    """Paint everything in sight, now."""
    view.viewport().repaint()


class Frames(QObject):
    """Page jumps through the event loop: from the wish to the end of the paint, seconds each."""

    def __init__(self, view: QTableView, pages: int) -> None:
        super().__init__(view)
        self.seconds: list[float] = []
        self._view, self._left = view, pages
        self._began = 0.0
        self._waiting = False
        self._loop = QEventLoop()
        view.viewport().installEventFilter(self)

    def run(self) -> list[float]:
        QTimer.singleShot(0, self._jump)
        self._loop.exec()
        self._view.viewport().removeEventFilter(self)
        return self.seconds

    def _jump(self) -> None:
        bar = self._view.verticalScrollBar()
        following = bar.value() + bar.pageStep()
        self._began, self._waiting = time.perf_counter(), True
        bar.setValue(following if following <= bar.maximum() else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._waiting and event.type() == QEvent.Type.Paint:
            self._waiting = False
            QTimer.singleShot(0, self._painted)
        return super().eventFilter(watched, event)

    def _painted(self) -> None:
        self.seconds.append(time.perf_counter() - self._began)
        self._left -= 1
        if self._left <= 0:
            self._loop.quit()
        else:
            QTimer.singleShot(1, self._jump)
