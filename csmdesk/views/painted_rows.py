"""A table view that paints its rows itself: what the grid and its frozen column share."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QTableView, QWidget

from csmdesk.models.table import TableModel
from csmdesk.views import theme
from csmdesk.views.cells.canvas import Band, Strip, paint_cells, paint_grounds, paint_lines
from csmdesk.views.cells.delegate import CellDelegate
from csmdesk.views.cells.look import Look


class PaintedRows(QTableView):
    """Rows of a `TableModel`, all of one height; `hover_row` is the one under the mouse, -1 none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(CellDelegate(self))
        self.hover_row = -1
        self._look = Look(self.devicePixelRatioF())

    def look(self) -> Look:
        """Fonts and caches of the present theme and screen."""
        ratio = self.devicePixelRatioF()
        if self._look.tokens is not theme.tokens() or self._look.ratio != ratio:
            self._look = Look(ratio)
        return self._look

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        dirty = event.rect()
        first = self.rowAt(max(dirty.top(), 0))
        model = self.model()
        if first < 0 or not isinstance(model, TableModel):
            return
        height = self.verticalHeader().defaultSectionSize()
        top = self.rowViewportPosition(first)
        last = min(model.rowCount() - 1, first + (dirty.bottom() - top) // height)
        band = Band([model.position(row) for row in range(first, last + 1)], top, height)
        look, strips = self.look(), self._strips(model, dirty)
        width = self.horizontalHeader().length() - self.horizontalHeader().offset()
        paint_grounds(painter, look, band, width, self._chosen(first, last), self.hover_row - first)
        paint_lines(painter, look, band, 0, width - 1)
        paint_cells(painter, look, model.rows, band, strips)
        self._mark_current(painter, look, first, last, height)

    def _strips(self, model: TableModel, dirty: QRect) -> list[Strip]:
        """The columns in sight."""
        head = self.horizontalHeader()
        strips = []
        for place, column in enumerate(model.columns):
            left, width = head.sectionViewportPosition(place), head.sectionSize(place)
            if width and left <= dirty.right() and left + width > dirty.left():
                strips.append(Strip(column, left, width))
        return strips

    def _chosen(self, first: int, last: int) -> set[int]:
        """Selected rows among first … last, counted from the first; whole rows are selected."""
        chosen: set[int] = set()
        for part in self.selectionModel().selection().toList():
            chosen.update(
                range(max(part.top(), first) - first, min(part.bottom(), last) + 1 - first)
            )
        return chosen

    def _mark_current(
        self, painter: QPainter, look: Look, first: int, last: int, height: int
    ) -> None:
        """A bar at the row that the keyboard is in."""
        row = self.currentIndex().row()
        if first <= row <= last and self.hasFocus() and not self.isColumnHidden(0):
            left = self.columnViewportPosition(0)
            top = self.rowViewportPosition(row)
            painter.fillRect(left, top, 3, height - 1, look.color("accent"))
