"""The desk: everything a view may ask for or be told, in one QObject of the window's thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from csmdesk.domain.days import day_number
from csmdesk.runtime import state as states
from csmdesk.runtime.sources import Sources
from csmdesk.runtime.state import DeskState
from csmdesk.runtime.stores import REDO, UNDO, WindowStore

if TYPE_CHECKING:
    from csmdesk.domain.cancel import Progress
    from csmdesk.domain.edits import Edit
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.domain.settings import Settings
    from csmdesk.runtime.engine_thread import EngineThread
    from csmdesk.runtime.queue_thread import Question, QueueThread

READERS = 2
SCHEDULE_MS = 30_000
ALL_ROWS = ("all rows", 0)


class Desk(QObject):
    """Signals carry frozen values only.

    `rowsReady` (FirstRows: all rows as last stored), `portfolioChanged` (Portfolio),
    `scopeChanged` (Scope), `stateChanged` (DeskState),
    `jobFinished` (verb, sentence), `jobSummary` (verb, all that a job came to),
    `jobFailed` (sentence, details, whether `try_again` may help), `edited` (Applied),
    `editRefused` (sentence), `customerReady` (customer id, CustomerPage),
    `customerFailed` (customer id, sentence), `workerStarted` (process id), `workerLost` (verb).
    `sources`: the connected systems.
    """

    rowsReady = Signal(object)
    portfolioChanged = Signal(object)
    scopeChanged = Signal(object)
    stateChanged = Signal(object)
    jobFinished = Signal(str, str)
    jobSummary = Signal(str, object)
    jobFailed = Signal(str, str, bool)
    edited = Signal(object)
    editRefused = Signal(str)
    customerReady = Signal(str, object)
    customerFailed = Signal(str, str)
    workerStarted = Signal(int)
    workerLost = Signal(str)

    def __init__(
        self,
        folder: Path,
        demo: bool,
        clock: Callable[[], datetime],
        first_rows: object | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.folder, self.demo, self.first_rows = folder, demo, first_rows
        self.portfolio: Portfolio | None = None
        self.state = DeskState(states.STARTING)
        self._clock = clock
        self._scope: Scope | None = None
        self._settings: Settings | None = None
        self._notices: tuple[str, ...] = ()
        self._store = WindowStore(folder, demo)
        self.sources = Sources(self, self._store)
        self._engine: EngineThread | None = None
        self._edits_waiting = 0
        self._travelled = False
        self._reading_rows, self._run = False, True
        self._questions: SimpleQueue[Question | None] = SimpleQueue()
        self._writes: SimpleQueue[Question | None] = SimpleQueue()
        self._threads: list[QueueThread] = []
        self._latest: dict[str, int] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(SCHEDULE_MS)
        self._timer.timeout.connect(self._check_schedule)

    # --- life ---------------------------------------------------------------------------------

    def read_rows(self) -> None:
        """After the first frame: the readers, and the question for all rows that are stored."""
        if self._threads:
            return
        from csmdesk.runtime.queue_thread import QueueThread

        for number in range(READERS):
            thread = QueueThread(f"csmdesk-reader-{number}", self._questions, self)
            thread.answered.connect(self._customer_read)
            thread.refused.connect(self._customer_unread)
            self._threads.append(thread)
            thread.start()
        if getattr(self.first_rows, "rows", ()):
            self._reading_rows = True
            self._questions.put((ALL_ROWS, self._store.all_rows))

    def start(self, *, run: bool = True) -> None:
        """Behind the stored rows: writer, worker, first snapshot, and a run when one is due."""
        self._run = run
        self.read_rows()
        if not self._reading_rows:
            self._work()

    def _work(self) -> None:
        if self._engine is not None:
            return
        from csmdesk.domain.errors import DeskError
        from csmdesk.runtime.engine_thread import EngineThread
        from csmdesk.runtime.queue_thread import QueueThread

        try:
            self._read_settings()
        except DeskError as error:
            self._job_failed("start", error.message, error.remedy, "")
            return
        writer = QueueThread("csmdesk-writer", self._writes, self)
        writer.answered.connect(self._edit_done)
        writer.refused.connect(self._edit_refused)
        self._threads.append(writer)
        writer.start()
        self.sources.start()
        engine = EngineThread(self.folder, self.demo, {}, self)
        engine.portfolio.connect(self._portfolio_arrived)
        engine.progress.connect(self._progressed)
        engine.finished_job.connect(self._job_finished)
        engine.failed.connect(self._job_failed)
        engine.cancelled.connect(self._job_cancelled)
        engine.worker_started.connect(self.workerStarted)
        engine.worker_lost.connect(self.workerLost)
        self._engine = engine
        engine.start()
        engine.submit("snapshot")
        if self._run:
            engine.submit("run_if_due")
            self._timer.start()

    def close(self) -> None:
        """Stop everything: edits in the queue are written first, the worker ends within 2 s."""
        self._timer.stop()
        if self._engine is not None:
            self._engine.close()
        self._writes.put(None)
        for _ in range(READERS):
            self._questions.put(None)
        for thread in self._threads:
            thread.wait()
        self.sources.close()
        self._store.close()

    @property
    def engine(self) -> EngineThread:
        assert self._engine is not None
        return self._engine

    # --- what views ask -----------------------------------------------------------------------

    @property
    def scope(self) -> Scope:
        """The global filters: as-of day, CSM, segment."""
        from csmdesk.domain.scope import Scope

        if self._scope is None:
            self._scope = Scope(self.today())
        return self._scope

    def today(self) -> int:
        return day_number(self._clock().date())

    def now(self) -> datetime:
        """The wall clock, in the zone of this computer."""
        return self._clock()

    def person(self) -> str:
        """E-mail or account of the person at work, "" when unknown."""
        from csmdesk.runtime.person import person

        return person(self._settings)

    def set_scope(self, csm: str, segment: str) -> None:
        self._scope = dataclasses.replace(self.scope, csm=csm, segment=segment)
        self.scopeChanged.emit(self._scope)

    def set_day(self, day: int) -> None:
        """Travel to a past day (or back to today): the worker builds that day's portfolio."""
        self._travelled = day != self.today()
        self._scope = dataclasses.replace(self.scope, day=day)
        self.submit("snapshot", {"day": day})
        self.scopeChanged.emit(self._scope)

    def submit(self, verb: str, args: dict[str, Any] | None = None) -> None:
        """Hand a job over; after a start that failed, the first wish starts again instead."""
        if self._engine is None:
            self.start()
        else:
            self._engine.submit(verb, args or {})

    def settings_changed(self, keys: dict[str, str] | None = None, forget: str = "") -> None:
        """The configuration was written: read it again, here and in the worker.

        `keys` are for this session alone; `forget` names a system whose key is gone.
        """
        self._read_settings()
        self.engine.reload(keys or {}, forget)
        self.sources.refresh()

    def sync_now(self) -> None:
        self.submit("run")

    def run_now(self) -> None:
        self.submit("run", {"sync": False})

    def try_again(self) -> None:
        self.engine.retry()

    def cancel(self) -> None:
        if self._engine is not None:
            self._engine.cancel()

    @property
    def is_new(self) -> bool:
        """Nothing is connected and there is no customer yet: what to begin with is the question."""
        if self.demo or self._settings is None or self._settings.sources:
            return False
        if self.portfolio is None:
            return not getattr(self.first_rows, "rows", ())
        return not self.portfolio.customers.length

    def request_customer(self, customer_id: str) -> None:
        """Answered by `customerReady` or `customerFailed`; a newer question drops older answers."""
        portfolio = self.portfolio
        if portfolio is None:
            return
        ticket = self._latest.get(customer_id, 0) + 1
        self._latest[customer_id] = ticket

        def read() -> object:
            from csmdesk.jobs.customer import customer_page

            return customer_page(self._store.session(), portfolio, customer_id)

        self._questions.put(((customer_id, ticket), read))

    def edit(self, edit: Edit) -> None:
        """Show the edit at once and hand it to the writer; refusal puts the old state back."""
        if self.portfolio is not None:
            from csmdesk.engine.figures.edited import with_edit

            self._show(with_edit(self.portfolio, edit))
        self._write(edit)

    def undo(self) -> None:
        self._write(UNDO)

    def redo(self) -> None:
        self._write(REDO)

    def _write(self, wish: Edit | str) -> None:
        self._edits_waiting += 1
        at, day = int(self._clock().timestamp()), self.today()
        self._writes.put((wish, lambda: self._store.commit(wish, at, day)))

    # --- slots (window's thread) --------------------------------------------------------------

    @Slot(object, object)
    def _customer_read(self, ticket: tuple[str, int], page: object) -> None:
        if ticket == ALL_ROWS:
            self.first_rows = page
            self.rowsReady.emit(page)
            self._reading_rows = False
            QTimer.singleShot(0, self._work)  # once these rows are painted
            return
        if self._latest.get(ticket[0]) == ticket[1]:
            self.customerReady.emit(ticket[0], page)

    @Slot(object, str)
    def _customer_unread(self, ticket: tuple[str, int], sentence: str) -> None:
        if ticket == ALL_ROWS:
            self._customer_read(ticket, self.first_rows)
        if self._latest.get(ticket[0]) == ticket[1]:
            self.customerFailed.emit(ticket[0], sentence)

    @Slot(object, object)
    def _edit_done(self, wish: object, applied: object) -> None:
        self._edits_waiting -= 1
        if applied is None:
            self.editRefused.emit("There is nothing to undo or redo.")
            return
        self.edited.emit(applied)
        if not self._edits_waiting:
            self._refresh()

    @Slot(object, str)
    def _edit_refused(self, wish: object, sentence: str) -> None:
        self._edits_waiting -= 1
        self.editRefused.emit(sentence)
        self._refresh()

    def _refresh(self) -> None:
        """Ask for the portfolio again: it confirms what was shown at once."""
        self.submit("snapshot", {"day": self.scope.day})

    @Slot(object)
    def _portfolio_arrived(self, portfolio: Portfolio) -> None:
        if not self._travelled and portfolio.day > self.scope.day:  # midnight has passed
            self._scope = dataclasses.replace(self.scope, day=portfolio.day)
            self.scopeChanged.emit(self._scope)
        if self._edits_waiting or portfolio.day != self.scope.day:
            return  # a newer one follows when the last edit is written
        self._show(portfolio)

    def _show(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.portfolioChanged.emit(portfolio)
        self._set_state(self.state.state if self.state.state == states.WORKING else self._rest())

    @Slot(str, object)
    def _progressed(self, verb: str, progress: Progress) -> None:
        if verb != "snapshot":
            self._set_state(states.WORKING, progress=progress)

    @Slot(str, object)
    def _job_finished(self, verb: str, summary: dict[str, Any]) -> None:
        problems = summary.get("problems", [])
        if verb == "snapshot":
            self._set_state(self._rest())
            return
        state = self._rest()
        if problems:
            state = states.OFFLINE if summary.get("offline") else states.ATTENTION
        self._set_state(state, problem=" ".join(problems))
        self.jobSummary.emit(verb, summary)
        if summary.get("text"):
            self.jobFinished.emit(verb, summary["text"])

    @Slot(str, str, str, str, bool)
    def _job_failed(
        self, verb: str, message: str, remedy: str, details: str, again: bool = False
    ) -> None:
        sentence = f"{message} {remedy}".strip()
        self._set_state(states.ATTENTION, problem=sentence)
        if not (again and verb == "run_if_due"):  # which the schedule asks for again by itself
            self.jobFailed.emit(sentence, details, again)

    @Slot(str)
    def _job_cancelled(self, verb: str) -> None:
        self._set_state(self._rest())
        self.jobFinished.emit(verb, "Cancelled. What was read so far is kept.")

    @Slot()
    def _check_schedule(self) -> None:
        """Runs are due by the wall clock, so a machine that slept catches up when it wakes."""
        portfolio, settings = self.portfolio, self._settings
        if portfolio is None or settings is None or self.state.state == states.WORKING:
            return
        from csmdesk.runtime.clockwork import run_is_owed

        if run_is_owed(settings, portfolio.run_at, self._clock()):
            self.engine.submit("run_if_due", {"seen": portfolio.run_at})

    def _read_settings(self) -> None:
        from csmdesk.config.workspace import open_workspace

        workspace = open_workspace(self.folder, demo=self.demo)
        self._settings, self._notices = workspace.settings, workspace.notices
        if self._notices:
            self._set_state(states.ATTENTION, problem=" ".join(self._notices))

    def _rest(self) -> str:
        """The state while no job runs."""
        if self.portfolio is None:
            failed_before = self.state.state == states.ATTENTION
            return states.ATTENTION if failed_before else states.STARTING
        trouble = states.trouble(self.portfolio.sources, self._notices)
        return states.ATTENTION if trouble else states.CURRENT

    def _set_state(
        self, state: str, *, progress: Progress | None = None, problem: str = ""
    ) -> None:
        portfolio = self.portfolio
        sources = portfolio.sources if portfolio is not None else ()
        if not problem and state == states.ATTENTION:
            told = self.state.problem
            problem = told if portfolio is None else states.trouble(sources, self._notices)
        titles = tuple(source.title for source in sources)
        read_at, due = states.newest_read(sources), states.next_run(self._settings, self._clock)
        waiting = self._edits_waiting + states.unsent_edits(portfolio)
        self.state = DeskState(state, titles, read_at, due, progress, problem, waiting)
        self.stateChanged.emit(self.state)
