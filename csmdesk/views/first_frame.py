"""What the window shows first: the rows of the customer table, before its parts are made.

One widget paints them with the painters of the table proper, at the place where the table stood
when the window was closed; everything around it follows as soon as this has reached the screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from csmdesk.models.customers import ACTIVE_STATUSES, CUSTOMER_COLUMNS
from csmdesk.models.rows import ListRows
from csmdesk.views.cells.canvas import Band, Strip, paint_cells, paint_lines
from csmdesk.views.cells.look import COMPACT_ROW_HEIGHT, HEADER_HEIGHT, PAD, ROW_HEIGHT, Look

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from csmdesk.store.first_rows import FirstRows
    from csmdesk.views.memory import Memory

PLACE = "window/first_frame"
DEFAULT_PLACE = (216, 222, 1208, 662)
"""Where the table stands in a window of the default size: left, top, width, height."""


def first_list(first: FirstRows) -> ListRows | None:
    """The rows of the first frame: active customers, or all when none is; None without any."""
    if not first.rows or first.day is None:
        return None
    active = [row for row in first.rows if row.status in ACTIVE_STATUSES]
    return ListRows(active or first.rows, first.day, str(first.totals.get("currency", "USD")))


def remember_place(memory: Memory, window: QWidget, page: QWidget) -> None:
    """Keep where the table of the first page stands, and its shown columns as [key, width]."""
    from csmdesk.views.table import DataTable

    table = page.findChild(DataTable)
    if table is not None:
        at = table.mapTo(window, QPoint(0, 0))
        place = [at.x(), at.y(), table.width(), table.height()]
        memory.put(PLACE, {"place": place, "columns": table.layout_of_columns.shown()})


class FirstFrameView(QWidget):
    """Paints grounds of rail and bar, the table's card, its header and as many rows as fit."""

    def __init__(self, rows: ListRows | None, memory: Memory) -> None:
        super().__init__()
        self._rows = rows
        kept = memory.get(PLACE, {})
        left, top, width, height = kept.get("place", DEFAULT_PLACE)
        self._table = QRect(left, top, width, height)
        self._row = COMPACT_ROW_HEIGHT if memory.get("window/compact", False) else ROW_HEIGHT
        known = {column.key: column for column in CUSTOMER_COLUMNS}
        shown = [(known[key], size) for key, size in kept.get("columns", ()) if key in known]
        self._columns = shown or [(c, c.width) for c in CUSTOMER_COLUMNS if c.shown]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = Look(self.devicePixelRatioF())
        box = self._table
        painter.fillRect(self.rect(), look.color("background"))
        painter.fillRect(0, 0, max(box.left() - 17, 0), self.height(), look.color("sunken"))
        painter.fillRect(box.left() - 16, 0, self.width(), 47, look.color("surface"))
        painter.fillRect(box, look.color("surface"))
        if self._rows is not None:
            painter.setClipRect(box)
            self._paint_header(painter, look)
            self._paint_rows(painter, look, self._rows)
        painter.end()

    def _paint_header(self, painter: QPainter, look: Look) -> None:
        x, top = self._table.left(), self._table.top()
        for column, width in self._columns:
            inner = QRect(x + PAD, top, width - 2 * PAD, HEADER_HEIGHT - 1)
            look.draw_text(painter, inner, column.title, look.small, "muted", right=column.right)
            x += width
        self._line(painter, look, top + HEADER_HEIGHT - 1)

    def _paint_rows(self, painter: QPainter, look: Look, rows: ListRows) -> None:
        box = self._table
        count = min(rows.length, (box.height() - HEADER_HEIGHT) // self._row + 1)
        band = Band(range(count), box.top() + HEADER_HEIGHT, self._row)
        strips, x = [], box.left()
        for column, width in self._columns:
            strips.append(Strip(column, x, width))
            x += width
        paint_lines(painter, look, band, box.left(), box.right())
        paint_cells(painter, look, rows, band, strips)

    def _line(self, painter: QPainter, look: Look, y: int) -> None:
        painter.setPen(look.color("line"))
        painter.drawLine(self._table.left(), y, self._table.right(), y)
