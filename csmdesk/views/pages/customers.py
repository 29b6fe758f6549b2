"""Customers: totals, saved views, filters and the table of all customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout

from csmdesk.domain.texts import number, plural
from csmdesk.models.customers import (
    CUSTOMER_COLUMNS,
    CustomerFilter,
    customer_rows,
)
from csmdesk.models.rows import ColumnRows
from csmdesk.models.table import TableModel
from csmdesk.store.first_rows import FirstRows
from csmdesk.views.first_frame import first_list
from csmdesk.views.memory import Memory
from csmdesk.views.page import Page
from csmdesk.views.pages.customer_totals import TotalCards
from csmdesk.views.table import DataTable
from csmdesk.views.widgets.cards import Card
from csmdesk.views.widgets.controls import button, chip
from csmdesk.views.widgets.states import Saying

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.runtime.desk import Desk

VIEWS: tuple[tuple[str, CustomerFilter], ...] = (
    ("Active", CustomerFilter()),
    ("At risk", CustomerFilter(at_risk=True)),
    ("Renewing ≤ 60 d", CustomerFilter(renewal_within=60)),
    ("CHI falling", CustomerFilter(falling=True)),
    ("Every status", CustomerFilter(every_status=True)),
)


class CustomersPage(Page):
    """The first frame shows the first rows that the store wrote; the Portfolio replaces them."""

    def __init__(self, desk: Desk, memory: Memory) -> None:
        super().__init__(desk, memory)
        self._portfolio: Portfolio | None = None
        self._scope: Scope | None = None
        self._rows: ColumnRows | None = None
        self._filter = CustomerFilter()
        self._totals = TotalCards()
        self.box.addWidget(self._totals)
        self.box.addLayout(self._controls())
        empty = Saying(
            "No customers yet",
            "Read the connected systems to fill this list.",
            "Sync now",
            desk.sync_now,
            "customers",
        )
        model = TableModel(CUSTOMER_COLUMNS, self)
        self.table = DataTable(model, "customers", "Customers", memory, empty)
        if not model.sort_keys:
            model.sort_keys = [("chi", False), ("name", False)]
        self.table.nothing_found = Saying(
            "No customer matches",
            "The filter, the view or the find words leave none.",
            "Show all customers",
            self._show_all,
            "search",
        )
        self.table.opened.connect(self._open)
        self.table.selectionChanged.connect(self._selection_changed)
        self.table.fill_menu = self._fill_menu
        card = Card(padded=False)
        card.box.addWidget(self.table)
        self.box.addWidget(card, 1)
        self.setFocusProxy(self.table)
        self._selection_changed()
        self._show_first_rows()
        desk.rowsReady.connect(self._rows_ready)
        if not model.rowCount():
            from csmdesk.views.pages.welcome import WelcomeGate

            gate = WelcomeGate(desk, self, memory)
            gate.connectWanted.connect(lambda: self.pageWanted.emit("sources"))

    def show_portfolio(self, portfolio: Portfolio, scope: Scope) -> None:
        if self._portfolio is None:
            self._add_keys()
        if portfolio is not self._portfolio:
            self._rows = customer_rows(portfolio)
        self._portfolio, self._scope = portfolio, scope
        assert self._rows is not None
        from csmdesk.engine.figures.customers import members

        inside = members(portfolio, scope)
        self._totals.show_totals(portfolio, scope)
        mask = inside & self._filter.mask(portfolio)
        self.table.set_rows(self._rows, None if mask.all() else mask)

    def show_failure(self, sentence: str) -> None:
        if not self.table.model.rowCount():  # the first rows are better than none
            self.table.fail(Saying("Nothing can be shown", sentence, icon="warning"))

    # -- building -----------------------------------------------------------------------------
    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._views = QButtonGroup(self)
        for place, (title, _) in enumerate(VIEWS):
            made = chip(title, self._view_chosen)
            made.setChecked(place == 0)
            self._views.addButton(made, place)
            row.addWidget(made)
        row.addStretch(1)
        self._filter_button = button("Filter", self._open_filter)
        self._columns_button = button("Columns", self._choose_columns)
        self._tag_button = button("Tag", self._tag, kind="primary", tip="Add or remove tags (T)")
        for made in (self._filter_button, self._columns_button, self._tag_button):
            row.addWidget(made)
        return row

    def _add_keys(self) -> None:
        """T tags, once there is something to tag."""
        from PySide6.QtGui import QKeySequence, QShortcut

        inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("T"), self.table, self._tag, context=inside)

    @Slot(object)
    def _rows_ready(self, _rows: FirstRows) -> None:
        """All rows as last stored, while the portfolio is still being made."""
        if self._portfolio is None:
            self._show_first_rows()

    def _show_first_rows(self) -> None:
        first = self.desk.first_rows
        rows = first_list(first) if isinstance(first, FirstRows) else None
        if rows is not None and isinstance(first, FirstRows):
            self.table.set_rows(rows)
            self._totals.show_first(first.totals)

    # -- filters ------------------------------------------------------------------------------
    @property
    def filter(self) -> CustomerFilter:
        return self._filter

    def set_filter(self, wanted: CustomerFilter) -> None:
        """Show the customers that pass; the chip of an equal saved view lights up."""
        self._filter = wanted
        self._views.setExclusive(False)
        for place, (_, view) in enumerate(VIEWS):
            self._views.button(place).setChecked(view == wanted)
        self._views.setExclusive(True)
        self._filter_button.setText(f"Filter · {wanted.count}" if wanted.count else "Filter")
        if self._portfolio is not None and self._scope is not None:
            self.show_portfolio(self._portfolio, self._scope)

    def _view_chosen(self, _on: bool) -> None:
        self.set_filter(VIEWS[max(self._views.checkedId(), 0)][1])

    def _show_all(self) -> None:
        self.table.clear_find()
        self.set_filter(CustomerFilter(every_status=True))

    def _open_filter(self) -> None:
        from csmdesk.views.pages.customer_filter import FilterPopover

        if self._portfolio is not None:
            popover = FilterPopover(self._portfolio, self._filter, self)
            popover.changed.connect(self.set_filter)
            popover.open_at(self._filter_button)

    def _choose_columns(self) -> None:
        self.table.choose_columns(self._columns_button)

    # -- rows ---------------------------------------------------------------------------------
    @Slot(str)
    def _open(self, key: str) -> None:
        self.customerWanted.emit(key, "")

    @Slot()
    def _selection_changed(self) -> None:
        count = len(self.table.selected())
        self._tag_button.setEnabled(bool(count) and self._portfolio is not None)
        self._tag_button.setText(f"Tag {number(count)} selected" if count else "Tag")

    def _fill_menu(self, menu: QMenu, keys: tuple[str, ...]) -> None:
        menu.addAction("Open", lambda: self.customerWanted.emit(keys[0], ""))
        menu.addAction(f"Tag {plural(len(keys), 'customer')}…", self._tag)

    def _tag(self) -> None:
        from csmdesk.views.dialogs.tags import TagDialog

        keys = self.table.selected()
        if keys and self._portfolio is not None:
            dialog = TagDialog(self._portfolio, keys, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.wanted.connect(self.desk.edit)
            dialog.open()
