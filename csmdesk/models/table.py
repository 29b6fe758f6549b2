"""The table model: columns over `Rows` and a permutation that sorting and filtering replace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, QObject, Qt

from csmdesk.domain.days import MISSING
from csmdesk.models.columns import Column, Tip
from csmdesk.models.rows import ColumnRows, ListRows, Rows, sort_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEY_ROLE = int(Qt.ItemDataRole.UserRole)
NO_PARENT = QModelIndex()
MAX_SORT_KEYS = 3
ARROWS = {False: "▴", True: "▾"}
NTH = ("", "₂", "₃")


class TableModel(QAbstractTableModel):
    """Read-only rows shown through `order`, the positions of the visible rows in their sequence.

    `visible_rows`, given by the view, bounds what a refresh announces; without it all rows are.
    """

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: Rows = ListRows((), 0, "USD")
        self.sort_keys: list[tuple[str, bool]] = []
        """(column key, descending), the first counts most."""
        self.visible_rows: Callable[[], tuple[int, int]] | None = None
        self._order: Any = range(0)
        self._mask: NDArray[Any] | None = None
        self._words = ""
        self._haystack: list[str] | None = None
        self._numbers: dict[str, NDArray[Any]] = {}

    # -- what Qt asks -------------------------------------------------------------------------
    def rowCount(self, parent: QModelIndex = NO_PARENT) -> int:  # type: ignore[override]
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: QModelIndex = NO_PARENT) -> int:  # type: ignore[override]
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # type: ignore[override]
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == KEY_ROLE:
            return self.key(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.spoken(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[index.column()].right else LEFT
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title + self._sort_mark(column.key)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else LEFT
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Qt's way in: sort by one column."""
        if 0 <= column < len(self.columns):
            descending = order == Qt.SortOrder.DescendingOrder
            self.sort_by([(self.columns[column].key, descending)])

    # -- cells, asked by delegates without a QModelIndex in between ----------------------------
    def text(self, row: int, column: int) -> str:
        return self.columns[column].text(self.rows, int(self._order[row]))

    def payload(self, row: int, column: int) -> Any:
        make = self.columns[column].payload
        return None if make is None else make(self.rows, int(self._order[row]))

    def tip(self, row: int, column: int) -> Tip | None:
        make = self.columns[column].tip
        return None if make is None else make(self.rows, int(self._order[row]))

    def spoken(self, row: int, column: int) -> str:
        told = self.columns[column]
        return (told.spoken or told.text)(self.rows, int(self._order[row]))

    def key(self, row: int) -> str:
        return self.rows.key(int(self._order[row]))

    def position(self, row: int) -> int:
        """Where a visible row stands in `rows`."""
        return int(self._order[row])

    def places(self, keys: set[str]) -> list[int]:
        """Visible rows, ascending, whose ids are among `keys`."""
        if not keys:
            return []
        key, order = self.rows.key, self._order
        return [row for row in range(len(order)) if key(int(order[row])) in keys]

    # -- what is shown ------------------------------------------------------------------------
    def set_rows(self, rows: Rows, mask: NDArray[Any] | None = None) -> None:
        """Show other rows. Equal ids in an equal order repaint the visible rows only."""
        before = [self.key(row) for row in range(len(self._order))]
        old_rows, old_order = self.rows, self._order
        self.rows, self._mask = rows, mask
        self._numbers, self._haystack = {}, None
        order = self._make_order()
        key = rows.key
        same = len(order) == len(before) and all(
            key(int(order[row])) == before[row] for row in range(len(before))
        )
        if same:
            self._order = order
            self._announce_visible()
            return
        self.rows, self._order = old_rows, old_order
        self.beginResetModel()
        self.rows, self._order = rows, order
        self.endResetModel()

    def set_mask(self, mask: NDArray[Any] | None) -> None:
        """Show only rows whose mask is true; None shows all."""
        self._mask = mask
        self._reset_order()

    def find(self, words: str) -> None:
        """Show only rows whose visible text contains `words`, whatever the case."""
        self._words = words.strip().casefold()
        self._reset_order()

    def sort_by(self, keys: Sequence[tuple[str, bool]]) -> None:
        """Sort by several columns, the first counts most; missing values come last both ways."""
        self.sort_keys = [(k, d) for k, d in keys if self._sortable(k)][:MAX_SORT_KEYS]
        if not isinstance(self.rows, ColumnRows):
            return
        hint = QAbstractItemModel.LayoutChangeHint.VerticalSortHint
        signature = "QList<QPersistentModelIndex>,QAbstractItemModel::LayoutChangeHint"
        self.layoutAboutToBeChanged[signature].emit([], hint)  # type: ignore[index]
        kept = self.persistentIndexList()
        before = [int(self._order[index.row()]) for index in kept]
        self._order = self._make_order()
        if kept:
            place = {int(at): row for row, at in enumerate(self._order)}
            moved = [
                self.index(place[at], index.column()) if at in place else QModelIndex()
                for at, index in zip(before, kept, strict=True)
            ]
            self.changePersistentIndexList(kept, moved)
        self.layoutChanged[signature].emit([], hint)  # type: ignore[index]
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def toggle_sort(self, column: int, *, add: bool) -> None:
        """A click on a header: ascending, then descending; `add` keeps the earlier keys."""
        key = self.columns[column].key
        if not self._sortable(key):
            return
        now = dict(self.sort_keys)
        descending = not now[key] if key in now else self.columns[column].right
        if not add:
            self.sort_by([(key, descending)])
        elif key in now:
            self.sort_by([(k, descending if k == key else d) for k, d in self.sort_keys])
        else:
            self.sort_by([*self.sort_keys, (key, descending)])

    # -- order --------------------------------------------------------------------------------
    def _sortable(self, key: str) -> bool:
        return any(column.key == key and column.sort for column in self.columns)

    def _sort_mark(self, key: str) -> str:
        for place, (sorted_key, descending) in enumerate(self.sort_keys):
            if sorted_key == key:
                return f" {ARROWS[descending]}{NTH[place] if len(self.sort_keys) > 1 else ''}"
        return ""

    def _make_order(self) -> Any:
        rows = self.rows
        if not isinstance(rows, ColumnRows):
            return range(rows.length)
        import numpy as np

        chosen = np.arange(rows.length)
        if self._mask is not None:
            chosen = chosen[self._mask]
        if self._words:
            hay = self._find_text()
            chosen = chosen[[self._words in hay[int(i)] for i in chosen]]
        if not self.sort_keys:
            return chosen
        keys: list[NDArray[Any]] = []
        for key, descending in reversed(self.sort_keys):
            numbers = self._sort_column(key)[chosen]
            missing = numbers == MISSING
            keys += [np.where(missing, 0, -numbers if descending else numbers), missing]
        return chosen[np.lexsort(keys)]

    def _sort_column(self, key: str) -> NDArray[Any]:
        if key not in self._numbers:
            assert isinstance(self.rows, ColumnRows)
            column = next(column for column in self.columns if column.key == key)
            self._numbers[key] = sort_numbers(self.rows, column.sort)
        return self._numbers[key]

    def _find_text(self) -> list[str]:
        if self._haystack is None:
            shown = [column.text for column in self.columns if column.shown]
            self._haystack = [
                "\n".join(text(self.rows, row) for text in shown).casefold()
                for row in range(self.rows.length)
            ]
        return self._haystack

    def _reset_order(self) -> None:
        self.beginResetModel()
        self._order = self._make_order()
        self.endResetModel()

    def _announce_visible(self) -> None:
        last = len(self._order) - 1
        if last < 0:
            return
        first, end = self.visible_rows() if self.visible_rows else (0, last)
        first, end = max(0, min(first, last)), max(0, min(end, last))
        self.dataChanged.emit(
            self.index(first, 0), self.index(end, len(self.columns) - 1), [DISPLAY]
        )


LEFT = Qt.AlignmentFlag.AlignLeft
DISPLAY = Qt.ItemDataRole.DisplayRole
