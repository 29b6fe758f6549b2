"""Dashboard: greeting, four counters, the tasks of the day, notifications, upcoming renewals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from csmdesk.models.columns import Column
from csmdesk.models.dashboard import FILTERS, greeting, run_line, since_word
from csmdesk.models.rows import ColumnRows, Rows
from csmdesk.models.table import TableModel
from csmdesk.models.tasks import RULE_TITLES, TASK_COLUMNS, task_rows
from csmdesk.views import theme
from csmdesk.views.memory import Memory
from csmdesk.views.page import Page
from csmdesk.views.pages.dashboard_counters import Counters
from csmdesk.views.pages.dashboard_side import Notifications, RenewalsCard
from csmdesk.views.table import DataTable
from csmdesk.views.widgets.cards import Card
from csmdesk.views.widgets.controls import PillMenu
from csmdesk.views.widgets.elastic import ElasticColumns
from csmdesk.views.widgets.flow import FlowLayout
from csmdesk.views.widgets.labels import ElidedLabel
from csmdesk.views.widgets.states import Saying
from csmdesk.views.widgets.task_actions import TaskActions
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.engine.figures.dashboard import Filters
    from csmdesk.runtime.desk import Desk

REMEMBERED = "dashboard/filters"
SIDE_FROM = 1_000
"""Width in pixels from which the right column is shown."""
SIDE_WIDTH = 320
WIDTHS = {"priority": 84, "customer": 140, "category": 96, "status": 118, "due": 114, "chi": 54}
"""Narrower than on the Tasks page, for the right column's sake."""


def _type(rows: Rows, row: int) -> str:
    rule = str(rows.get("rule", row) or "")
    return RULE_TITLES.get(rule, rule)


def _columns() -> tuple[Column, ...]:
    """The task columns, the category told by its type alone; the filter above has both."""
    made = [replace(column, width=WIDTHS.get(column.key, column.width)) for column in TASK_COLUMNS]
    return tuple(
        replace(column, title="Type", text=_type, sort="rule")
        if column.key == "category"
        else column
        for column in made
    )


class DashboardPage(Page):
    """The first page of the day."""

    def __init__(self, desk: Desk, memory: Memory) -> None:
        super().__init__(desk, memory)
        self._portfolio: Portfolio | None = None
        self._scope: Scope | None = None
        self._rows: ColumnRows | None = None
        kept = memory.get(REMEMBERED, {})
        self._kept: dict[str, str] = kept if isinstance(kept, dict) else {}
        self.greeting = plain_label("", "heading")
        self.line = ElidedLabel(px=theme.SMALL_PX, color="muted")
        self.notices = plain_label("", "small")
        self.notices.setWordWrap(True)
        self.counters = Counters()
        self.filters: dict[str, PillMenu] = {}
        self.table = self._make_table()
        self.actions_of_tasks = TaskActions(self.table, desk)
        self.notifications = Notifications()
        self.notifications.opened.connect(self._open_alert)
        self.renewals = RenewalsCard(memory)
        self.side = self._make_side()
        head = FlowLayout(12, 4)
        head.addWidget(self.greeting)
        head.addWidget(self.line)
        self.box.addLayout(head)
        self.box.addWidget(self.notices)
        self.box.addWidget(self.counters)
        self.box.addLayout(self._controls())
        row = QHBoxLayout()
        row.setSpacing(12)
        card = Card(padded=False)
        card.box.addWidget(self.table)
        row.addWidget(card, 1)
        row.addWidget(self.side)
        self.box.addLayout(row, 1)
        self.notices.hide()
        self.setFocusProxy(self.table)
        self._greet()

    def show_portfolio(self, portfolio: Portfolio, scope: Scope) -> None:
        from csmdesk.engine.figures.alerts import notifications
        from csmdesk.engine.figures.dashboard import dashboard

        if portfolio is not self._portfolio:
            self._rows = task_rows(portfolio)
        self._portfolio, self._scope = portfolio, scope
        board = dashboard(portfolio, scope, listed=False)
        self._greet()
        self.line.setText(run_line(board, self.desk.now()))
        self.notices.setText("\n".join(board.notices))
        self.notices.setVisible(bool(board.notices))
        self.counters.show_counters(board.counters, since_word(board.since, board.day))
        self._show_tasks()
        self.notifications.show_rows(notifications(portfolio, scope), portfolio.day)
        self.renewals.show_portfolio(portfolio, scope)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.side.setVisible(event.size().width() >= SIDE_FROM)

    # -- building -----------------------------------------------------------------------------
    def _make_table(self) -> DataTable:
        empty = Saying("No tasks yet", "The twelve rules make them when the engine runs.")
        model = TableModel(_columns(), self)
        table = DataTable(model, "dashboard", "Tasks", self.memory, empty)
        if not model.sort_keys:
            model.sort_keys = [("priority", True), ("due", False)]
        table.nothing_found = Saying(
            "Nothing to do here",
            "No task passes the filters.",
            "Show all open tasks",
            self.reset_filters,
            "tasks",
        )
        table.opened.connect(self._open_task)
        ElasticColumns(table, ("task",))
        return table

    def _make_side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.notifications, 5)
        column.addWidget(self.renewals, 4)
        return side

    def _controls(self) -> QHBoxLayout:
        flow = FlowLayout(8, 8)
        for field, label, choices in FILTERS:
            menu = PillMenu(label)
            known = {key for _, key in choices}
            kept = self._kept.get(field, choices[0][1])
            menu.set_choices(choices, kept if kept in known else choices[0][1])
            menu.chosen.connect(self._filters_changed)
            self.filters[field] = menu
            flow.addWidget(menu)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addLayout(flow, 1)
        row.addLayout(self.actions_of_tasks.buttons)
        return row

    def _greet(self) -> None:
        self.greeting.setText(greeting(self.desk.now(), self.desk.person()))

    # -- filters and rows ---------------------------------------------------------------------
    def chosen(self) -> Filters:
        from csmdesk.engine.figures.dashboard import Filters

        return Filters(**{field: menu.key for field, menu in self.filters.items()})

    def reset_filters(self) -> None:
        for field, _, choices in FILTERS:
            self.filters[field].set_key(choices[0][1])
        self.table.clear_find()
        self._filters_changed()

    @Slot()
    def _filters_changed(self) -> None:
        self.memory.put(REMEMBERED, {field: menu.key for field, menu in self.filters.items()})
        self._show_tasks()

    def _show_tasks(self) -> None:
        if self._portfolio is None or self._scope is None or self._rows is None:
            return
        from csmdesk.engine.figures.customers import members
        from csmdesk.engine.figures.dashboard import filter_mask

        mine = members(self._portfolio, self._scope)[self._portfolio.tasks.ints("customer")]
        self.table.set_rows(self._rows, mine & filter_mask(self._portfolio, self.chosen()))

    @Slot(str)
    def _open_task(self, key: str) -> None:
        assert self._rows is not None
        place = list(self._rows.keys).index(key)
        self.customerWanted.emit(str(self._rows.get("customer_id", place)), "tasks")

    @Slot(str)
    def _open_alert(self, customer_id: str) -> None:
        self.customerWanted.emit(customer_id, "retention")
