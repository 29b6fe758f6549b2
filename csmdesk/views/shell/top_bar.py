"""The top bar: find a customer, and the global CSM, Segment and As-of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from csmdesk.domain.texts import date_text
from csmdesk.views import theme
from csmdesk.views.icons import paint_icon
from csmdesk.views.widgets.controls import PillButton, PillMenu
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.views.shell.names import NameCompleter

ALL = ("All", "")
GLASS = 16
WITH_KEY = 260
"""Width from which the box has room for its shortcut beside the words."""


class SearchBox(QLineEdit):
    """Type a part of a name; Enter or a click opens the customer. Ctrl+K comes here."""

    customerWanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Find a customer")
        self.setAccessibleName("Find a customer")
        self.setMinimumWidth(200)
        self.setMaximumWidth(380)
        self.setFixedHeight(30)
        self._completer: NameCompleter | None = None
        self.returnPressed.connect(self._entered)
        self._key = plain_label("Ctrl K", "key")
        self._key.setParent(self)
        self._key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.textChanged.connect(self._hint)
        self.setTextMargins(GLASS + 10, 0, 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        box = QRectF(7, (self.height() - GLASS) / 2, GLASS, GLASS)
        paint_icon(painter, "search", box, theme.color("muted"))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self._key.sizeHint()
        self._key.setGeometry(
            self.width() - size.width() - 8,
            (self.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )
        self._hint(self.text())

    def _hint(self, text: str) -> None:
        self._key.setVisible(not text and self.width() >= WITH_KEY)

    def offer(self, names: list[str], ids: list[str]) -> None:
        """The customers to find: a name and an id each."""
        if self._completer is None:
            from csmdesk.views.shell.names import NameCompleter

            self._completer = NameCompleter(self)
            self._completer.customerPicked.connect(self._open)
            self.setCompleter(self._completer)
        self._completer.names.fill(names, ids)

    def best(self) -> str:
        """Id of the customer that Enter opens for what was typed; "" when there is none."""
        return self._completer.names.first_match(self.text()) if self._completer else ""

    def _entered(self) -> None:
        if self._completer is not None and not self._completer.pointed:
            self._open(self.best())

    def _open(self, customer_id: str) -> None:
        if customer_id:
            self.customerWanted.emit(customer_id)
            self.clear()


class TopBar(QFrame):
    """`scopeWanted(csm, segment)` and `dayWanted(day)` when a person chooses."""

    scopeWanted = Signal(str, str)
    dayWanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("topbar")
        self.setFixedHeight(48)
        self._today = self._day = 0
        self.search = SearchBox()
        self.offline = plain_label()
        self.offline.setObjectName("offline")
        self.offline.hide()
        self.csm = PillMenu("CSM", [ALL])
        self.segment = PillMenu("Segment", [ALL])
        self.as_of = PillButton("As of", "Today")
        self.csm.chosen.connect(self._chosen)
        self.segment.chosen.connect(self._chosen)
        self.as_of.clicked.connect(self._pick_day)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addStretch(1)
        row.addWidget(self.offline)
        for pill in (self.csm, self.segment, self.as_of):
            row.addWidget(pill)

    def show_portfolio(self, portfolio: Portfolio) -> None:
        """New choices; the names to find."""
        customers = portfolio.customers
        self.search.offer(
            [str(name or "") for name in customers["name"]], [str(key) for key in customers["id"]]
        )
        self.csm.set_choices([ALL, *((name, name) for name in portfolio.csms)], self.csm.key)
        self.segment.set_choices(
            [ALL, *((name, name) for name in portfolio.segments)], self.segment.key
        )
        self.show_day(self._day or portfolio.day, portfolio.today)

    def show_scope(self, scope: Scope) -> None:
        self.csm.set_key(scope.csm)
        self.segment.set_key(scope.segment)
        self.show_day(scope.day, self._today)

    def show_day(self, day: int, today: int) -> None:
        self._day, self._today = day, today
        self.as_of.set_value("Today" if day >= today else date_text(day))

    def show_offline(self, text: str) -> None:
        """The quiet chip; "" hides it."""
        self.offline.setText(text)
        self.offline.setVisible(bool(text))

    def _chosen(self) -> None:
        self.scopeWanted.emit(self.csm.key, self.segment.key)

    def _pick_day(self) -> None:
        if not self._today:
            return
        from csmdesk.views.shell.day_picker import DayPicker

        picker = DayPicker(self._day, self._today, self)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.picked.connect(self.dayWanted)
        picker.open_at(self.as_of)
