"""Choose columns: tick to show, drag to move, reset."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QPushButton, QWidget

from csmdesk.views.layout_of_columns import ColumnLayout
from csmdesk.views.widgets.popover import Popover
from csmdesk.views.widgets.tip import plain_label

KEY = Qt.ItemDataRole.UserRole


class ColumnChooser(Popover):
    """Edits a table's `ColumnLayout` as one ticks and drags."""

    def __init__(self, layout: ColumnLayout, parent: QWidget) -> None:
        super().__init__(parent, "Columns")
        self._layout = layout
        self.box.addWidget(plain_label("Columns", "strong"))
        self.box.addWidget(plain_label("Tick to show, drag to move", "small"))
        self._list = QListWidget()
        self._list.setAccessibleName("Columns of the table")
        self._list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self._list.setFixedSize(220, 320)
        self.box.addWidget(self._list)
        reset = QPushButton("Reset")
        reset.setAccessibleName("Reset columns")
        reset.clicked.connect(self._reset)
        self.box.addWidget(reset, 0, Qt.AlignmentFlag.AlignLeft)
        self._fill()
        self._list.itemChanged.connect(self._store)
        self._list.model().rowsMoved.connect(self._store)

    def _fill(self) -> None:
        self._list.blockSignals(True)
        self._list.clear()
        for placed in self._layout.placed[1:]:
            item = QListWidgetItem(self._layout.title(placed.key))
            item.setData(KEY, placed.key)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
                | Qt.ItemFlag.ItemIsDragEnabled
            )
            on = Qt.CheckState.Checked if placed.shown else Qt.CheckState.Unchecked
            item.setCheckState(on)
            self._list.addItem(item)
        self._list.blockSignals(False)

    def _store(self) -> None:
        items = [self._list.item(row) for row in range(self._list.count())]
        self._layout.arrange(
            [(str(i.data(KEY)), i.checkState() == Qt.CheckState.Checked) for i in items]
        )

    def _reset(self) -> None:
        self._layout.reset()
        self._fill()
