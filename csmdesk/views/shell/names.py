"""The customers that the search box completes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QCompleter

NO_PARENT = QModelIndex()
ID_ROLE = int(Qt.ItemDataRole.UserRole)


class NameModel(QAbstractListModel):
    """Names to complete, each with the id of its customer."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []
        self._ids: list[str] = []

    def fill(self, names: list[str], ids: list[str]) -> None:
        if names == self._names and ids == self._ids:
            return
        self.beginResetModel()
        self._names, self._ids = names, ids
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._names)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._names[index.row()]
        return self._ids[index.row()] if role == ID_ROLE else None

    def first_match(self, words: str) -> str:
        """Id of the best customer for what was typed: exact, then prefix, then anywhere; or ""."""
        wanted = words.strip().casefold()
        if not wanted:
            return ""
        names = [name.casefold() for name in self._names]
        for fits in (wanted.__eq__, lambda name: name.startswith(wanted), lambda n: wanted in n):
            for place, name in enumerate(names):
                if fits(name):
                    return self._ids[place]
        return ""


class NameCompleter(QCompleter):
    """A list of names that contain what was typed; `customerPicked(id)` from it."""

    customerPicked = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.names = NameModel()
        self.setModel(self.names)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(10)
        self.activated[QModelIndex].connect(self._picked)  # type: ignore[index]

    @property
    def pointed(self) -> bool:
        """Whether the keyboard is on a name of the list."""
        popup = self.popup()
        return popup is not None and popup.currentIndex().isValid()

    @Slot(QModelIndex)
    def _picked(self, index: QModelIndex) -> None:
        self.customerPicked.emit(str(index.data(ID_ROLE)))
