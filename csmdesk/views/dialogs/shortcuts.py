"""The list of all shortcuts, opened by `?`."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from csmdesk.views.widgets.tip import plain_label

IN_TABLES = (
    ("J / K", "Next / previous row"),
    ("Enter", "Open"),
    ("Space", "Preview"),
    ("/", "Find in the table"),
    ("Ctrl+C", "Copy the selected rows"),
    ("Shift+click", "Sort by a second column"),
    ("T", "Tag the selected customers"),
    ("S · F · Z · C", "Start, finish, snooze, comment a task"),
)


class ShortcutsDialog(QDialog):
    """Shortcuts of the menus as they are, and those of tables and lists."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        rows = [
            (a.shortcut().toString(QKeySequence.SequenceFormat.NativeText), a.iconText())
            for a in actions
            if not a.shortcut().isEmpty()
        ]
        columns = QGridLayout()
        columns.setHorizontalSpacing(32)
        columns.setVerticalSpacing(12)
        half = (len(rows) + 1) // 2
        parts = ((0, "Everywhere", rows[:half]), (1, "", rows[half:]), (2, "In tables", IN_TABLES))
        for place, title, some in parts:
            columns.addWidget(plain_label(title, "strong"), 0, place)
            columns.addLayout(_pairs(some), 1, place, Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(16)
        box.addLayout(columns)
        box.addWidget(buttons)


def _pairs(rows: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setVerticalSpacing(8)
    grid.setHorizontalSpacing(12)
    for row, (keys, words) in enumerate(rows):
        grid.addWidget(plain_label(keys, "key"), row, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(plain_label(words), row, 1)
    return grid
