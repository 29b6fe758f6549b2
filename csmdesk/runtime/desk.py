"""The desk: everything a view may ask for or be told, in one QObject of the window's thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from csmdesk.domain.days import day_number
from csmdesk.runtime.stores import REDO, UNDO, WindowStore

if TYPE_CHECKING:
    from csmdesk.domain.edits import Applied, Edit
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.runtime.editing import Editing
    from csmdesk.runtime.engine_thread import EngineThread
    from csmdesk.runtime.jobs import Jobs
    from csmdesk.runtime.readers import Readers
    from csmdesk.runtime.sources import Sources
    from csmdesk.runtime.state import DeskState


class Desk(QObject):
    """Signals carry frozen values only.

    `rowsReady` (FirstRows: all rows as last stored), `portfolioChanged` (Portfolio),
    `scopeChanged` (Scope), `stateChanged` (DeskState),
    `jobFinished` (verb, sentence), `jobSummary` (verb, all that a job came to),
    `jobFailed` (sentence, details, whether `try_again` may help, verb), `edited` (Applied),
    `editRefused` (sentence), `customerReady` (customer id, CustomerPage),
    `customerFailed` (customer id, sentence), `workerStarted` (process id), `workerLost` (verb).
    """

    rowsReady = Signal(object)
    portfolioChanged = Signal(object)
    scopeChanged = Signal(object)
    stateChanged = Signal(object)
    jobFinished = Signal(str, str)
    jobSummary = Signal(str, object)
    jobFailed = Signal(str, str, bool, str)
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
        self._clock = clock
        self._scope: Scope | None = None
        self._store = WindowStore(folder, demo)
        self._travelled = False
        self._reading_rows, self._run = False, True

    # --- parts, each made when it is first needed: none is before the first frame -----------------

    @cached_property
    def sources(self) -> Sources:
        """The connected systems."""
        from csmdesk.runtime.sources import Sources

        return Sources(self, self._store)

    @cached_property
    def _readers(self) -> Readers:
        from csmdesk.runtime.readers import Readers

        made = Readers(self._store, self)
        made.rowsReady.connect(self._rows_read)
        made.customerReady.connect(self.customerReady)
        made.customerFailed.connect(self.customerFailed)
        return made

    @cached_property
    def _editing(self) -> Editing:
        from csmdesk.runtime.editing import Editing

        made = Editing(self._store, self)
        made.written.connect(self._edit_written)
        made.refused.connect(self._edit_refused)
        return made

    @cached_property
    def _jobs(self) -> Jobs:
        from csmdesk.runtime.jobs import Jobs

        made = Jobs(self._editing, self._clock, self)
        made.stateChanged.connect(self.stateChanged)
        made.finished.connect(self.jobFinished)
        made.summed.connect(self.jobSummary)
        made.failed.connect(self.jobFailed)
        return made

    # --- life ---------------------------------------------------------------------------------

    def read_rows(self) -> None:
        """After the first frame: the readers, and the question for all rows that are stored."""
        if self._readers.started:
            return
        self._readers.start()
        if getattr(self.first_rows, "rows", ()):
            self._reading_rows = True
            self._readers.ask_rows()

    def start(self, *, run: bool = True) -> None:
        """Behind the stored rows: writer, worker, first snapshot, and a run when one is due."""
        self._run = run
        self.read_rows()
        if not self._reading_rows:
            self._work()

    def _work(self) -> None:
        if self._jobs.engine is not None:
            return
        from csmdesk.domain.errors import DeskError

        try:
            self._read_settings()
        except DeskError as error:
            self._jobs.fail("start", error.message, error.remedy, "")
            return
        self._editing.start()
        self.sources.start()
        engine = self._jobs.start(self.folder, self.demo, self._store.keys)
        engine.portfolio.connect(self._portfolio_arrived)
        engine.worker_started.connect(self.workerStarted)
        engine.worker_lost.connect(self.workerLost)
        engine.submit("snapshot")
        if self._run:
            self._jobs.follow_schedule()

    def close(self) -> None:
        """Stop everything: edits in the queue are written first, the worker ends within 2 s."""
        self._jobs.close()
        self._readers.close()
        self._editing.close()
        self.sources.close()
        self._store.close()

    @property
    def engine(self) -> EngineThread:
        assert self._jobs.engine is not None
        return self._jobs.engine

    @property
    def state(self) -> DeskState:
        return self._jobs.state

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

        return person(self._jobs.settings)

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
        if self._jobs.engine is None:
            self.start()
        else:
            self.engine.submit(verb, args)

    def settings_changed(self) -> None:
        """The configuration was written: read it again, here and in the worker."""
        self._read_settings()
        self.submit("reload")
        self.sources.refresh()

    def sync_now(self) -> None:
        self.submit("run")

    def run_now(self) -> None:
        self.submit("run", {"sync": False})

    def try_again(self) -> None:
        self.engine.retry()

    def cancel(self, verb: str = "") -> None:
        """Cancel the running job and those that wait; with a verb, such jobs alone."""
        if self._jobs.engine is not None:
            self.engine.cancel(verb)

    @property
    def is_new(self) -> bool:
        """Nothing is connected and there is no customer yet: what to begin with is the question."""
        if self.demo or self._jobs.settings is None or self._jobs.settings.sources:
            return False
        if self.portfolio is None:
            return not getattr(self.first_rows, "rows", ())
        return not self.portfolio.customers.length

    def request_customer(self, customer_id: str) -> None:
        """Answered by `customerReady` or `customerFailed`; a newer question drops older answers."""
        if self.portfolio is not None:
            self._readers.ask_customer(self.portfolio, customer_id)

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
        self._editing.write(wish, int(self._clock().timestamp()), self.today())

    # --- slots (window's thread) --------------------------------------------------------------

    @Slot(object)
    def _rows_read(self, rows: object) -> None:
        if rows is not None:
            self.first_rows = rows
        self.rowsReady.emit(self.first_rows)
        self._reading_rows = False
        QTimer.singleShot(0, self._work)  # once these rows are painted

    @Slot(object)
    def _edit_written(self, applied: Applied) -> None:
        self.edited.emit(applied)
        if not self._editing.waiting:
            self._refresh()

    @Slot(str)
    def _edit_refused(self, sentence: str) -> None:
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
        if self._editing.waiting or portfolio.day != self.scope.day:
            return  # a newer one follows when the last edit is written
        self._show(portfolio)

    def _show(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.portfolioChanged.emit(portfolio)
        self._jobs.show_portfolio(portfolio)

    def _read_settings(self) -> None:
        from csmdesk.config.workspace import open_workspace

        workspace = open_workspace(self.folder, demo=self.demo)
        self._jobs.settings, self._jobs.notices = workspace.settings, workspace.notices
        if workspace.notices:
            self._jobs.attention(" ".join(workspace.notices))
