"""The customer tab: asks the desk for the page and shows its sub-tabs, each built when visited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.page import Block, CustomerPage, Tab
from csmdesk.models.blocks import block_signature
from csmdesk.views.customer.blocks import BlockView, make_view, update_view
from csmdesk.views.customer.header import CustomerHeader
from csmdesk.views.memory import Memory
from csmdesk.views.page import Page
from csmdesk.views.widgets.controls import literal
from csmdesk.views.widgets.states import EmptyState, Saying

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.runtime.desk import Desk

REMEMBERED = "customer/tab"


class TabBody(QScrollArea):
    """Blocks of one sub-tab in a wide and a narrow column; updated in place while they match."""

    def __init__(self, desk: Desk, memory: Memory) -> None:
        super().__init__()
        self._desk, self._memory = desk, memory
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.views: dict[str, BlockView] = {}
        self._signature: list[tuple[object, ...]] = []

    def show_tab(self, tab: Tab, day: int) -> None:
        blocks = tab.main + tab.side
        signature = [block_signature(block) for block in blocks]
        if signature == self._signature:
            for block in blocks:
                update_view(self.views[block.key], block, day)
            return
        self._signature = signature
        self.views = {
            block.key: make_view(block, day, self._desk, self._memory) for block in blocks
        }
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 4, 0)
        row.setSpacing(12)
        row.addLayout(self._column(tab.main), 7)
        if tab.side:
            row.addLayout(self._column(tab.side), 4)
        self.setWidget(body)

    def _column(self, blocks: tuple[Block, ...]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(12)
        for block in blocks:
            column.addWidget(self.views[block.key])
        column.addStretch(1)
        return column


class CustomerTab(Page):
    """One customer. Loading, failed and shown states; the chosen sub-tab is remembered."""

    def __init__(self, desk: Desk, memory: Memory, customer_id: str) -> None:
        super().__init__(desk, memory)
        self.customer_id = customer_id
        self.page: CustomerPage | None = None
        self._wanted = str(memory.get(REMEMBERED, "tasks"))
        self._state = EmptyState(Saying("Opening…", icon="customers"))
        self.header = CustomerHeader(desk, customer_id)
        self.bar = QTabBar()
        self.bar.setObjectName("subtabs")
        self.bar.setExpanding(False)
        self.bar.setAccessibleName("Sub-tabs of the customer")
        self.bar.currentChanged.connect(self._tab_chosen)
        self.bodies = QStackedWidget()
        for widget in (self._state, self.header, self.bar):
            self.box.addWidget(widget, 1 if widget is self._state else 0)
        self.box.addWidget(self.bodies, 1)
        self._show_content(False)
        desk.customerReady.connect(self._ready)
        desk.customerFailed.connect(self._failed)
        for key, run in (("N", self.header.add_note), ("T", self.header.add_tag)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def show_portfolio(self, portfolio: Portfolio, scope: Scope) -> None:
        self.desk.request_customer(self.customer_id)

    def show_tab(self, key: str) -> None:
        """Go to a sub-tab, now or when the page has arrived."""
        self._wanted = key
        if self.page is not None:
            keys = [tab.key for tab in self.page.tabs]
            if key in keys:
                self.bar.setCurrentIndex(keys.index(key))

    def body(self, key: str) -> TabBody | None:
        """The widget of a sub-tab that has been visited."""
        if self.page is None:
            return None
        keys = [tab.key for tab in self.page.tabs]
        widget = self.bodies.widget(keys.index(key))
        return widget if isinstance(widget, TabBody) and widget.views else None

    @Slot(str, object)
    def _ready(self, customer_id: str, page: CustomerPage) -> None:
        if customer_id != self.customer_id:
            return
        first = self.page is None
        self.page = page
        self.titleChanged.emit(page.name)
        self.header.show_page(page)
        self._set_tabs(page, first)
        self._show_content(True)
        self._show_current()

    @Slot(str, str)
    def _failed(self, customer_id: str, sentence: str) -> None:
        if customer_id != self.customer_id or self.page is not None:
            return
        again = Saying("This customer cannot be shown", sentence, "Try again", self._again)
        self._state.say(again)

    def _again(self) -> None:
        self.desk.request_customer(self.customer_id)

    def _set_tabs(self, page: CustomerPage, first: bool) -> None:
        self.bar.blockSignals(True)
        for place, tab in enumerate(page.tabs):
            text = literal(f"{tab.title} {tab.badge}".strip())
            if place < self.bar.count():
                self.bar.setTabText(place, text)
            else:
                self.bar.addTab(text)
                self.bodies.addWidget(TabBody(self.desk, self.memory))
        self.bar.blockSignals(False)
        if first:
            self.show_tab(self._wanted)

    def _show_content(self, shown: bool) -> None:
        self._state.setVisible(not shown)
        for widget in (self.header, self.bar, self.bodies):
            widget.setVisible(shown)

    @Slot(int)
    def _tab_chosen(self, place: int) -> None:
        if self.page is None or place < 0:
            return
        self.memory.put(REMEMBERED, self.page.tabs[place].key)
        self._show_current()

    def _show_current(self) -> None:
        page, place = self.page, self.bar.currentIndex()
        if page is None or not 0 <= place < len(page.tabs):
            return
        body = self.bodies.widget(place)
        assert isinstance(body, TabBody)
        body.show_tab(page.tabs[place], page.day)
        self.bodies.setCurrentIndex(place)
