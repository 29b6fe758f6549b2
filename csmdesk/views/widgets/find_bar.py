"""The bar over a table that finds rows by their words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from csmdesk.views.widgets.tip import plain_label


class FindBar(QWidget):
    """`changed(words)` while typing, `entered()` on Enter, `left()` on Escape or Done."""

    changed = Signal(str)
    entered = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.box = QLineEdit()
        self.box.setPlaceholderText("Find in this table")
        self.box.setAccessibleName("Find in this table")
        self.box.setClearButtonEnabled(True)
        self._found = plain_label(role="small")
        done = QPushButton("Done")
        done.setProperty("kind", "quiet")
        done.clicked.connect(self.left)
        bar = QHBoxLayout(self)
        bar.setContentsMargins(8, 8, 8, 8)
        bar.setSpacing(8)
        bar.addWidget(self.box, 1)
        bar.addWidget(self._found)
        bar.addWidget(done)
        self.box.textChanged.connect(self.changed)
        self.box.returnPressed.connect(self.entered)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self.left)

    def open(self) -> None:
        self.show()
        self.box.setFocus()
        self.box.selectAll()

    def tell(self, count: int) -> None:
        """How many rows were found for what was typed."""
        self._found.setText(f"{count:,} found" if self.box.text().strip() else "")
