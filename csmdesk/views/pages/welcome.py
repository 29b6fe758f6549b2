"""The first minute of a new workspace: connect a system, import files, or explore the demo."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QProcess, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from csmdesk.runtime import state as states
from csmdesk.views import theme
from csmdesk.views.icons import paint_icon
from csmdesk.views.memory import Memory
from csmdesk.views.widgets.cards import Card
from csmdesk.views.widgets.controls import button
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.runtime.desk import Desk
    from csmdesk.runtime.state import DeskState

DEMO = ("-m", "csmdesk", "--demo")
TITLE = "Welcome. Where is your portfolio?"
CONNECT = (
    "HubSpot first; billing, product usage and support can follow. CSMDesk only reads; "
    "the key stays in this computer's keyring."
)
IMPORT = (
    "CSV, Parquet or XLSX: customers at least, and subscriptions, invoices, usage, tickets as "
    "you have them, from any program. Importing again updates."
)
EXPLORE = (
    "A made-up portfolio of 214 customers in a workspace of its own, served by a small "
    "program on this computer. The same as “csmdesk --demo”."
)


class _Picture(QWidget):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setFixedSize(QSize(28, 28))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, self._name, QRectF(2, 2, 24, 24), theme.color("accent"))
        painter.end()


class Choice(Card):
    """One of the three ways to begin."""

    def __init__(
        self, icon: str, title: str, text: str, action: str, run: Callable[[], object], kind: str
    ) -> None:
        super().__init__()
        self.setAccessibleName(title)
        words = plain_label(text, "small")
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.button = button(action, run, kind=kind)
        self.box.setContentsMargins(16, 16, 16, 16)
        self.box.addWidget(_Picture(icon))
        self.box.addWidget(plain_label(title, "strong"))
        self.box.addWidget(words, 1)
        self.box.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)


class Welcome(QWidget):
    """Three choices, and one line that says what is going on. `connectWanted`: the first one,
    `importWanted`: the second."""

    connectWanted = Signal()
    importWanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self.connect_choice = Choice(
            "sync", "Connect your CRM", CONNECT, "Connect…", self.connectWanted.emit, "primary"
        )
        self.import_choice = Choice(
            "inbox", "Import files", IMPORT, "Choose files…", self.importWanted.emit, ""
        )
        self.demo_choice = Choice(
            "dashboard", "Explore the demo", EXPLORE, "Open the demo", self._open_demo, ""
        )
        self.said = plain_label("", "small")
        self.said.setWordWrap(True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.setSpacing(12)
        for choice in (self.connect_choice, self.import_choice, self.demo_choice):
            row.addWidget(choice, 1)
        title = plain_label(TITLE, "heading")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 24, 24, 24)
        box.setSpacing(16)
        box.addStretch(1)
        box.addWidget(title)
        box.addLayout(row)
        box.addWidget(self.said)
        box.addStretch(2)
        desk.stateChanged.connect(self._state_changed)
        desk.sources.connected.connect(self._source_connected)
        desk.jobFailed.connect(self._failed)

    def _open_demo(self) -> None:
        """A program of its own: the demo never shares a workspace with real data."""
        started, _pid = QProcess.startDetached(sys.executable, list(DEMO))
        self.said.setText(
            "The demo opens in a window of its own."
            if started
            else "The demo could not be started. Type “csmdesk --demo” in a terminal."
        )

    @Slot(str)
    def _source_connected(self, title: str) -> None:
        self.said.setText(f"{title} is connected and being read.")

    @Slot(str, str)
    def _failed(self, _sentence: str, _details: str) -> None:
        """The window's notice says why."""
        self.said.setText("")

    @Slot(object)
    def _state_changed(self, state: DeskState) -> None:
        if state.state == states.WORKING:
            self.said.setText(state.headline)


class WelcomeGate(QObject):
    """Covers a page with the welcome while the workspace is new; made only when it is.

    `connectWanted`: a person wants to connect a system.
    """

    connectWanted = Signal()

    def __init__(self, desk: Desk, page: QWidget, memory: Memory) -> None:
        super().__init__(page)
        self._desk, self._page, self._memory = desk, page, memory
        self.welcome: Welcome | None = None
        desk.stateChanged.connect(self._look)
        desk.portfolioChanged.connect(self._look)
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.welcome is not None:
            self.welcome.setGeometry(self._page.rect())
        return False

    @Slot(object)
    def _look(self, _changed: DeskState | Portfolio) -> None:
        if not self._desk.is_new:
            if self.welcome is not None:
                self.welcome.deleteLater()
                self.welcome = None
            return
        if self.welcome is None:
            self.welcome = Welcome(self._desk, self._page)
            self.welcome.connectWanted.connect(self.connectWanted)
            self.welcome.importWanted.connect(self._import)
            self.welcome.setGeometry(self._page.rect())
            self.welcome.show()
            self.welcome.raise_()

    def _import(self) -> None:
        """The dialog outlives the welcome, which goes as soon as there are customers."""
        from csmdesk.views.dialogs.importing import ImportDialog

        dialog = ImportDialog(self._desk, self._memory, self._page.window())
        dialog.refusedWanted.connect(self.connectWanted)
        dialog.show()
