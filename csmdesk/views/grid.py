"""The table view underneath a `DataTable`: fixed sizes, keyboard, hover, frozen first column."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from csmdesk.models.table import TableModel
from csmdesk.views.cells.look import COMPACT_ROW_HEIGHT, HEADER_HEIGHT, ROW_HEIGHT
from csmdesk.views.painted_rows import PaintedRows

MIN_COLUMN = 40


def set_up(view: QTableView) -> None:
    """What both the grid and its frozen column need: fixed sizes, whole rows, no ornaments."""
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setMouseTracking(True)
    view.setCornerButtonEnabled(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows = view.verticalHeader()
    rows.hide()
    rows.setMinimumSectionSize(COMPACT_ROW_HEIGHT)
    rows.setDefaultSectionSize(ROW_HEIGHT)
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    head = view.horizontalHeader()
    head.setFixedHeight(HEADER_HEIGHT)
    head.setMinimumSectionSize(MIN_COLUMN)
    head.setHighlightSections(False)
    head.setSectionsClickable(True)


class FrozenColumn(PaintedRows):
    """The first column laid over the grid once it is scrolled sideways."""

    def __init__(self, grid: Grid) -> None:
        super().__init__(grid)
        self.setObjectName("frozen")
        set_up(self)
        self.setFocusProxy(grid)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.hide()
        self._grid = grid

        self.setModel(grid.model())
        self.setSelectionModel(grid.selectionModel())
        for column in range(1, self.model().columnCount()):
            self.setColumnHidden(column, True)
        self.verticalHeader().setDefaultSectionSize(grid.verticalHeader().defaultSectionSize())
        self.verticalScrollBar().valueChanged.connect(grid.verticalScrollBar().setValue)
        grid.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)

    def place(self) -> None:
        """Cover the grid's first column, header included, while it is scrolled sideways."""
        grid = self._grid
        scrolled = grid.horizontalScrollBar().value() > 0
        if scrolled:
            width = grid.columnWidth(0)
            self.setColumnWidth(0, width)
            self.setGeometry(0, 0, width + 1, grid.viewport().height() + HEADER_HEIGHT)
            self.verticalScrollBar().setValue(grid.verticalScrollBar().value())
            self.raise_()
        self.setVisible(scrolled)


class Grid(PaintedRows):
    """Keyboard as the shortcut list says: J/K move, Enter opens, / finds, Space previews."""

    opened = Signal()
    findWanted = Signal()
    copyWanted = Signal()
    previewWanted = Signal()
    resized = Signal()
    headerClicked = Signal(int)
    headerMenuWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self)
        self.setAlternatingRowColors(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head = self.horizontalHeader()
        head.setSectionsMovable(True)
        head.setFirstSectionMovable(False)
        self.room = 0
        """Width of the viewport in pixels; asking the viewport itself costs the start-up 10 ms."""
        self.frozen: FrozenColumn | None = None
        self.horizontalScrollBar().valueChanged.connect(self.place_frozen)
        self._wire_header(self)
        self.doubleClicked.connect(self.opened)

    def attach(self, model: TableModel) -> None:
        self.setModel(model)
        model.visible_rows = self.visible_rows
        head = self.horizontalHeader()
        for place in range(model.columnCount()):
            head.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)

    def place_frozen(self) -> None:
        """Keep the first column in sight; its view is made when it is first needed."""
        if self.frozen is None and self.horizontalScrollBar().value() > 0:
            self.frozen = FrozenColumn(self)
            self._wire_header(self.frozen)
        if self.frozen is not None:
            self.frozen.place()

    def _wire_header(self, view: QTableView) -> None:
        head = view.horizontalHeader()
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.sectionClicked.connect(self.headerClicked)
        head.customContextMenuRequested.connect(self.headerMenuWanted)

    def set_row_height(self, height: int) -> None:
        for view in (self, self.frozen):
            if view is not None:
                view.verticalHeader().setDefaultSectionSize(height)

    def visible_rows(self) -> tuple[int, int]:
        """First and last row on screen."""
        first = max(self.rowAt(0), 0)
        height = max(self.verticalHeader().defaultSectionSize(), 1)
        return first, first + self.viewport().height() // height + 1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, control = event.key(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and key == Qt.Key.Key_C:
            self.copyWanted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif key == Qt.Key.Key_Slash:
            self.findWanted.emit()
        elif key == Qt.Key.Key_Space and not control:
            self.previewWanted.emit()
        elif key in (Qt.Key.Key_J, Qt.Key.Key_K) and not control:
            self._step(1 if key == Qt.Key.Key_J else -1)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are shortcuts here; `/` finds."""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(int(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.room = event.size().width()
        self.place_frozen()
        self.resized.emit()

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """The frozen column is always in sight: do not scroll sideways for it."""
        if index.column() > 0:
            super().scrollTo(index, hint)
            return
        aside = self.horizontalScrollBar().value()
        super().scrollTo(index, hint)
        self.horizontalScrollBar().setValue(aside)

    def _step(self, by: int) -> None:
        model = self.model()
        current = self.currentIndex()
        row = min(max(current.row() + by, 0), model.rowCount() - 1)
        if row >= 0:
            self.setCurrentIndex(model.index(row, max(current.column(), 0)))

    def _hover(self, row: int) -> None:
        before = self.hover_row
        if before == row:
            return
        self.hover_row = row
        for changed in (before, row):
            if changed >= 0:
                top = self.rowViewportPosition(changed)
                self.viewport().update(0, top, self.viewport().width(), self.rowHeight(changed))
