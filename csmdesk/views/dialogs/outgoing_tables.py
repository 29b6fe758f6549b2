"""The tables of what goes to the CRM: scores, who is left out, edits that wait, writes of before."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from csmdesk.domain.texts import number, plural
from csmdesk.models import outgoing as words
from csmdesk.models.columns import Column
from csmdesk.models.rows import ColumnRows
from csmdesk.models.table import TableModel
from csmdesk.views.memory import Memory
from csmdesk.views.saving import choose_csv, save_csv
from csmdesk.views.table import DataTable
from csmdesk.views.widgets.cards import Card
from csmdesk.views.widgets.controls import button, chip
from csmdesk.views.widgets.states import Saying

SCORES, LEFT_OUT, EDITS, WRITES = range(4)
CHIPS = ("Scores to write", "Left out", "Edits waiting", "Last writes")
EMPTY = {
    SCORES: Saying("No score to write", "Every record holds today's score.", icon="tasks"),
    LEFT_OUT: Saying(
        "Nobody is left out", "Every customer has a score and a record.", icon="tasks"
    ),
    EDITS: Saying("No edit waits", "The CRM holds everything that was edited here.", icon="tasks"),
    WRITES: Saying("Nothing was written yet", "Every write of the last 90 days is listed here."),
}


class OutgoingTables(QWidget):
    """`said` (sentence, tone): what became of copying and saving; `customerWanted` (customer id)."""

    said = Signal(str, str)
    customerWanted = Signal(str)

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.scores = self._table(memory, SCORES, words.SCORE_COLUMNS)
        self.left_out = self._table(memory, LEFT_OUT, words.LEFT_OUT_COLUMNS)
        self.edits = self._table(memory, EDITS, words.EDIT_COLUMNS)
        self.writes = self._table(memory, WRITES, words.WRITE_COLUMNS)
        self.chips = QButtonGroup(self)
        self._stack = QStackedWidget()
        for table in (self.scores, self.left_out, self.edits, self.writes):
            self._stack.addWidget(table)
        card = Card(padded=False)
        card.box.addWidget(self._stack)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        box.addLayout(self._chip_row())
        box.addWidget(card, 1)

    @property
    def table(self) -> DataTable:
        """The one in front."""
        found = self._stack.currentWidget()
        assert isinstance(found, DataTable)
        return found

    def show_told(self, told: words.Told, now: datetime) -> None:
        self.scores.set_rows(words.score_rows(told))
        self.left_out.set_rows(words.left_out_rows(told))
        self.edits.set_rows(words.edit_rows(told))
        self.writes.set_rows(words.write_rows(told, now))
        for place, name in enumerate(("rows", "left_out", "edits", "writes")):
            self.chips.button(place).setText(f"{CHIPS[place]} {number(len(told[name]))}")
        self.choose(max(self.chips.checkedId(), SCORES))

    def choose(self, place: int) -> None:
        """Show one of `CHIPS`."""
        self.chips.button(place).setChecked(True)
        self._stack.setCurrentIndex(place)
        self.setFocusProxy(self.table)

    def save(self, path: str) -> None:
        """The shown table as CSV."""
        table = self.table
        count = table.model.rowCount()
        problem = save_csv(path, table.lines(range(count)))
        saved = f"{plural(count, 'row')} saved as {path}."
        self.said.emit(problem or saved, "poor" if problem else "good")

    def copy_all(self) -> None:
        table = self.table
        table.select([table.model.key(row) for row in range(table.model.rowCount())])
        table.copy()
        self.said.emit(f"{plural(table.model.rowCount(), 'row')} copied.", "good")

    @Slot(str)
    def _open(self, key: str) -> None:
        """The customer of a row; a write of before has none."""
        rows = self.table.model.rows
        if self.table is self.writes or not isinstance(rows, ColumnRows):
            return
        customer = str(rows.get("customer_id", list(rows.keys).index(key)))
        if customer:
            self.customerWanted.emit(customer)

    def _table(self, memory: Memory, place: int, columns: tuple[Column, ...]) -> DataTable:
        model = TableModel(columns, self)
        made = DataTable(model, f"outgoing-{place}", CHIPS[place], memory, EMPTY[place])
        made.opened.connect(self._open)
        return made

    def _chip_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for place, title in enumerate(CHIPS):
            made = chip(title, lambda _on: self.choose(self.chips.checkedId()))
            self.chips.addButton(made, place)
            row.addWidget(made)
        row.addStretch(1)
        for made in (
            button("Find…", lambda: self.table.open_find(), kind="quiet", tip="Find (/)"),
            button("Copy all", self.copy_all, kind="quiet", tip="Copy every row (Ctrl+C)"),
            button("Save as CSV…", self._choose_file, kind="quiet"),
        ):
            row.addWidget(made)
        return row

    def _choose_file(self) -> None:
        name = CHIPS[self.chips.checkedId()].lower().replace(" ", "-")
        choose_csv("Save as CSV", f"{name}.csv", self.save, self)
