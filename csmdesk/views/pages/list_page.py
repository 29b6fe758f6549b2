"""What the plain list pages share: a heading, chips that narrow, and one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout

from csmdesk.models.columns import Column
from csmdesk.models.rows import ColumnRows
from csmdesk.models.table import TableModel
from csmdesk.views.memory import Memory
from csmdesk.views.page import Page
from csmdesk.views.table import DataTable
from csmdesk.views.widgets.cards import Card
from csmdesk.views.widgets.controls import chip
from csmdesk.views.widgets.states import Saying
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.runtime.desk import Desk


class ListPage(Page):
    """A page says what it lists (class attributes) and how a snapshot becomes rows and a mask."""

    NAME = ""
    TITLE = ""
    REMARK = ""
    COLUMNS: Sequence[Column] = ()
    SORT: tuple[tuple[str, bool], ...] = ()
    CHIPS: Sequence[str] = ()
    EMPTY = Saying("Nothing here yet")

    def __init__(self, desk: Desk, memory: Memory) -> None:
        super().__init__(desk, memory)
        self._portfolio: Portfolio | None = None
        self._scope: Scope | None = None
        self._rows: ColumnRows | None = None
        self.chosen = 0
        self.box.addLayout(self._head())
        self.controls = QHBoxLayout()
        self.controls.setSpacing(8)
        self._chips = QButtonGroup(self)
        for place, title in enumerate(self.CHIPS):
            made = chip(title, self._choose)
            made.setChecked(place == 0)
            self._chips.addButton(made, place)
            self.controls.addWidget(made)
        self.controls.addStretch(1)
        self.box.addLayout(self.controls)
        model = TableModel(self.COLUMNS, self)
        self.table = DataTable(model, self.NAME, self.TITLE, memory, self.EMPTY)
        if not model.sort_keys:
            model.sort_keys = list(self.SORT)
        self.table.opened.connect(self.open_row)
        self.table.nothing_found = Saying(
            "Nothing matches", "No row passes.", "Show all", self._show_all, "search"
        )
        card = Card(padded=False)
        card.box.addWidget(self.table)
        self.box.addWidget(card, 1)
        self.setFocusProxy(self.table)

    def show_portfolio(self, portfolio: Portfolio, scope: Scope) -> None:
        if portfolio is not self._portfolio:
            self._rows = self.make_rows(portfolio)
        self._portfolio, self._scope = portfolio, scope
        assert self._rows is not None
        mask = self.make_mask(portfolio, scope, self.chosen)
        self.table.set_rows(self._rows, mask)
        self._count.setText(f"{int(mask.sum()):,}")

    def show_failure(self, sentence: str) -> None:
        if not self.table.model.rowCount():  # the first rows are better than none
            self.table.fail(Saying("Nothing can be shown", sentence, icon="warning"))

    @property
    def rows(self) -> ColumnRows:
        assert self._rows is not None
        return self._rows

    def make_rows(self, portfolio: Portfolio) -> ColumnRows:
        raise NotImplementedError

    def make_mask(self, portfolio: Portfolio, scope: Scope, chosen: int) -> NDArray[Any]:
        """Which rows pass the scope and the chosen chip."""
        raise NotImplementedError

    def open_row(self, key: str) -> None:
        """Enter or double click; the default opens the row's customer."""
        rows = self.rows
        place = list(rows.keys).index(key)
        self.customerWanted.emit(str(rows.get("customer_id", place)), "")

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(plain_label(self.TITLE, "heading"))
        self._count = plain_label(role="muted")
        row.addWidget(self._count)
        row.addWidget(plain_label(self.REMARK, "small"))
        row.addStretch(1)
        return row

    def _choose(self, _on: bool) -> None:
        self.chosen = max(self._chips.checkedId(), 0)
        self._refresh()

    def _show_all(self) -> None:
        self.table.clear_find()
        last = len(self.CHIPS) - 1
        if last >= 0:
            self._chips.button(last).setChecked(True)
            self.chosen = last
        self._refresh()

    def _refresh(self) -> None:
        if self._portfolio is not None and self._scope is not None:
            self.show_portfolio(self._portfolio, self._scope)
