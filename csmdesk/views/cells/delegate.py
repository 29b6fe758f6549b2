"""One delegate for all columns: asks the model directly and hands over to the column's painter."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from csmdesk.models.table import TableModel
from csmdesk.views import theme
from csmdesk.views.cells import PAINTERS
from csmdesk.views.cells.look import PAD, Look
from csmdesk.views.widgets.tip import show_tip

AnyIndex = QModelIndex | QPersistentModelIndex


class CellDelegate(QStyledItemDelegate):
    """Paints the cells of a `TableModel`; `hover_row` is the row under the mouse, -1 for none."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._look = Look(view.devicePixelRatioF())
        self.hover_row = -1

    def look(self) -> Look:
        """Fonts and caches of the present theme and screen."""
        ratio = self._view.devicePixelRatioF()
        if self._look.tokens is not theme.tokens() or self._look.ratio != ratio:
            self._look = Look(ratio)
        return self._look

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        model = index.model()
        assert isinstance(model, TableModel)
        row, place = index.row(), index.column()
        column, look = model.columns[place], self.look()
        rect: QRect = option.rect
        view = self._view
        # Asking the selection model spares the start-up the QStyle enumerations of `option.state`.
        self._paint_ground(painter, rect, view.selectionModel().isSelected(index), row, look)
        inner = rect.adjusted(PAD, 0, -PAD, -1)
        PAINTERS[column.cell](
            painter, inner, model.text(row, place), model.payload(row, place), look, column.right
        )
        if place == 0 and row == view.currentIndex().row() and view.hasFocus():
            painter.fillRect(rect.left(), rect.top(), 3, rect.height() - 1, look.color("accent"))

    def _paint_ground(
        self, painter: QPainter, rect: QRect, selected: bool, row: int, look: Look
    ) -> None:
        if selected or row == self.hover_row:
            painter.fillRect(rect, look.color("accent_fill" if selected else "background"))
        # A line, for the first `fillRect` of a process costs the start-up 3 ms of QGradient.
        painter.setPen(look.color("line"))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: AnyIndex,
    ) -> bool:
        """Tooltips of our own: never rich text made from a customer's words."""
        model: QAbstractItemModel = index.model()
        if event.type() != QEvent.Type.ToolTip or not isinstance(model, TableModel):
            return False
        told = model.tip(index.row(), index.column()) if index.isValid() else None
        show_tip(view, event.globalPos(), told)
        return True
