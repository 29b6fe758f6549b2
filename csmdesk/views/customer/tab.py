"""The customer tab: asks the desk for the page and shows its sub-tabs, each built when visited."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.page import Block, CustomerPage, Tab
from csmdesk.models.blocks import block_signature, can_follow
from csmdesk.views.customer.actions import CustomerActions
from csmdesk.views.customer.blocks import BlockView, add_button, make_view, update_view
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
SIDE_FROM = 860
"""Width in pixels from which the narrow column stands beside the wide one."""
SHARES = (7, 4)
CHI_PANEL = "chi-history"
AddButtons = Callable[[BlockView, str], None]


class TabBody(QScrollArea):
    """Blocks of one sub-tab in a wide and a narrow column, one below the other where it is narrow.

    A block is updated in place while its widget can show it, so selection and scroll stay.
    """

    def __init__(self, desk: Desk, memory: Memory, add_buttons: AddButtons) -> None:
        super().__init__()
        self._desk, self._memory, self._add_buttons = desk, memory, add_buttons
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.views: dict[str, BlockView] = {}
        self._signatures: dict[str, tuple[object, ...]] = {}
        self._order: list[list[str]] = []
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)

    def show_tab(self, tab: Tab, day: int) -> None:
        order = [[block.key for block in column] for column in (tab.main, tab.side)]
        if order != self._order:
            self._order = order
            self._build(tab, day)
            return
        for block in tab.main + tab.side:
            signature, view = block_signature(block), self.views[block.key]
            if can_follow(self._signatures[block.key], signature):
                update_view(view, block, day)
            else:
                self._replace(view, block, day)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _build(self, tab: Tab, day: int) -> None:
        self.views = {block.key: self._made(block, day) for block in tab.main + tab.side}
        body = QWidget()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, body)
        self._row.setContentsMargins(0, 0, 4, 0)
        self._row.setSpacing(12)
        self._row.addLayout(self._column(tab.main))
        if tab.side:
            self._row.addLayout(self._column(tab.side))
        self._arrange()
        self.setWidget(body)

    def _made(self, block: Block, day: int) -> BlockView:
        view = make_view(block, day, self._desk, self._memory)
        self._signatures[block.key] = block_signature(block)
        self._add_buttons(view, block.key)
        return view

    def _replace(self, view: BlockView, block: Block, day: int) -> None:
        made = self._made(block, day)
        self._row.replaceWidget(view, made, Qt.FindChildOption.FindChildrenRecursively)
        view.deleteLater()
        self.views[block.key] = made

    def _column(self, blocks: tuple[Block, ...]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(12)
        for block in blocks:
            column.addWidget(self.views[block.key])
        column.addStretch(1)
        return column

    def _arrange(self) -> None:
        wide = self.width() >= SIDE_FROM
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        for place, share in enumerate(SHARES[: self._row.count()]):
            self._row.setStretch(place, share if wide else 0)


class CustomerTab(Page):
    """One customer. Loading, failed and shown states; the chosen sub-tab is remembered.

    `panelWanted(name)` asks the window for a dock.
    """

    panelWanted = Signal(str)

    def __init__(self, desk: Desk, memory: Memory, customer_id: str) -> None:
        super().__init__(desk, memory)
        self.customer_id = customer_id
        self.page: CustomerPage | None = None
        self._wanted = str(memory.get(REMEMBERED, "tasks"))
        self._state = EmptyState(Saying("Opening…", icon="customers"))
        self.actions_of_customer = CustomerActions(desk, customer_id, self)
        self.header = CustomerHeader(self.actions_of_customer)
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
        actions = self.actions_of_customer
        for key, run in (("N", actions.add_note), ("T", actions.add_tag)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    @property
    def waits(self) -> bool:
        return self.page is None

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
        self.page = self.actions_of_customer.page = page
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
                self.bodies.addWidget(TabBody(self.desk, self.memory, self._add_buttons))
        self.bar.blockSignals(False)
        if first:
            self.show_tab(self._wanted)

    def _add_buttons(self, view: BlockView, key: str) -> None:
        """What a card offers beside its title."""
        actions = self.actions_of_customer
        if key == "risk":
            add_button(view, "Edit…", actions.set_risk, "Set risk score, tags and notes")
        elif key == "sentiment":
            add_button(view, "Edit…", actions.set_sentiment, "Say how this customer feels")
        elif key == "timeline":
            add_button(view, "Add note", actions.add_note, "Add a note (N)")
        elif key == "chi_history":
            add_button(view, "Undock", self._undock, "Show this chart in a panel of the window")

    def _undock(self) -> None:
        self.panelWanted.emit(CHI_PANEL)

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
