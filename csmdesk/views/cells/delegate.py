"""Tooltips of painted cells; the cells themselves are painted by `canvas`."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem

from csmdesk.models.table import TableModel
from csmdesk.views.widgets.tip import show_tip


class CellDelegate(QStyledItemDelegate):
    """Qt asks the delegate of a cell for its tooltip."""

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Tooltips of our own: never rich text made from a customer's words."""
        model: QAbstractItemModel = index.model()
        if event.type() != QEvent.Type.ToolTip or not isinstance(model, TableModel):
            return False
        told = model.tip(index.row(), index.column()) if index.isValid() else None
        show_tip(view, event.globalPos(), told)
        return True
