"""The window: rail, top bar, notices, documents in a host for docks. It wires, pages do the work."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from csmdesk.runtime import state as states
from csmdesk.views import theme
from csmdesk.views.first_frame import FirstFrameView, first_list, remember_place
from csmdesk.views.memory import Memory
from csmdesk.views.pages import CUSTOMER, FIRST_PAGE, PAGE, PAGES

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from csmdesk.domain.edits import Applied
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.runtime.desk import Desk
    from csmdesk.runtime.state import DeskState
    from csmdesk.views.charts.dock import ChiHistoryDock
    from csmdesk.views.page import Page
    from csmdesk.views.shell.documents import Documents
    from csmdesk.views.shell.notices import NoticeLine, Toast
    from csmdesk.views.shell.opening import Opening
    from csmdesk.views.shell.panels import Panels
    from csmdesk.views.shell.rail import Rail
    from csmdesk.views.shell.top_bar import TopBar

DEFAULT_SIZE = (1440, 900)
HAS_MENU_BAR = sys.platform == "darwin"
"""Elsewhere the rail's menu button opens the same menus."""


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


class MainWindow(QMainWindow):
    """Shows the first rows at once; `complete` makes the parts. `open_customer`, `open_page` and
    `apply_theme` are what links, pages and `shoot` call."""

    rail: Rail
    top_bar: TopBar
    documents: Documents
    opening: Opening
    notice: NoticeLine
    toast: Toast
    panels: Panels
    chi_dock: ChiHistoryDock

    def __init__(self, desk: Desk, window_settings_path: Path) -> None:
        super().__init__()
        self.desk = desk
        self.memory = Memory.at(str(window_settings_path))
        self.theme_name = str(self.memory.get("window/theme", theme.SYSTEM))
        self.compact = bool(self.memory.get("window/compact", False))
        self._told: tuple[str, ...] = ()
        self._asked = False
        self._complete = False
        theme.use_tokens(_application(), self.theme_name)
        self.setWindowTitle("CSMDesk")
        self.setMinimumSize(900, 600)
        geometry = self.memory.get_bytes("window/geometry")
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(*DEFAULT_SIZE)
        front = self.memory.get("window/front", PAGE + FIRST_PAGE) == PAGE + FIRST_PAGE
        first: Any = desk.first_rows
        rows = first_list(first) if front and first is not None else None
        self.setCentralWidget(FirstFrameView(rows, self.memory))

    def complete(self) -> None:
        """Make everything that the first frame does not show, and put it in its place.

        Called once the first frame is painted and before the desk starts; again does nothing.
        """
        if self._complete:
            return
        self._build()
        self._wire()
        self._restore()
        # Last: with a sheet in place, every part would be styled anew whenever it gets a parent.
        theme.use_sheet(_application())
        self._complete = True
        from csmdesk.views.charts.dock import ChiHistoryDock
        from csmdesk.views.shell.actions import add_menus
        from csmdesk.views.shell.dropping import FileDrop
        from csmdesk.views.shell.notices import NoticeLine, Toast
        from csmdesk.views.shell.panels import Panels

        self.notice = NoticeLine()
        self._right.insertWidget(self._right.indexOf(self.host), self.notice)
        self.toast = Toast(self._whole)
        FileDrop(self, self.import_files)
        self.panels = Panels(self.host, add_menus(self, HAS_MENU_BAR))
        self.chi_dock = ChiHistoryDock(self.desk)
        self.panels.add(self.chi_dock)
        self.host.restoreState(self.memory.get_bytes("window/docks"))
        self._wire_desk()
        current = self.documents.current()
        if current is not None:
            self._follow(current.key)

    # -- what others call ---------------------------------------------------------------------
    def open_page(self, key: str) -> None:
        self.opening.page(key)

    def import_files(self, paths: Sequence[Path] = ()) -> None:
        """The import dialog, on the Sources page: from the menu, or for what was dropped."""
        from csmdesk.views.pages.sources import SourcesPage

        self.open_page("sources")
        page = self.current_page()
        assert isinstance(page, SourcesPage)
        page.import_files(paths)

    def open_customer(self, customer_id: str, tab: str | None = None) -> None:
        """The customer's tab, at this sub-tab when one is named."""
        self.opening.customer(customer_id, tab)

    def apply_theme(self, name: str) -> None:
        """ "light", "dark" or "system"; remembered."""
        self.theme_name = name
        self.memory.put("window/theme", name)
        self._use_theme()

    def show_panel(self, name: str) -> None:
        """Bring a panel to sight by its object name."""
        self.panels.show(name)

    def current_page(self) -> Page | None:
        holder = self.documents.current()
        return holder.page if holder is not None else None

    # -- actions of the menus -----------------------------------------------------------------
    def sync_now(self) -> None:
        self._asked = True
        self.desk.sync_now()

    def run_now(self) -> None:
        self._asked = True
        self.desk.run_now()

    def cancel_job(self) -> None:
        self._asked = True
        self.desk.cancel()

    def close_tab(self) -> None:
        self.documents.close_at(self.documents.currentIndex())

    def find_in_page(self) -> None:
        page = self.current_page()
        if page is not None:
            page.open_find()

    def focus_search(self) -> None:
        self.top_bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top_bar.search.selectAll()

    def toggle_rail(self) -> None:
        self.rail.set_collapsed(not self.rail.collapsed)
        self.memory.put("window/narrow_rail", self.rail.collapsed)

    def toggle_compact(self) -> None:
        self.compact = not self.compact
        self.memory.put("window/compact", self.compact)
        from csmdesk.views.table import DataTable

        for table in self.findChildren(DataTable):
            table.set_compact(self.compact)

    def reset_layout(self) -> None:
        self.rail.set_collapsed(False)
        self.memory.drop("window/docks")
        from csmdesk.views.table import DataTable

        self.panels.reset()
        for table in self.findChildren(DataTable):
            table.layout_of_columns.reset()

    def show_shortcuts(self) -> None:
        from csmdesk.views.dialogs.shortcuts import ShortcutsDialog

        dialog = ShortcutsDialog(self.actions(), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- building -----------------------------------------------------------------------------
    def _build(self) -> None:
        from csmdesk.views.shell.documents import Documents
        from csmdesk.views.shell.opening import Opening
        from csmdesk.views.shell.rail import Rail
        from csmdesk.views.shell.top_bar import TopBar

        self.rail, self.top_bar = Rail(), TopBar()
        self.rail.menu_button.setHidden(HAS_MENU_BAR)
        self.documents = Documents()
        self.opening = Opening(self.documents, self.desk, self.memory, self.show_panel)
        self.host = QMainWindow()
        self.host.setWindowFlags(Qt.WindowType.Widget)
        self.host.setDockNestingEnabled(True)
        self.host.setCentralWidget(self.documents)
        self._right = QVBoxLayout()
        self._right.setSpacing(0)
        self._right.addWidget(self.top_bar)
        self._right.addWidget(self.host, 1)
        self._whole = QWidget()
        row = QHBoxLayout(self._whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(self._right, 1)
        self.setCentralWidget(self._whole)
        self.rail.set_collapsed(bool(self.memory.get("window/narrow_rail", False)))

    def _wire(self) -> None:
        desk, documents = self.desk, self.documents
        self.rail.pageWanted.connect(self.open_page)
        self.rail.sync_card.syncWanted.connect(self.sync_now)
        self.rail.sync_card.cancelWanted.connect(self.cancel_job)
        self.top_bar.scopeWanted.connect(desk.set_scope)
        self.top_bar.dayWanted.connect(desk.set_day)
        self.top_bar.search.customerWanted.connect(self.open_customer)
        documents.customerWanted.connect(self.open_customer)
        documents.pageWanted.connect(self.open_page)
        documents.shown.connect(self._document_shown)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme_changed)

    def _wire_desk(self) -> None:
        desk = self.desk
        desk.portfolioChanged.connect(self._portfolio_changed)
        desk.scopeChanged.connect(self._scope_changed)
        desk.stateChanged.connect(self._state_changed)
        desk.jobFinished.connect(self._job_finished)
        desk.jobFailed.connect(self._job_failed)
        desk.edited.connect(self._edited)
        desk.editRefused.connect(self.notice.say)

    # -- what changes -------------------------------------------------------------------------
    @Slot(object)
    def _portfolio_changed(self, portfolio: Portfolio) -> None:
        from csmdesk.models.counts import counts

        self.top_bar.show_portfolio(portfolio)
        wanted = [spec.count for spec in PAGES if spec.count]
        told = counts(portfolio, self.desk.scope, wanted)
        self.rail.set_counts({s.key: told[s.count] for s in PAGES if s.count in told})
        self.documents.offer(portfolio, self.desk.scope)
        if portfolio.notices != self._told and not self.notice.isVisible():
            self._told = portfolio.notices
            self.notice.tell(portfolio.notices)

    @Slot(object)
    def _scope_changed(self, scope: Scope) -> None:
        self.top_bar.show_scope(scope)
        portfolio = self.desk.portfolio
        if portfolio is not None and portfolio.day == scope.day:
            self._portfolio_changed(portfolio)

    @Slot(object)
    def _state_changed(self, state: DeskState) -> None:
        self.rail.set_state(state)
        self.top_bar.show_offline(state.headline if state.state == states.OFFLINE else "")

    @Slot(object)
    def _edited(self, applied: Applied) -> None:
        self.toast.say(applied.text, "Undo", self.desk.undo)

    @Slot(str, str)
    def _job_finished(self, _verb: str, summary: str) -> None:
        """Whoever asked is told; what ran by itself is told by the sync card's tooltip."""
        self.rail.sync_card.setToolTip(summary)
        if self._asked:
            self._asked = False
            self.toast.say(summary)

    @Slot(str, str, bool)
    def _job_failed(self, sentence: str, details: str, again: bool) -> None:
        self.notice.say(sentence, details, retry=self.desk.try_again if again else None)
        if self.desk.portfolio is None:
            self.documents.fail(sentence)

    @Slot(str)
    def _document_shown(self, key: str) -> None:
        page = key.removeprefix(PAGE) if key.startswith(PAGE) else FIRST_PAGE
        self.rail.set_current(page)
        if self._complete:
            self._follow(key)
        self.opening.remember()

    def _follow(self, key: str) -> None:
        """The panels tell of the document in front."""
        if key.startswith(CUSTOMER):
            self.chi_dock.show_customer(key.removeprefix(CUSTOMER))

    # -- theme and memory ---------------------------------------------------------------------
    def _use_theme(self) -> None:
        theme.apply_theme(_application(), self.theme_name)

    @Slot()
    def _system_theme_changed(self) -> None:
        if self.theme_name == theme.SYSTEM:
            self.apply_theme(theme.SYSTEM)

    def _restore(self) -> None:
        self.opening.restore()
        self.rail.set_state(self.desk.state)
        self.documents.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.memory.put_bytes("window/geometry", self.saveGeometry())
        if self._complete:
            self.documents.close_windows()
            self.opening.remember()
            self.memory.put_bytes("window/docks", self.host.saveState())
            current = self.documents.current()
            if current is not None and current.key == PAGE + FIRST_PAGE:
                remember_place(self.memory, self, current.ensure())
        self.memory.save()
        super().closeEvent(event)
