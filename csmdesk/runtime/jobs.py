"""The worker's jobs as the window sees them: handed over, followed, and what the sync card shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from csmdesk.runtime import state as states
from csmdesk.runtime.state import DeskState

if TYPE_CHECKING:
    from datetime import datetime

    from csmdesk.config.session_keys import SessionKeys
    from csmdesk.domain.cancel import Progress
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.settings import Settings
    from csmdesk.runtime.editing import Editing
    from csmdesk.runtime.engine_thread import EngineThread

SCHEDULE_MS = 30_000


class Jobs(QObject):
    """`stateChanged` (DeskState), `finished` (verb, sentence), `summed` (verb, all that a job came
    to), `failed` (sentence, details, whether `retry` may help, verb).

    `settings` and `notices` are those of the configuration, once it is read.
    """

    stateChanged = Signal(object)
    finished = Signal(str, str)
    summed = Signal(str, object)
    failed = Signal(str, str, bool, str)

    def __init__(self, editing: Editing, clock: Callable[[], datetime], parent: QObject) -> None:
        super().__init__(parent)
        self.state = DeskState(states.STARTING)
        self.portfolio: Portfolio | None = None
        self.settings: Settings | None = None
        self.notices: tuple[str, ...] = ()
        self.engine: EngineThread | None = None
        self._editing, self._clock = editing, clock
        self._timer = QTimer(self)
        self._timer.setInterval(SCHEDULE_MS)
        self._timer.timeout.connect(self._check_schedule)

    def start(self, folder: Path, demo: bool, keys: SessionKeys) -> EngineThread:
        """The engine thread and with it the worker; jobs follow by `submit`."""
        from csmdesk.runtime.engine_thread import EngineThread

        engine = EngineThread(folder, demo, keys, self)
        engine.progress.connect(self._progressed)
        engine.finished_job.connect(self._finished)
        engine.failed.connect(self.fail)
        engine.cancelled.connect(self._cancelled)
        self.engine = engine
        engine.start()
        return engine

    def follow_schedule(self) -> None:
        """Run what is due, now and from now on."""
        self._submit("run_if_due")
        self._timer.start()

    def close(self) -> None:
        """The worker ends within 2 s."""
        self._timer.stop()
        if self.engine is not None:
            self.engine.close()

    def show_portfolio(self, portfolio: Portfolio) -> None:
        """What is shown now; the state of a running job stays."""
        self.portfolio = portfolio
        working = self.state.state == states.WORKING
        self._set(self.state.state if working else self._at_rest())

    def attention(self, problem: str) -> None:
        self._set(states.ATTENTION, problem=problem)

    @Slot(str, str, str, str, bool)
    def fail(self, verb: str, message: str, remedy: str, details: str, again: bool = False) -> None:
        sentence = f"{message} {remedy}".strip()
        self.attention(sentence)
        if not (again and verb == "run_if_due"):  # which the schedule asks for again by itself
            self.failed.emit(sentence, details, again, verb)

    # --- slots (window's thread) --------------------------------------------------------------

    @Slot(str, object)
    def _progressed(self, verb: str, progress: Progress) -> None:
        if verb != "snapshot":
            self._set(states.WORKING, progress=progress)

    @Slot(str, object)
    def _finished(self, verb: str, summary: dict[str, Any]) -> None:
        problems = summary.get("problems", [])
        state = self._at_rest()
        if verb == "snapshot":
            self._set(state)
            return
        if problems:
            state = states.OFFLINE if summary.get("offline") else states.ATTENTION
        self._set(state, problem=" ".join(problems))
        self.summed.emit(verb, summary)
        if summary.get("text"):
            self.finished.emit(verb, summary["text"])

    @Slot(str)
    def _cancelled(self, verb: str) -> None:
        self._set(self._at_rest())
        self.finished.emit(verb, "Cancelled. What was read so far is kept.")

    @Slot()
    def _check_schedule(self) -> None:
        """Runs are due by the wall clock, so a machine that slept catches up when it wakes."""
        portfolio, settings = self.portfolio, self.settings
        if portfolio is None or settings is None or self.state.state == states.WORKING:
            return
        from csmdesk.runtime.clockwork import run_is_owed

        if run_is_owed(settings, portfolio.run_at, self._clock()):
            self._submit("run_if_due", {"seen": portfolio.run_at})

    def _submit(self, verb: str, args: dict[str, Any] | None = None) -> None:
        assert self.engine is not None
        self.engine.submit(verb, args)

    # --- state --------------------------------------------------------------------------------

    def _at_rest(self) -> str:
        if self.portfolio is None:
            failed_before = self.state.state == states.ATTENTION
            return states.ATTENTION if failed_before else states.STARTING
        trouble = states.trouble(self.portfolio.sources, self.notices)
        return states.ATTENTION if trouble else states.CURRENT

    def _set(self, state: str, *, progress: Progress | None = None, problem: str = "") -> None:
        portfolio = self.portfolio
        sources = portfolio.sources if portfolio is not None else ()
        if not problem and state == states.ATTENTION:
            told = self.state.problem
            problem = told if portfolio is None else states.trouble(sources, self.notices)
        titles = tuple(source.title for source in sources)
        read_at, due = states.newest_read(sources), states.next_run(self.settings, self._clock)
        waiting = self._editing.waiting + states.unsent_edits(portfolio)
        self.state = DeskState(state, titles, read_at, due, progress, problem, waiting)
        self.stateChanged.emit(self.state)
