"""Sources: where every number comes from, how old it is, and what to do when it does not come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from csmdesk.domain.settings import Source
from csmdesk.domain.source_status import IMPORT
from csmdesk.models import sources as words
from csmdesk.runtime import state as states
from csmdesk.runtime.connecting import ConnectWish
from csmdesk.views.memory import Memory
from csmdesk.views.page import Page
from csmdesk.views.pages.source_list import SourceList
from csmdesk.views.pages.source_panel import SourcePanel
from csmdesk.views.widgets.cards import Card
from csmdesk.views.widgets.controls import button
from csmdesk.views.widgets.states import EmptyState, Saying
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.cancel import Progress
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.domain.source_status import SourceStatus
    from csmdesk.runtime.desk import Desk
    from csmdesk.runtime.state import DeskState

LOADING = Saying("Looking at the sources…", "What is connected and how old it is.", icon="sync")
PANEL_HEIGHT = 200


class SourcesPage(Page):
    """A list of systems above, the chosen one below; everything it does goes through the desk."""

    def __init__(self, desk: Desk, memory: Memory) -> None:
        super().__init__(desk, memory)
        self.chosen = ""
        self._read = ""
        """The system that is being read, "" when none is."""
        self.sync_all = button("Sync all now", desk.sync_now, tip="Ctrl+R")
        self.connect_button = button("Connect a source", self.connect_source, kind="primary")
        self.list = SourceList()
        self.panel = SourcePanel(memory)
        self._state = EmptyState(LOADING)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._state)
        self._stack.addWidget(self._content())
        self.box.addLayout(self._head())
        self.box.addWidget(self._stack, 1)
        self.list.chosen.connect(self.choose)
        self.list.wanted.connect(self.act)
        sources = desk.sources
        self.panel.stopped.connect(sources.stop)
        self.panel.wanted.connect(self.act)
        sources.changed.connect(self._show)
        sources.unreadable.connect(self._unreadable)
        sources.tested.connect(self._tested)
        sources.failed.connect(lambda sentence: self.panel.say(sentence, "poor"))
        desk.stateChanged.connect(self._state_changed)
        self.setFocusProxy(self.connect_button)

    @property
    def waits(self) -> bool:
        return not self.list.rows

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.desk.sources.refresh()

    def show_portfolio(self, portfolio: Portfolio, scope: Scope) -> None:
        """What the page tells does not hang on the portfolio, but a new one came from a read."""
        if self.isVisible():
            self.desk.sources.refresh()

    # -- what a person does -------------------------------------------------------------------
    @Slot(str)
    def choose(self, system: str) -> None:
        self.chosen = system
        self._show_chosen()

    def connect_source(self, system: str = "") -> None:
        """Open the dialog that asks for a key, for this system first."""
        from csmdesk.views.dialogs.connect import ConnectDialog

        ConnectDialog(self.desk, self, system or self._first_unconnected()).open()

    def import_files(self, paths: Sequence[Path] = ()) -> None:
        """Open the import dialog beside the window, with these files and folders when given."""
        from csmdesk.views.dialogs.importing import ImportDialog

        dialog = ImportDialog(self.desk, self.memory, self.window(), paths)
        dialog.refusedWanted.connect(lambda: self.choose(IMPORT))
        dialog.show()

    def preview_writes(self) -> None:
        """Open what would be written to the CRM, beside the window."""
        from csmdesk.views.dialogs.outgoing import OutgoingDialog

        dialog = OutgoingDialog(self.desk, self.memory, self.window())
        dialog.customerWanted.connect(lambda customer: self.customerWanted.emit(customer, ""))
        dialog.show()

    @Slot(str, str)
    def act(self, system: str, verb: str) -> None:
        """One of `models.sources.actions`, or "cancel" for the read that runs."""
        status = self._status(system)
        if status is None:
            return
        self.choose(system)
        sources = self.desk.sources
        verbs: dict[str, Callable[[], object]] = {
            "sync": lambda: sources.sync(system),
            "cancel": self.desk.cancel,
            "reload": lambda: self._ask_reload(status),
            "test": lambda: self._test(status),
            "connect": lambda: self.connect_source(system),
            "key": lambda: self._change_key(status),
            "fields": lambda: self._choose_fields(status),
            "pause": lambda: sources.pause(system, paused=True),
            "resume": lambda: sources.pause(system, paused=False),
            "disconnect": lambda: self._ask_disconnect(status),
            "erase": lambda: self._ask_erase(status),
            "import": self.import_files,
            "outgoing": self.preview_writes,
        }
        verbs[verb]()

    # -- building -----------------------------------------------------------------------------
    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(plain_label("Sources", "heading"))
        row.addWidget(plain_label("where every number comes from, and how old it is", "small"))
        row.addStretch(1)
        row.addWidget(self.sync_all)
        row.addWidget(self.connect_button)
        self.connect_button.setVisible(not self.desk.demo)
        return row

    def _content(self) -> QWidget:
        card = Card(padded=False)
        card.box.addWidget(self.list)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(12)
        self._splitter.addWidget(card)
        self._splitter.addWidget(self.panel)
        self._splitter.setStretchFactor(1, 1)
        self.panel.setMinimumHeight(PANEL_HEIGHT)
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._splitter)
        return holder

    # -- what changes -------------------------------------------------------------------------
    @Slot(object)
    def _show(self, statuses: tuple[SourceStatus, ...]) -> None:
        first = not self.list.rows
        reading = self._reading()
        self.list.show_statuses(statuses, self.desk.now(), reading, demo=self.desk.demo)
        if first:
            below = max(self._stack.height() - self.list.full_height(), PANEL_HEIGHT)
            self._splitter.setSizes([self.list.full_height(), below])
        self.chosen = self.chosen or statuses[0].system
        self._show_chosen()
        self._stack.setCurrentIndex(1)
        if first and self.isVisible():
            self.list.rows[self.chosen].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_chosen(self) -> None:
        status = self._status(self.chosen)
        if status is None:
            return
        due = self.desk.state.next_run
        self.list.choose(self.chosen)
        self.panel.show_status(status, self.desk.now(), f"{due:%a %H:%M}" if due else "")

    @Slot(str)
    def _unreadable(self, sentence: str) -> None:
        retry = self.desk.sources.refresh
        self._state.say(
            Saying("The sources cannot be listed", sentence, "Try again", retry, "warning")
        )
        self._stack.setCurrentIndex(0)

    @Slot(object)
    def _state_changed(self, state: DeskState) -> None:
        """Show what is read now; once it is another system, or none, look at all of them again."""
        reading = self._reading()
        now = next(iter(reading), "")
        self.sync_all.setEnabled(state.state != states.WORKING)
        if now != self._read:
            self._read = now
            if self.isVisible():
                self.desk.sources.refresh()
        row = self.list.rows.get(now)
        if row is not None and row.status is not None:
            row.show_status(row.status, self.desk.now(), reading[now], demo=self.desk.demo)

    @Slot(str, str, bool)
    def _tested(self, _system: str, sentence: str, works: bool) -> None:
        self.panel.say(sentence, "good" if works else "poor")

    def _reading(self) -> dict[str, Progress]:
        """The system that the running job reads; progress keys begin with its name."""
        progress = self.desk.state.progress
        if self.desk.state.state != states.WORKING or progress is None:
            return {}
        return {progress.key.partition(".")[0]: progress}

    def _status(self, system: str) -> SourceStatus | None:
        return next((one for one in self.desk.sources.statuses if one.system == system), None)

    def _first_unconnected(self) -> str:
        """What the dialog offers first: the chosen system, else the first that is missing."""
        missing = [
            one.system
            for one in self.desk.sources.statuses
            if words.actions(one, demo=False)[0].verb == "connect"
        ]
        return self.chosen if self.chosen in missing else next(iter(missing), "")

    # -- verbs that ask first -----------------------------------------------------------------
    def _test(self, status: SourceStatus) -> None:
        self.panel.say(f"Asking {status.title}…", asking=True)
        self.desk.sources.test(ConnectWish(Source(system=status.system)))

    def _change_key(self, status: SourceStatus) -> None:
        from csmdesk.views.dialogs.connect import ConnectDialog

        ConnectDialog(self.desk, self, status.system, status).open()

    def _choose_fields(self, status: SourceStatus) -> None:
        from csmdesk.views.dialogs.fields import FieldsDialog

        FieldsDialog(self.desk, status, self).open()

    def _ask_reload(self, status: SourceStatus) -> None:
        from csmdesk.views.dialogs.question import Question

        run = self.desk.sources.reload
        Question(
            f"Read everything of {status.title} again?",
            words.reload_cost(status),
            [("Read everything", lambda: run(status.system))],
            self,
        ).open()

    def _ask_disconnect(self, status: SourceStatus) -> None:
        from csmdesk.views.dialogs.question import Question

        run = self.desk.sources.disconnect_system
        stored = words.things(status)
        text = (
            f"The key of {status.title} is removed from this computer and it is read no more. "
            f"Keep what was read ({stored}), or erase it? Notes, tags and tasks stay either way."
            if stored
            else f"The key of {status.title} is removed from this computer."
        )
        erase = ("Erase the data", lambda: run(status.system, erase=True))
        keep = (
            "Keep the data" if stored else "Disconnect",
            lambda: run(status.system, erase=False),
        )
        Question(
            f"Disconnect {status.title}?", text, [erase, keep] if stored else [keep], self
        ).open()

    def _ask_erase(self, status: SourceStatus) -> None:
        from csmdesk.views.dialogs.question import Question

        text = (
            f"{words.things(status)} are deleted here; {status.title} itself is not touched. "
            "Customers that only it knew disappear. Notes, tags and tasks stay."
        )
        run = self.desk.submit
        Question(
            f"Erase what was read from {status.title}?",
            text,
            [("Erase the data", lambda: run("erase", {"source": status.system}))],
            self,
        ).open()
