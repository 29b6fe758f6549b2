"""One widget per kind of block. Each can be shown a newer block of its kind in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel

from csmdesk.domain import page as shapes
from csmdesk.models.blocks import block_columns, block_rows, choices, stretching
from csmdesk.models.table import TableModel
from csmdesk.views.cells.look import COMPACT_ROW_HEIGHT
from csmdesk.views.charts.chart import Chart
from csmdesk.views.customer.breakdown import BreakdownView
from csmdesk.views.memory import Memory
from csmdesk.views.table import DataTable
from csmdesk.views.widgets.cards import Card, set_tone
from csmdesk.views.widgets.controls import PillMenu, button
from csmdesk.views.widgets.elastic import ElasticColumns
from csmdesk.views.widgets.labels import plain_tip
from csmdesk.views.widgets.states import Saying
from csmdesk.views.widgets.task_actions import TaskActions
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csmdesk.runtime.desk import Desk

MOST_ROWS = 12
HEAD_HEIGHT, SCROLL_ROOM, EMPTY_HEIGHT = 32, 12, 128
TASK_TABLES = ("open_tasks", "closed_tasks")


class FieldsView(Card):
    """Labels on the left, values on the right, one line each."""

    def __init__(self, block: shapes.Fields) -> None:
        super().__init__(block.title, block.note)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.box.addLayout(self._grid)
        self._keys: tuple[str, ...] = ()
        self._values: dict[str, QLabel] = {}
        self.show_block(block)

    def show_block(self, block: shapes.Fields) -> None:
        self.title.setText(block.title)
        self.remark.setText(block.note)
        keys = tuple(field.key for field in block.fields)
        if keys != self._keys:
            self._lay_out(block)
            self._keys = keys
        for field in block.fields:
            label = self._values[field.key]
            label.setText(field.cell.text)
            label.setToolTip(plain_tip(field.cell.tip))
            label.setAccessibleName(f"{field.label}: {field.cell.text}")
            set_tone(label, field.cell.tone)

    def texts(self) -> dict[str, str]:
        """What is shown, by field key."""
        return {key: label.text() for key, label in self._values.items()}

    def _lay_out(self, block: shapes.Fields) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._values = {}
        for row, field in enumerate(block.fields):
            label = plain_label(field.label, "small")
            value = plain_label()
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1)
            self._values[field.key] = value


class TableView(Card):
    """A table of the page, as tall as its rows up to a dozen."""

    def __init__(self, block: shapes.Table, day: int, desk: Desk, memory: Memory) -> None:
        super().__init__(block.title, block.note, padded=False)
        self._day = day
        self._block = block
        self._chosen: dict[str, str] = {}
        self.table = DataTable(
            TableModel(block_columns(block), self),
            f"customer/{block.key}",
            block.title,
            memory,
            Saying(block.empty),
        )
        self.table.set_compact(True)
        ElasticColumns(self.table, stretching(block))
        self._menus: dict[str, PillMenu] = {}
        if block.key in TASK_TABLES:
            self._offer_actions(block.key, desk)
        for key, title in block.filters:
            menu = PillMenu(title)
            menu.chosen.connect(self._chooser(key))
            self.head.addWidget(menu)
            self._menus[key] = menu
        self.box.addWidget(self.table)
        self.show_block(block, day)

    def show_block(self, block: shapes.Table, day: int) -> None:
        self._block, self._day = block, day
        self.title.setText(block.title)
        self.remark.setText(block.note)
        self.table.set_rows(block_rows(block, day), self._mask())
        offered = {choice.key: choice for choice in choices(block)}
        for key, menu in self._menus.items():
            choice = offered.get(key)
            menu.setVisible(choice is not None)
            if choice is not None:
                texts = [("All", ""), *((text, text) for text in choice.texts)]
                menu.set_choices(texts, self._chosen.get(key, ""))
        self.table.setFixedHeight(table_height(len(block.rows)))

    def texts(self) -> list[dict[str, str]]:
        """What is shown: one mapping of head key to text per visible row."""
        model = self.table.model
        return [
            {column.key: model.text(row, place) for place, column in enumerate(model.columns)}
            for row in range(model.rowCount())
        ]

    def _offer_actions(self, key: str, desk: Desk) -> None:
        """All buttons where there is work to do; where it is done, keys and the menu remain."""
        self.actions_of_tasks = TaskActions(self.table, desk)
        if key == TASK_TABLES[0]:
            self.head.addLayout(self.actions_of_tasks.buttons)

    def _chooser(self, key: str) -> Callable[[str], None]:
        def chosen(text: str) -> None:
            self._chosen[key] = text
            self.table.set_mask(self._mask())

        return chosen

    def _mask(self) -> NDArray[Any]:
        import numpy as np

        places = {head.key: place for place, head in enumerate(self._block.heads)}
        mask = np.ones(len(self._block.rows), np.bool_)
        for key, text in self._chosen.items():
            if text:
                mask &= np.array([row[places[key]].text == text for row in self._block.rows], bool)
        return mask


def table_height(rows: int) -> int:
    """Pixels for a table of `rows` rows: up to a dozen are seen at once, none needs words."""
    if not rows:
        return EMPTY_HEIGHT
    return HEAD_HEIGHT + min(rows, MOST_ROWS) * COMPACT_ROW_HEIGHT + SCROLL_ROOM


class SeriesView(Card):
    """A chart under its title."""

    def __init__(self, block: shapes.Series) -> None:
        super().__init__(block.title)
        self.chart = Chart(block)
        self.box.addWidget(self.chart)

    def show_block(self, block: shapes.Series) -> None:
        self.title.setText(block.title)
        self.chart.show_series(block)

    def days(self) -> list[int]:
        """Days that the chart has."""
        return list(self.chart.series.days)


BlockView = FieldsView | TableView | SeriesView | BreakdownView


def make_view(block: shapes.Block, day: int, desk: Desk, memory: Memory) -> BlockView:
    if isinstance(block, shapes.Fields):
        return FieldsView(block)
    if isinstance(block, shapes.Table):
        return TableView(block, day, desk, memory)
    if isinstance(block, shapes.Series):
        return SeriesView(block)
    return BreakdownView(block)


def add_button(view: BlockView, text: str, run: Callable[[], object], tip: str) -> None:
    """A quiet button at the right of a card's title."""
    view.head.addWidget(button(text, run, kind="quiet", tip=tip))


def update_view(view: BlockView, block: shapes.Block, day: int) -> None:
    """Show a newer block of the same kind in an existing view."""
    match view, block:
        case TableView(), shapes.Table():
            view.show_block(block, day)
        case FieldsView(), shapes.Fields():
            view.show_block(block)
        case SeriesView(), shapes.Series():
            view.show_block(block)
        case BreakdownView(), shapes.Breakdown():
            view.show_block(block)
