"""DataTable: the table every page uses. Sorting, finding, choosing, copying, states; see the guide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QStackedLayout, QVBoxLayout, QWidget

from csmdesk.models.table import TableModel
from csmdesk.views.cells.look import COMPACT_ROW_HEIGHT, ROW_HEIGHT
from csmdesk.views.grid import Grid
from csmdesk.views.layout_of_columns import ColumnLayout
from csmdesk.views.memory import Memory
from csmdesk.views.widgets.states import EmptyState, Saying
from csmdesk.views.widgets.tip import show_tip

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QMenu

    from csmdesk.models.rows import Rows
    from csmdesk.views.widgets.find_bar import FindBar

LOADING = Saying("Loading…", "The first numbers are on their way.", icon="sync")


class DataTable(QWidget):
    """`opened(key)` on Enter or double click, `selected()` the ids of the selected rows.

    `empty` is said when there are no rows at all, `nothing_found` when a filter or find hides all.
    `fill_menu`, when set, adds actions to the context menu of the selected rows.
    """

    opened = Signal(str)
    selectionChanged = Signal()

    def __init__(
        self, model: TableModel, name: str, title: str, memory: Memory, empty: Saying
    ) -> None:
        super().__init__()
        self.model, self.empty = model, empty
        self.nothing_found = Saying(
            "Nothing matches", "No row passes the filter.", "Clear find", self.clear_find, "search"
        )
        self.fill_menu: Callable[[QMenu, tuple[str, ...]], None] | None = None
        self._name, self._memory = name, memory
        self._loading, self._error = True, None
        self._kept: set[str] = set()
        self._kept_current = ""
        self._kept_scroll = 0
        self._away: set[str] = set()
        self._restoring = False
        self._watch_model()
        self.grid = Grid(self)
        self.grid.setAccessibleName(title)
        self.grid.attach(model)
        # After the view's own slots, which clear the selection on a reset.
        model.modelReset.connect(self._restore_selection)
        model.layoutChanged.connect(self._restore_selection)
        self.layout_of_columns = ColumnLayout(self.grid, model.columns, name, memory)
        self._find_bar: FindBar | None = None
        self._state: EmptyState | None = None
        self._build()
        self._wire()
        self.set_compact(bool(memory.get("window/compact", False)))
        model.sort_keys = [(key, descending) for key, descending in memory.get(f"sort/{name}", [])]
        self.setFocusProxy(self.grid)

    _error: Saying | None

    # -- what a page does ---------------------------------------------------------------------
    def set_rows(self, rows: Rows, mask: NDArray[Any] | None = None) -> None:
        self._loading, self._error = False, None
        self.model.set_rows(rows, mask)
        self._show_state()

    def set_mask(self, mask: NDArray[Any] | None) -> None:
        self.model.set_mask(mask)
        self._show_state()

    def fail(self, saying: Saying) -> None:
        """Say what went wrong instead of rows."""
        self._error = saying
        self._show_state()

    def set_compact(self, compact: bool) -> None:
        self.grid.set_row_height(COMPACT_ROW_HEIGHT if compact else ROW_HEIGHT)

    def selected(self) -> tuple[str, ...]:
        """Ids of the selected rows, top to bottom."""
        return tuple(self.model.key(row) for row in self._selected_rows())

    def current(self) -> str:
        index = self.grid.currentIndex()
        return self.model.key(index.row()) if index.isValid() else ""

    def select(self, keys: Sequence[str]) -> None:
        """Select these rows, as far as they are visible, and make the first one current."""
        self._apply_selection(set(keys), keys[0] if keys else "")

    def open_find(self) -> None:
        if self._find_bar is None:
            from csmdesk.views.widgets.find_bar import FindBar

            self._find_bar = FindBar()
            self._find_bar.changed.connect(self._find_changed)
            self._find_bar.entered.connect(self.grid.setFocus)
            self._find_bar.left.connect(self.clear_find)
            self._box.insertWidget(0, self._find_bar)
        self._find_bar.open()

    def clear_find(self) -> None:
        if self._find_bar is not None:
            self._find_bar.box.clear()
            self._find_bar.hide()
        self.grid.setFocus()

    def copy(self) -> None:
        """Selected rows, shown columns, as tab separated text with a header."""
        rows = self._selected_rows()
        if rows:
            lines = self.lines(rows)
            QApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def lines(self, rows: Iterable[int]) -> list[list[str]]:
        """The titles of the shown columns, then the cells of these rows, as they are copied."""
        head = self.grid.horizontalHeader()
        order = [head.logicalIndex(place) for place in range(head.count())]
        shown = [column for column in order if not head.isSectionHidden(column)]
        lines = [[self.model.columns[column].title for column in shown]]
        lines += [[self.model.text(row, column) for column in shown] for row in rows]
        return [[inert(" ".join(cell.split())) for cell in line] for line in lines]

    def choose_columns(self, anchor: QWidget) -> None:
        from csmdesk.views.widgets.column_chooser import ColumnChooser

        ColumnChooser(self.layout_of_columns, anchor).open_at(anchor)

    # -- building -----------------------------------------------------------------------------
    def _build(self) -> None:
        self._stack = QStackedLayout()
        self._stack.addWidget(self.grid)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addLayout(self._stack, 1)

    def _wire(self) -> None:
        grid = self.grid
        grid.opened.connect(self._open_current)
        grid.findWanted.connect(self.open_find)
        grid.copyWanted.connect(self.copy)
        grid.previewWanted.connect(self._preview)
        grid.customContextMenuRequested.connect(self._open_menu)
        grid.selectionModel().selectionChanged.connect(self._selection_changed)
        grid.headerClicked.connect(self._sort_clicked)
        grid.headerMenuWanted.connect(self._header_menu)

    def _watch_model(self) -> None:
        """Before the view's own selection model does: it then has no rows to carry over."""
        model = self.model
        model.modelAboutToBeReset.connect(self._keep_selection)
        model.layoutAboutToBeChanged.connect(self._keep_selection)

    def _selected_rows(self) -> list[int]:
        """Ascending; read from the ranges, for one index a row is slow when all are selected."""
        rows: set[int] = set()
        for part in self.grid.selectionModel().selection().toList():
            rows.update(range(part.top(), part.bottom() + 1))
        return sorted(rows)

    # -- selection by id ----------------------------------------------------------------------
    def _keep_selection(self) -> None:
        if self._restoring:
            return
        self._restoring = True
        self._kept = set(self.selected()) | self._away
        self._kept_scroll = self.grid.verticalScrollBar().value()
        self._kept_current = self.current() or self._kept_current
        self.grid.selectionModel().clearSelection()

    def _restore_selection(self) -> None:
        if self._kept or self._kept_current:
            self._apply_selection(self._kept, self._kept_current)
        if self._kept_scroll:
            self.grid.doItemsLayout()  # else the scroll bar has no range yet
            self.grid.verticalScrollBar().setValue(self._kept_scroll)

    def _apply_selection(self, keys: set[str], current: str) -> None:
        from PySide6.QtCore import QItemSelection, QItemSelectionModel

        select = QItemSelectionModel.SelectionFlag
        model, chooser = self.model, self.grid.selectionModel()
        rows = model.places(keys | {current} if current else keys)
        last_column = model.columnCount() - 1
        chosen = QItemSelection()
        found: set[str] = set()
        run: list[int] = []
        current_row = -1
        for row in [*rows, -1]:
            key = model.key(row) if row >= 0 else ""
            if key and key == current:
                current_row = row
            wanted = key in keys
            if run and (not wanted or row != run[-1] + 1):
                chosen.select(model.index(run[0], 0), model.index(run[-1], last_column))
                run = []
            if wanted:
                run.append(row)
                found.add(key)
        self._restoring = True
        if current_row >= 0:
            chooser.setCurrentIndex(model.index(current_row, 0), select.NoUpdate)
        chooser.select(chosen, select.ClearAndSelect | select.Rows)
        self._restoring = False
        self._away = keys - found
        self.selectionChanged.emit()

    def _selection_changed(self) -> None:
        if not self._restoring:
            self._away.clear()
            self.selectionChanged.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_state()

    # -- slots --------------------------------------------------------------------------------
    def _open_current(self) -> None:
        key = self.current()
        if key:
            self.opened.emit(key)

    def _sort_clicked(self, column: int) -> None:
        add = bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.model.toggle_sort(column, add=add)
        self._memory.put(f"sort/{self._name}", self.model.sort_keys)

    def _find_changed(self, words: str) -> None:
        self.model.find(words)
        self.grid.scrollToTop()
        if self._find_bar is not None:
            self._find_bar.tell(self.model.rowCount())
        self._show_state()

    def _preview(self) -> None:
        """Space tells of the current row what hovering its first explained column does."""
        index = self.grid.currentIndex()
        if not index.isValid():
            return
        for column in range(self.model.columnCount()):
            tip = self.model.tip(index.row(), column)
            if tip is not None and not self.grid.isColumnHidden(column):
                box = self.grid.visualRect(self.model.index(index.row(), column))
                at = self.grid.viewport().mapToGlobal(box.bottomLeft())
                show_tip(self.grid, at, tip)
                return

    def _open_menu(self, at: QPoint) -> None:
        keys = self.selected()
        if not keys:
            return
        from PySide6.QtWidgets import QMenu

        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.fill_menu is not None:
            self.fill_menu(menu, keys)
            menu.addSeparator()
        menu.addAction("Copy", self.copy)
        menu.popup(self.grid.viewport().mapToGlobal(at))

    def _header_menu(self) -> None:
        self.choose_columns(self.grid.horizontalHeader())

    def _show_state(self) -> None:
        if self._error is not None:
            saying: Saying | None = self._error
        elif self.model.rowCount():
            saying = None
        elif self._loading:
            saying = LOADING
        else:
            saying = self.nothing_found if self.model.rows.length else self.empty
        if saying is not None:
            if self._state is None:
                self._state = EmptyState(saying)
                self._stack.addWidget(self._state)
            self._state.say(saying)
        front: QWidget | None = self.grid if saying is None else self._state
        behind = self._stack.currentWidget()
        if front is None or behind is None or front is behind:
            return
        focused = behind.hasFocus()
        self._stack.setCurrentWidget(front)
        self.setFocusProxy(front)
        if focused:
            front.setFocus()


def inert(text: str) -> str:
    """Text that a spreadsheet takes for text: a leading apostrophe where it would see a formula.

    A signed amount of ours ("+$120") stays as it is: it calls nothing.
    """
    signed = text[:1] in ("+", "-") and any(one in text for one in "(|!")
    return f"'{text}" if signed or text[:1] in ("=", "@") else text
