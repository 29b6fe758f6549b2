"""What would be written to the CRM, what waits to be sent, what was written; write now, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.texts import plural
from csmdesk.models import outgoing as words
from csmdesk.runtime import state as states
from csmdesk.views.dialogs.outgoing_tables import OutgoingTables
from csmdesk.views.dialogs.question import Question
from csmdesk.views.memory import Memory
from csmdesk.views.widgets.cards import set_tone
from csmdesk.views.widgets.controls import button, foot
from csmdesk.views.widgets.states import EmptyState, Saying
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.runtime.desk import Desk
    from csmdesk.runtime.state import DeskState

WAITING, SHOWN, WORKING = range(3)
LOOK, WRITE = "outgoing", "write_back"
"""Jobs of this dialog; progress keys are the same."""


class OutgoingDialog(QDialog):
    """Beside the window: a write goes on when this is closed. `customerWanted` (customer id)."""

    customerWanted = Signal(str)

    def __init__(self, desk: Desk, memory: Memory, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Written to the CRM")
        self.resize(1000, 620)
        self.told: words.Told | None = None
        self._desk = desk
        self._running = ""
        """The job that was asked for and has not ended, "" when none."""
        self._outcome = "", ""
        self.tables = OutgoingTables(memory)
        self.tables.said.connect(self._say)
        self.tables.customerWanted.connect(self.customerWanted)
        self.state = EmptyState(Saying(""))
        self.headline, self.said = plain_label(role="small"), plain_label(role="small")
        for label in (self.headline, self.said):
            label.setWordWrap(True)
        self.always = QCheckBox("Write after every run")
        self.always.clicked.connect(self._turn)
        self.back_button = button("Put the former values back…", self._ask_back)
        self.write_button = button("Write now…", self._ask_write, kind="primary")
        self.working, self.bar = plain_label(), QProgressBar()
        self.bar.setTextVisible(False)
        self._stack = QStackedWidget()
        for page in (self.state, self._shown_page(), self._working_page()):
            self._stack.addWidget(page)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.addWidget(self._stack)
        desk.jobSummary.connect(self._summary)
        desk.jobFinished.connect(self._finished)
        desk.jobFailed.connect(self._failed)
        desk.stateChanged.connect(self._state_changed)
        desk.sources.scoresTurned.connect(self.look)
        desk.sources.failed.connect(self._not_turned)
        self.look()

    # -- what a person does -------------------------------------------------------------------
    @Slot()
    def look(self) -> None:
        """Compare again; what is shown stays until the answer comes."""
        if self._running:
            return
        self._running = LOOK
        if self.told is None:
            self._wait("Comparing with what was written…", "The CRM is not asked.")
        self._desk.submit(LOOK)

    def write(self) -> None:
        self._work({"once": True})

    def put_back(self) -> None:
        self._work({"undo": True})

    def _ask_write(self) -> None:
        assert self.told is not None
        count, system = (
            plural(words.records_to_write(self.told), "record"),
            words.systems(self.told),
        )
        text, answer = words.WRITE_TEXT.format(system), (f"Write {count}", self.write)
        Question(f"Write the scores of {count} to {system}?", text, [answer], self).open()

    def _ask_back(self) -> None:
        assert self.told is not None
        count = plural(self.told["held"], "record")
        answer = ("Put them back", self.put_back)
        Question(f"Put the former values of {count} back?", words.BACK_TEXT, [answer], self).open()

    @Slot(bool)
    def _turn(self, on: bool) -> None:
        turn = self._desk.sources.write_scores
        if not on:
            turn(on=False)
            return
        self.always.setChecked(False)  # until a person has agreed and it is kept
        answer = ("Write after every run", lambda: turn(on=True))
        Question("Write scores after every run?", words.TURN_ON_TEXT, [answer], self).open()

    # -- the jobs -----------------------------------------------------------------------------
    def _work(self, args: dict[str, Any]) -> None:
        if self._running:
            return
        self._running = WRITE
        self.working.setText("Waiting for the running job…")
        self.bar.setRange(0, 0)
        self._stack.setCurrentIndex(WORKING)
        self._desk.submit(WRITE, args)

    def _cancel(self) -> None:
        """Also of a job that waits for another."""
        self._desk.cancel(self._running)

    @Slot(str, object)
    def _summary(self, verb: str, summary: dict[str, Any]) -> None:
        if not self._ended(verb):
            return
        if verb == LOOK:
            self._show(summary)
            return
        problems = " ".join(summary["problems"])
        tone = "poor" if problems or summary["refused"] else "good"
        self._outcome = f"{summary['text']} {problems}".strip(), tone
        self.look()

    @Slot(str, str)
    def _finished(self, verb: str, sentence: str) -> None:
        """Only one that was cancelled has not ended by its summary before."""
        if not self._ended(verb):
            return
        if verb == LOOK:
            again = Saying("Nothing was compared", sentence, "Try again", self.look, "warning")
            self.state.say(again)
            return
        self._outcome = "Cancelled. What was written so far stays and can be put back.", "neutral"
        self.look()

    @Slot(str, str, bool, str)
    def _failed(self, sentence: str, _details: str, _again: bool, verb: str) -> None:
        if not self._ended(verb):
            return
        if self.told is None:
            self.state.say(Saying("That did not work", sentence, "Try again", self.look, "warning"))
            return
        self._stack.setCurrentIndex(SHOWN)
        self._say(sentence, "poor")

    def _ended(self, verb: str) -> bool:
        """Whether the job that this dialog waits for has ended."""
        if verb != self._running:
            return False
        self._running = ""
        return True

    @Slot(object)
    def _state_changed(self, state: DeskState) -> None:
        progress = state.progress
        if state.state != states.WORKING or progress is None or self._running != WRITE:
            return
        own = progress.key == WRITE
        self.working.setText(progress.text if own else f"Waiting: {progress.text}")
        self.bar.setRange(0, progress.total if own else 0)
        self.bar.setValue(progress.done if own else 0)

    @Slot(str)
    def _not_turned(self, sentence: str) -> None:
        if self.told is not None:
            self.always.setChecked(self.told["on"])
            self._say(sentence, "poor")

    # -- showing ------------------------------------------------------------------------------
    def _wait(self, title: str, text: str) -> None:
        self.state.say(Saying(title, text, "Cancel", self._cancel, "sync"))
        self._stack.setCurrentIndex(WAITING)

    def _show(self, told: words.Told) -> None:
        first = self.told is None
        self.told = told
        self.tables.show_told(told, self._desk.now())
        self.headline.setText(words.headline(told))
        set_tone(self.headline, "poor" if told["problem"] else "")
        self.always.setChecked(told["on"])
        self.write_button.setEnabled(bool(told["rows"]))
        self.back_button.setEnabled(bool(told["held"]))
        self._say(*self._outcome)
        self._outcome = "", ""
        self._stack.setCurrentIndex(SHOWN)
        if first:
            self.tables.table.setFocus()

    @Slot(str, str)
    def _say(self, text: str, tone: str) -> None:
        self.said.setText(text)
        set_tone(self.said, tone)
        self.said.setVisible(bool(text))

    # -- building -----------------------------------------------------------------------------
    def _shown_page(self) -> QWidget:
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        box.addWidget(plain_label("Written to the CRM", "heading"))
        box.addWidget(self.headline)
        box.addWidget(self.tables, 1)
        box.addWidget(self.said)
        close = button("Close", self.reject)
        box.addLayout(foot(self.always, None, self.back_button, close, self.write_button))
        return page

    def _working_page(self) -> QWidget:
        page = QWidget()
        box = QVBoxLayout(page)
        box.setSpacing(10)
        box.addStretch(1)
        told = "You can close this; the write goes on and the sync card tells."
        for widget in (self.working, self.bar, plain_label(told, "small")):
            box.addWidget(widget)
        box.addStretch(1)
        box.addLayout(foot(None, button("Cancel", self._cancel)))
        return page
