"""Picks one customer: those that are likely first, the others by typing a part of the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from csmdesk.views.widgets.controls import button, foot
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio

SHOWN = 200
"""Customers in the list at a time; typing narrows it."""
ID = Qt.ItemDataRole.UserRole


class PickCustomer(QDialog):
    """`picked(customer id)` when a person confirms."""

    picked = Signal(str)

    def __init__(
        self, title: str, portfolio: Portfolio, likely: tuple[str, ...], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Choose a customer")
        self.setMinimumSize(420, 420)
        customers = portfolio.customers
        told = zip(customers["id"], customers["name"], customers["domain"], strict=True)
        rows = [(one, name or one, domain or "") for one, name, domain in told]
        rows.sort(key=lambda row: (row[0] not in likely, row[1].casefold(), row[0]))
        self._rows = rows
        self.words = QLineEdit()
        self.words.setPlaceholderText("Part of the name or domain")
        self.words.setAccessibleName("Find a customer")
        self.words.textChanged.connect(self._fill)
        self.list = QListWidget()
        self.list.setAccessibleName("Customers")
        self.list.itemActivated.connect(lambda _item: self._take())
        self.list.itemSelectionChanged.connect(self._chosen)
        self._ok = button("Choose", self._take, kind="primary")
        self._ok.setDefault(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(8)
        box.addWidget(plain_label(title, "strong"))
        for widget in (self.words, self.list):
            box.addWidget(widget)
        box.addLayout(foot(None, button("Cancel", self.reject), self._ok))
        self._fill("")
        if likely:
            self.list.setCurrentRow(0)
        self.words.setFocus()

    def _fill(self, typed: str) -> None:
        words = typed.strip().casefold()
        found = [row for row in self._rows if words in f"{row[1]} {row[2]}".casefold()]
        self.list.clear()
        for one, name, domain in found[:SHOWN]:
            item = QListWidgetItem(f"{name} · {domain}" if domain else name)
            item.setData(ID, one)
            self.list.addItem(item)
        if words and found:
            self.list.setCurrentRow(0)
        self._chosen()

    def _chosen(self) -> None:
        self._ok.setEnabled(bool(self.list.selectedItems()))

    def _take(self) -> None:
        for item in self.list.selectedItems():
            self.picked.emit(str(item.data(ID)))
            self.accept()
