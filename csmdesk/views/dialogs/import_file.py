"""One file of the import dialog: what it holds, which column feeds which, its dates and numbers."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from csmdesk.models import importing as words
from csmdesk.models.importing import Entry
from csmdesk.views import theme
from csmdesk.views.widgets.cards import set_tone
from csmdesk.views.widgets.labels import ElidedLabel
from csmdesk.views.widgets.tip import plain_label


class FilePanel(QWidget):
    """`changed(entry)` when a person chose something else; `table_changed(path, table)` when the
    file is another one, so that its columns are to be guessed again."""

    changed = Signal(object)
    tableChanged = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.entry: Entry = {}
        self.boxes: dict[str, QComboBox] = {}
        self._examples: dict[str, ElidedLabel] = {}
        self.title = ElidedLabel(bold=True)
        self.table = _pick("What the file holds", words.table_choices())
        self.dates = _pick("How its dates are written", list(words.DATES))
        self.decimal = _pick("How its numbers are written", list(words.DECIMALS))
        self.reasons = plain_label(role="small")
        self.reasons.setWordWrap(True)
        set_tone(self.reasons, "poor")
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.viewport().setAutoFillBackground(False)
        choices = QHBoxLayout()
        choices.setSpacing(8)
        for label, box in (("Holds", self.table), ("Dates", self.dates), ("Numbers", self.decimal)):
            choices.addWidget(plain_label(label, "small"))
            choices.addWidget(box)
        choices.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(self.title)
        whole.addLayout(choices)
        whole.addWidget(self._area, 1)
        whole.addWidget(self.reasons)
        self.table.activated.connect(self._table_chosen)
        self.dates.activated.connect(self._format_chosen)
        self.decimal.activated.connect(self._format_chosen)

    def show_entry(self, entry: Entry) -> None:
        """Show a file; while it stays the same one, boxes keep the focus."""
        told = ("path", "table", "header")
        same = all(self.entry.get(key) == entry[key] for key in told)
        self.entry = entry
        self.title.setText(Path(entry["path"]).name)
        _choose(self.table, entry["table"])
        _choose(self.dates, entry["date_format"])
        _choose(self.decimal, entry["decimal"])
        for box in (self.dates, self.decimal):
            box.setEnabled(bool(entry["table"]))
        if not same:
            self._area.setWidget(self._columns(entry))
        for column, box in self.boxes.items():
            _choose(box, words.feeds(entry, column))
            self._examples[column].setText(words.examples(entry, column))
        self.reasons.setText(entry["problem"] or words.reasons(entry))
        self.reasons.setVisible(bool(self.reasons.text()))

    # -- choices ------------------------------------------------------------------------------
    def _table_chosen(self) -> None:
        self.tableChanged.emit(self.entry["path"], str(self.table.currentData()))

    def _format_chosen(self) -> None:
        formats = {"date_format": self.dates.currentData(), "decimal": self.decimal.currentData()}
        self._change(self.entry | formats)

    def _column_chosen(self, column: str) -> None:
        choice = str(self.boxes[column].currentData())
        self._change(words.with_choice(self.entry, column, choice))

    def _change(self, entry: Entry) -> None:
        self.show_entry(entry)
        self.changed.emit(entry)

    # -- building -----------------------------------------------------------------------------
    def _columns(self, entry: Entry) -> QWidget:
        self.boxes, self._examples = {}, {}
        inside = QWidget()
        inside.setAutoFillBackground(False)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        if not entry["table"]:
            grid.addWidget(plain_label("This file is left out.", "small"), 0, 0)
            return inside
        for place, text in enumerate(("Column of the file", "Feeds", "First values")):
            grid.addWidget(plain_label(text, "small"), 0, place)
        choices = words.column_choices(entry["table"])
        for line, column in enumerate(dict.fromkeys(filter(None, entry["header"])), 1):
            box = _pick(f"What {column} feeds", choices)
            box.activated.connect(lambda _index, name=column: self._column_chosen(name))
            self.boxes[column] = box
            self._examples[column] = ElidedLabel(px=theme.SMALL_PX, color="muted")
            name = ElidedLabel(column)
            name.setMinimumWidth(150)
            grid.addWidget(name, line, 0)
            grid.addWidget(box, line, 1)
            grid.addWidget(self._examples[column], line, 2)
        grid.setRowStretch(len(self.boxes) + 1, 1)
        return inside


def _pick(told: str, choices: list[tuple[str, str]]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(told)
    for text, value in choices:
        box.addItem(text, value)
    return box


def _choose(box: QComboBox, value: str) -> None:
    place = box.findData(value)
    if place < 0:  # a format of a mapping file that is none of ours
        box.addItem(value, value)
        place = box.count() - 1
    box.setCurrentIndex(place)
