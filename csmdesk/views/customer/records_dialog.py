"""Which records make up a customer; a person splits one off or merges in another customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from csmdesk.domain.edits import Edit
from csmdesk.domain.page import Record
from csmdesk.views.dialogs.pick_customer import PickCustomer
from csmdesk.views.widgets.controls import button, foot
from csmdesk.views.widgets.labels import ElidedLabel
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio

WIDTH = 560


class RecordsDialog(QDialog):
    """`wanted(Edit)` when a person decides; each decision is one step to undo."""

    wanted = Signal(object)

    def __init__(
        self,
        customer_id: str,
        customer: str,
        records: tuple[Record, ...],
        portfolio: Portfolio,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Records")
        self.setMinimumWidth(WIDTH)
        self._id, self._customer, self._portfolio = customer_id, customer, portfolio
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(plain_label(customer, "strong"))
        box.addLayout(self._grid(records))
        merge = button("Merge with another customer…", self._pick)
        box.addLayout(foot(merge, None, button("Close", self.reject)))

    def _grid(self, records: tuple[Record, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, record in enumerate(records):
            name = ElidedLabel()
            name.setText(record.name)
            name.setToolTip(record.key)
            grid.addWidget(plain_label(record.source, "muted"), row, 0)
            grid.addWidget(name, row, 1)
            grid.addWidget(plain_label(record.how, "small"), row, 2)
            if record.apart:
                split = button("Split off", lambda key=record.key: self._split(key), kind="quiet")  # type: ignore[misc]
                split.setAccessibleName(f"Split off {record.source} {record.name}")
                grid.addWidget(split, row, 3)
        return grid

    def _split(self, key: str) -> None:
        self.wanted.emit(Edit("split", (key,)))
        self.accept()

    def _pick(self) -> None:
        dialog = PickCustomer(f"Merge {self._customer} with", self._portfolio, (), self)
        dialog.picked.connect(self._merge)
        dialog.open()

    def _merge(self, other: str) -> None:
        if other != self._id:
            self.wanted.emit(Edit("merge", (self._id, other)))
            self.accept()
