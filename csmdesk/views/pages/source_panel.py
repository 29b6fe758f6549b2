"""What is known of the chosen source: facts, its streams, and the rows that could not be used."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.source_status import SourceStatus
from csmdesk.domain.texts import number, plural
from csmdesk.models import sources as words
from csmdesk.models.columns import Column
from csmdesk.models.table import TableModel
from csmdesk.views.memory import Memory
from csmdesk.views.table import DataTable
from csmdesk.views.widgets.cards import Card, set_tone
from csmdesk.views.widgets.controls import button, chip
from csmdesk.views.widgets.states import Saying
from csmdesk.views.widgets.tip import plain_label

REFUSED, STREAMS = 0, 1
LABEL_WIDTH = 120


class SourcePanel(QWidget):
    """`stopped`: a person gives up the question that was asked of the system; `wanted` (system,
    verb): one of `models.sources.actions`."""

    stopped = Signal()
    wanted = Signal(str, str)

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._system = ""
        self.facts = Card("Source")
        self.said = plain_label(role="small")
        self.said.setWordWrap(True)
        self.stop = button("Cancel", self.stopped.emit, kind="quiet")
        self.stop.setAccessibleName("Give up the question")
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(6)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.facts.box.setContentsMargins(0, 0, 0, 0)
        self.facts.box.addWidget(self._scrolled())
        self.preview = button("", lambda: self.wanted.emit(self._system, "outgoing"), kind="quiet")
        self.facts.head.addWidget(self.preview)
        self.refused = self._table(
            memory, "left-out", "Rows left out", words.REFUSED_COLUMNS, _GOOD
        )
        self.streams = self._table(memory, "streams", "Streams", words.STREAM_COLUMNS, _UNREAD)
        self._tables = QStackedWidget()
        self._tables.addWidget(self.refused)
        self._tables.addWidget(self.streams)
        self._chips = QButtonGroup(self)
        self._copy = button("Copy all", self._copy_all, kind="quiet", tip="Copy every row (Ctrl+C)")
        right = Card("Rows", padded=False)
        right.title.hide()
        right.head.insertLayout(0, self._chip_row())
        right.head.addWidget(self._copy)
        right.box.addWidget(self._tables)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.facts, 4)
        row.addWidget(right, 5)
        self.say("")

    def show_status(self, status: SourceStatus, now: datetime, next_run: str) -> None:
        if status.system != self._system:
            self._system = status.system
            self.say("")
        self.facts.title.setText(status.title)
        self.facts.setAccessibleName(status.title)
        outgoing = [one for one in words.actions(status, demo=True) if one.verb == "outgoing"]
        self.preview.setVisible(bool(outgoing))
        for action in outgoing:
            self.preview.setText(action.text)
            self.preview.setAccessibleName(action.text)
        while self._form.rowCount():
            self._form.removeRow(0)
        for label, text in words.facts(status, now, next_run):
            name = plain_label(label, "small")
            name.setFixedWidth(LABEL_WIDTH)
            value = plain_label(text)
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(f"{label}: {text}")
            if label in ("Problem", "Question", "Permissions missing"):
                set_tone(value, "poor")
            self._form.addRow(name, value)
        self.refused.empty = _GOOD if status.read_at else _UNREAD
        self.refused.set_rows(words.refused_rows(status))
        self.streams.set_rows(words.stream_rows(status, now))
        self._chips.button(REFUSED).setText(f"Rows left out {number(len(status.refused))}")
        self._chips.button(STREAMS).setText(f"Streams {number(len(status.streams))}")
        self._show_table()

    def say(self, text: str, tone: str = "", *, asking: bool = False) -> None:
        """What became of a test; `asking`: it is on its way and can be given up."""
        self.said.setText(text)
        set_tone(self.said, tone)
        self.said.setVisible(bool(text))
        self.stop.setVisible(asking)

    # -- building -----------------------------------------------------------------------------
    def _scrolled(self) -> QScrollArea:
        inside = QWidget()
        said = QHBoxLayout()
        said.addWidget(self.said, 1)
        said.addWidget(self.stop)
        box = QVBoxLayout(inside)
        box.setContentsMargins(14, 10, 14, 10)
        box.setSpacing(8)
        box.addLayout(said)
        box.addLayout(self._form)
        box.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        inside.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        return area

    def _chip_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for place, title in ((REFUSED, "Rows left out"), (STREAMS, "Streams")):
            made = chip(title, lambda _on: self._show_table())
            made.setChecked(place == REFUSED)
            self._chips.addButton(made, place)
            row.addWidget(made)
        return row

    def _table(
        self,
        memory: Memory,
        name: str,
        title: str,
        columns: tuple[Column, ...],
        empty: Saying,
    ) -> DataTable:
        return DataTable(TableModel(columns, self), f"source-{name}", title, memory, empty)

    def _show_table(self) -> None:
        shown = max(self._chips.checkedId(), 0)
        self._tables.setCurrentIndex(shown)
        self._copy.setVisible(shown == REFUSED and bool(self.refused.model.rowCount()))

    def _copy_all(self) -> None:
        model = self.refused.model
        self.refused.select([model.key(row) for row in range(model.rowCount())])
        self.refused.copy()
        self.say(f"{plural(model.rowCount(), 'row')} copied.", "good")


_GOOD = Saying(
    "Every row could be used",
    "One that cannot be read is listed here, with the reason.",
    icon="tasks",
)
_UNREAD = Saying("Nothing was read yet", "The streams show after the first read.", icon="sync")
