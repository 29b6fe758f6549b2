"""Add tags to customers, or remove them, in one undoable step."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.edits import Edit
from csmdesk.domain.texts import number, plural
from csmdesk.views.widgets.controls import button, foot
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio

OFFERED = 12


class TagDialog(QDialog):
    """Says how many customers first; `wanted(Edit)` when a person confirms."""

    wanted = Signal(object)

    def __init__(self, portfolio: Portfolio, keys: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._keys = keys
        self.setWindowTitle("Tags")
        self.setMinimumWidth(360)
        known: Counter[str] = Counter()
        here: Counter[str] = Counter()
        chosen = set(keys)
        customers = portfolio.customers
        for key, tags in zip(customers["id"], customers["tags"], strict=True):
            known.update(tags or ())
            if key in chosen:
                here.update(tags or ())
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(plain_label(f"Tag {plural(len(keys), 'customer')}", "heading"))
        self._tag = QLineEdit()
        self._tag.setPlaceholderText("New or known tag")
        self._tag.setAccessibleName("Tag to add")
        completer = QCompleter(sorted(known), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._tag.setCompleter(completer)
        self._add = button("Add tag", self._add_tag, kind="primary")
        self._add.setDefault(True)
        self._add.setEnabled(False)
        self._tag.textChanged.connect(lambda text: self._add.setEnabled(bool(text.strip())))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._tag, 1)
        row.addWidget(self._add)
        box.addLayout(row)
        if here:
            box.addWidget(plain_label("Remove from these customers", "small"))
            for tag, count in here.most_common(OFFERED):
                box.addLayout(self._removal(tag, count))
        box.addLayout(foot(None, button("Cancel", self.reject)))
        self._tag.setFocus()

    def _removal(self, tag: str, count: int) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(plain_label(tag))
        row.addWidget(plain_label(number(count), "small"))
        row.addStretch(1)
        remove = button("Remove", lambda: self._ask("tag_remove", tag), kind="quiet")
        remove.setAccessibleName(f"Remove {tag} from {plural(count, 'customer')}")
        row.addWidget(remove)
        return row

    def _add_tag(self) -> None:
        self._ask("tag_add", self._tag.text().strip())

    def _ask(self, verb: str, tag: str) -> None:
        self.wanted.emit(Edit(verb, self._keys, {"tags": [tag]}))
        self.accept()
