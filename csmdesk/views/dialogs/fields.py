"""Which field of a system feeds which field here, chosen from what the account really has."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QGridLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.source_fields import CURRENCY, FieldTable, OwnField
from csmdesk.domain.source_status import SourceStatus
from csmdesk.models import source_fields as words
from csmdesk.models.sources import things
from csmdesk.views import theme
from csmdesk.views.widgets.cards import set_tone
from csmdesk.views.widgets.controls import button, foot
from csmdesk.views.widgets.labels import ElidedLabel
from csmdesk.views.widgets.states import EmptyState, Saying
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.runtime.desk import Desk

NONE = "No field"


class FieldsDialog(QDialog):
    """Asks the system for its fields when it opens; saving reads everything of it again."""

    def __init__(self, desk: Desk, status: SourceStatus, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Fields of {status.title}")
        self.resize(820, 600)
        self._sources, self._status = desk.sources, status
        self._table: FieldTable | None = None
        self.rows: dict[str, FieldRow] = {}
        self._state = EmptyState(Saying(f"Asking {status.title} for its fields…", icon="sync"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._state)
        self.said = plain_label(self._cost(), "small")
        self.said.setWordWrap(True)
        self._defaults = button("Back to the defaults", self.use_defaults)
        self._save = button("Save and read again", self.save, kind="primary")
        self._save.setDefault(True)
        for made in (self._defaults, self._save):
            made.setEnabled(False)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(self._stack, 1)
        box.addWidget(self.said)
        cancel = button("Cancel", self.reject)
        box.addLayout(foot(self._defaults, None, cancel, self._save))
        self._sources.fieldsReady.connect(self._ready)
        self._sources.fieldsFailed.connect(self._failed)
        self._sources.fieldsSaved.connect(self.accept)
        self._ask()

    def reject(self) -> None:
        self._sources.stop()
        super().reject()

    def use_defaults(self) -> None:
        """Choose what CSMDesk looks for when nobody has chosen."""
        assert self._table is not None
        for field, row in self.rows.items():
            row.choose(self._table.defaults.get(field, words.NO_FIELD))

    def save(self) -> None:
        assert self._table is not None
        self._save.setEnabled(False)
        now = {field: row.chosen for field, row in self.rows.items()}
        self._sources.save_fields(dataclasses.replace(self._table, now=now))

    # -- answers ------------------------------------------------------------------------------
    def _ask(self) -> None:
        self._state.say(Saying(f"Asking {self._status.title} for its fields…", icon="sync"))
        self._sources.load_fields(self._status.system)

    @Slot(object)
    def _ready(self, table: FieldTable) -> None:
        if table.system != self._status.system or self._table is not None:
            return
        self._table = table
        self._stack.addWidget(self._form(table))
        self._stack.setCurrentIndex(1)
        self._defaults.setEnabled(True)
        self._save.setEnabled(True)
        next(iter(self.rows.values())).box.setFocus()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        if self._table is not None:  # it was saving
            self._save.setEnabled(True)
            set_tone(self.said, "poor")
            self.said.setText(sentence)
            return
        again = Saying("The fields cannot be listed", sentence, "Try again", self._ask, "warning")
        self._state.say(again)

    # -- building -----------------------------------------------------------------------------
    def _cost(self) -> str:
        stored = things(self._status)
        return (
            f"Saving reads everything of {self._status.title} again"
            + (f" ({stored})" if stored else "")
            + ", so that all rows follow. You can go on working meanwhile."
        )

    def _form(self, table: FieldTable) -> QWidget:
        inside = QWidget()
        inside.setAutoFillBackground(False)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(2, 2)
        for column, text in enumerate(("Here", f"Field of {self._status.title}", "Example")):
            grid.addWidget(plain_label(text, "small"), 0, column)
        fields = _choices([one for one in table.own if one.kind != CURRENCY])
        currencies = _choices(table.own)
        for line, field in enumerate(words.rows(table), 1):
            row = FieldRow(field, table, currencies if field == CURRENCY else fields)
            self.rows[field] = row
            grid.addWidget(row.label, line, 0)
            grid.addWidget(row.box, line, 1)
            grid.addWidget(row.note, line, 2)
        grid.setRowStretch(len(self.rows) + 1, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        return area


class FieldRow:
    """One of our fields: its name, a searchable pick list, and an example or what is wrong."""

    def __init__(self, field: str, table: FieldTable, choices: QStandardItemModel) -> None:
        self.field, self._table = field, table
        self._own = {one.name: one for one in table.own}
        self.label = plain_label(words.title(field))
        self.note = ElidedLabel(px=theme.SMALL_PX, color="muted")
        self.box = QComboBox()
        self.box.setModel(choices)
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setAccessibleName(f"Field for {words.title(field)}")
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        completer = QCompleter(choices, self.box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.box.setCompleter(completer)
        self.box.currentIndexChanged.connect(self._changed)
        self.choose(words.proposed(table, field))
        self._changed()

    @property
    def chosen(self) -> str:
        """The name of the system's field, "" for none; words that are no field choose none."""
        place = self.box.findText(self.box.currentText())
        return str(self.box.itemData(place) or "") if place >= 0 else words.NO_FIELD

    def choose(self, name: str) -> None:
        self.box.setCurrentIndex(max(self.box.findData(name), 0))

    def _changed(self) -> None:
        own: OwnField | None = self._own.get(self.chosen)
        wrong = words.misfit(self.field, own)
        proposed = "" if self.chosen in ("", self._table.now[self.field]) else "proposed"
        example = own.example if own is not None else ""
        self.note.setText(wrong or " · ".join(one for one in (example, proposed) if one))


def _choices(own: Iterable[OwnField]) -> QStandardItemModel:
    model = QStandardItemModel()
    for text, name in [(NONE, ""), *((words.choice_text(one), one.name) for one in own)]:
        item = QStandardItem(text)
        item.setData(name, Qt.ItemDataRole.UserRole)
        model.appendRow(item)
    return model
