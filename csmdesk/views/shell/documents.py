"""Document tabs: pages and customers, closable, movable, detachable, built when first shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QTabBar, QTabWidget, QVBoxLayout, QWidget

from csmdesk.views.page import Page
from csmdesk.views.widgets.controls import IconButton, literal

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope

Build = Callable[[], Page]


class Holder(QWidget):
    """One document: a key, a title, and its page once somebody looked at it."""

    def __init__(self, key: str, title: str, build: Build, *, cross: bool) -> None:
        super().__init__()
        self.key, self.title, self.cross = key, title, cross
        self.page: Page | None = None
        self._build = build
        self._stale = True
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)

    def ensure(self) -> Page:
        if self.page is None:
            self.page = self._build()
            self._box.addWidget(self.page)
            self.setFocusProxy(self.page)
        return self.page

    def offer(self, portfolio: Portfolio | None, scope: Scope, *, visible: bool) -> None:
        """A changed snapshot or scope: shown now, or when the document is shown next."""
        if not visible:
            self._stale = True
        elif portfolio is not None:
            self._stale = False
            self.ensure().show_portfolio(portfolio, scope)

    @property
    def stale(self) -> bool:
        return self._stale


class DetachedWindow(QWidget):
    """A document in a window of its own; closing it puts it back among the tabs."""

    closed = Signal(object)

    def __init__(self, holder: Holder, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.holder = holder
        self.setObjectName("page")
        self.setWindowTitle(f"{holder.title} – CSMDesk")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(holder)
        holder.show()
        self.resize(1000, 720)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit(self)


class Documents(QTabWidget):
    """Keys are "page:customers" or "customer:<id>". `shown(key)` tells which one is in front."""

    shown = Signal(str)
    arranged = Signal()
    customerWanted = Signal(str, str)
    pageWanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("documents")
        self.setMovable(True)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setUsesScrollButtons(True)
        bar = self.tabBar()
        bar.setObjectName("documentbar")
        bar.setAccessibleName("Open documents")
        bar.setExpanding(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        bar.customContextMenuRequested.connect(self._open_menu)
        bar.tabMoved.connect(self.arranged)
        self.detached: list[DetachedWindow] = []
        self._portfolio: Portfolio | None = None
        self._scope: Scope | None = None
        self._failure = ""
        self.currentChanged.connect(self._current_changed)

    # -- documents ----------------------------------------------------------------------------
    def keys(self) -> list[str]:
        return [self.holder(place).key for place in range(self.count())]

    def holder(self, place: int) -> Holder:
        found = self.widget(place)
        assert isinstance(found, Holder)
        return found

    def current(self) -> Holder | None:
        found = self.currentWidget()
        return found if isinstance(found, Holder) else None

    def put(self, key: str, title: str, build: Build, *, cross: bool) -> Holder:
        """The document of this key, added behind the others when it is not open; not yet shown."""
        for holder in self._all():
            if holder.key == key:
                return holder
        holder = Holder(key, title, build, cross=cross)
        self._add(holder)
        self.arranged.emit()
        return holder

    def show_document(self, holder: Holder) -> None:
        for window in self.detached:
            if window.holder is holder:
                window.raise_()
                window.activateWindow()
                return
        self.setCurrentWidget(holder)

    def close_at(self, place: int) -> None:
        """Close a document; the last one stays."""
        if self.count() < 2 or not 0 <= place < self.count():
            return
        holder = self.holder(place)
        self.removeTab(place)
        holder.deleteLater()
        self.arranged.emit()

    def step(self, by: int) -> None:
        if self.count():
            self.setCurrentIndex((self.currentIndex() + by) % self.count())

    def detach(self, place: int) -> None:
        if self.count() < 2:
            return
        holder = self.holder(place)
        self.removeTab(place)
        window = DetachedWindow(holder, self.window())
        window.closed.connect(self._attach)
        self.detached.append(window)
        self._refresh(holder)
        window.show()

    def close_windows(self) -> None:
        """At the end of the program."""
        for window in list(self.detached):
            window.close()

    # -- data ---------------------------------------------------------------------------------
    def offer(self, portfolio: Portfolio | None, scope: Scope) -> None:
        self._portfolio, self._scope, self._failure = portfolio, scope, ""
        current = self.current()
        apart = {id(window.holder) for window in self.detached}
        for holder in self._all():
            visible = holder is current or id(holder) in apart
            holder.offer(portfolio, scope, visible=visible)

    def fail(self, sentence: str) -> None:
        """No snapshot can be had, and why; told by every page until there is one."""
        self._failure = sentence
        for holder in self._all():
            if holder.page is not None:
                holder.page.show_failure(sentence)

    # -- inner --------------------------------------------------------------------------------
    def _all(self) -> list[Holder]:
        tabs = [self.holder(place) for place in range(self.count())]
        return tabs + [window.holder for window in self.detached]

    def _add(self, holder: Holder) -> None:
        place = self.addTab(holder, literal(holder.title))
        if holder.cross:
            cross = IconButton("close", "Close tab", "Close (Ctrl+W)", size=12, side=18)
            cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            cross.clicked.connect(lambda: self.close_at(self.indexOf(holder)))
            self.tabBar().setTabButton(place, QTabBar.ButtonPosition.RightSide, cross)

    def _current_changed(self, _place: int) -> None:
        holder = self.current()
        if holder is None:
            return
        self._refresh(holder)
        self.setFocusProxy(holder)
        self.shown.emit(holder.key)

    def _refresh(self, holder: Holder) -> None:
        fresh = holder.page is None
        page = holder.ensure()
        if fresh:
            page.customerWanted.connect(self.customerWanted)
            page.pageWanted.connect(self.pageWanted)
            page.titleChanged.connect(lambda title: self._rename(holder, title))
            if self._failure:
                page.show_failure(self._failure)
        if holder.stale and self._scope is not None:
            holder.offer(self._portfolio, self._scope, visible=True)

    def _rename(self, holder: Holder, title: str) -> None:
        holder.title = title
        place = self.indexOf(holder)
        if place >= 0:
            self.setTabText(place, literal(title))

    def _attach(self, window: DetachedWindow) -> None:
        self.detached.remove(window)
        self._add(window.holder)
        self.setCurrentWidget(window.holder)
        window.deleteLater()

    def _open_menu(self, at: QPoint) -> None:
        place = self.tabBar().tabAt(at)
        if place < 0:
            return
        from PySide6.QtWidgets import QMenu

        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        several = self.count() > 1
        menu.addAction("Move to its own window", lambda: self.detach(place)).setEnabled(several)
        menu.addAction("Close", lambda: self.close_at(place)).setEnabled(several)
        menu.popup(self.tabBar().mapToGlobal(at))
