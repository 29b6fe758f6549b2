"""The connected systems as the window sees them: what is known of each, and what can be asked.

Questions to a system and settings to write are answered by threads of their own, so that they wait
for no run; reading and erasing rows are jobs of the worker.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from csmdesk.domain.cancel import CancelToken

if TYPE_CHECKING:
    from csmdesk.domain.source_fields import FieldTable
    from csmdesk.domain.source_status import SourceStatus
    from csmdesk.runtime.connecting import ConnectOutcome, ConnectWish
    from csmdesk.runtime.desk import Desk
    from csmdesk.runtime.queue_thread import Question, QueueThread
    from csmdesk.runtime.stores import WindowStore

THREADS = 2
"""While a person signs in with the browser, what is known of the sources can still be read."""
Done = Callable[[Any], None]
Failed = Callable[[str], None]


class Sources(QObject):
    """`changed` (tuple of SourceStatus), `unreadable` (sentence), `connected` (title), `refused`
    (sentence, whether a session-only key would do), `browsing` (address where to sign in), `tested`
    (system, sentence, whether it works), `failed` (sentence): a setting could not be written,
    `fieldsReady` (FieldTable), `fieldsFailed` (sentence), `fieldsSaved`, `scoresTurned`.
    """

    changed = Signal(object)
    unreadable = Signal(str)
    connected = Signal(str)
    refused = Signal(str, bool)
    browsing = Signal(str)
    tested = Signal(str, str, bool)
    failed = Signal(str)
    fieldsReady = Signal(object)
    fieldsFailed = Signal(str)
    fieldsSaved = Signal()
    scoresTurned = Signal()

    def __init__(self, desk: Desk, store: WindowStore) -> None:
        super().__init__(desk)
        self.statuses: tuple[SourceStatus, ...] = ()
        self._desk, self._store = desk, store
        self._questions: SimpleQueue[Question | None] = SimpleQueue()
        self._numbers = itertools.count()
        self._open: dict[int, tuple[Done, Failed]] = {}
        self._cancel = CancelToken()
        self._threads: list[QueueThread] = []

    def start(self) -> None:
        from csmdesk.runtime.queue_thread import QueueThread

        for number in range(THREADS):
            thread = QueueThread(f"csmdesk-sources-{number}", self._questions, self)
            thread.answered.connect(self._answered)
            thread.refused.connect(self._refused)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """End the threads; a question to a system that is on its way is given up."""
        self.stop()
        for _ in self._threads:
            self._questions.put(None)
        for thread in self._threads:
            thread.wait()

    # --- what views ask -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what is known of every system; `changed` or `unreadable` follows."""

        def read() -> object:
            from csmdesk.jobs.source_status import source_statuses

            return source_statuses(self._store.session())

        self._ask(read, self._read, self.unreadable.emit)

    def connect_system(self, wish: ConnectWish) -> None:
        """Test and keep a key, then read the system; `connected` or `refused` follows."""
        from csmdesk.runtime import connecting

        cancel = self._new_question()
        self._ask(
            lambda: connecting.connect(self._store.session(), wish, self.browsing.emit, cancel),
            lambda outcome: self._connected(wish, outcome),
            lambda sentence: self.refused.emit(sentence, False),
        )

    def test(self, wish: ConnectWish) -> None:
        """Test the key of a wish, or the kept one when it has none; `tested` follows."""
        from csmdesk.runtime import connecting

        cancel = self._new_question()
        self._ask(
            lambda: connecting.test(self._store.session(), wish, cancel),
            lambda title: self.tested.emit(wish.source.system, f"{title} accepts the key.", True),
            lambda sentence: self.tested.emit(wish.source.system, sentence, False),
        )

    def stop(self) -> None:
        """Give up the question to a system that is on its way."""
        self._cancel.cancel()

    def sync(self, system: str) -> None:
        self._desk.submit("run", {"source": system})

    def reload(self, system: str) -> None:
        """Read everything of a system again, from the start."""
        self._desk.submit("run", {"source": system, "full": True})

    def pause(self, system: str, *, paused: bool) -> None:
        def write() -> None:
            from csmdesk.jobs import sources

            sources.pause(self._store.session(), system, paused=paused)

        self._ask(write, lambda _none: self._desk.settings_changed(), self.failed.emit)

    def write_scores(self, *, on: bool) -> None:
        """Whether every run ends by writing its scores; `scoresTurned` or `failed` follows."""

        def write() -> None:
            from csmdesk.jobs import write_back

            write_back.turn(self._store.session(), on=on)

        def done(_none: object) -> None:
            self._desk.settings_changed()
            self.scoresTurned.emit()

        self._ask(write, done, self.failed.emit)

    def load_fields(self, system: str) -> None:
        """Ask a system for its own fields; `fieldsReady` or `fieldsFailed` follows."""
        cancel = self._new_question()

        def read() -> object:
            from csmdesk.jobs import source_fields

            return source_fields.field_table(self._store.session(), system, cancel)

        self._ask(read, self.fieldsReady.emit, self.fieldsFailed.emit)

    def save_fields(self, table: FieldTable) -> None:
        """Keep which field feeds which, then read everything again; `fieldsSaved` or
        `fieldsFailed` follows."""

        def write() -> None:
            from csmdesk.jobs import source_fields

            source_fields.save(self._store.session(), table)

        def done(_none: object) -> None:
            self._desk.settings_changed()
            self.fieldsSaved.emit()
            self.reload(table.system)

        self._ask(write, done, self.fieldsFailed.emit)

    def disconnect_system(self, system: str, *, erase: bool) -> None:
        """Forget a system's key; `erase` deletes its rows too."""

        def write() -> None:
            from csmdesk.jobs import sources

            sources.disconnect(self._store.session(), system)

        def done(_none: object) -> None:
            self._desk.settings_changed()
            if erase:
                self._desk.submit("erase", {"source": system})

        self._ask(write, done, self.failed.emit)

    # --- answers ------------------------------------------------------------------------------

    def _new_question(self) -> CancelToken:
        self._cancel = CancelToken()
        return self._cancel

    def _ask(self, call: Callable[[], object], done: Done, failed: Failed) -> None:
        ticket = next(self._numbers)
        self._open[ticket] = done, failed
        self._questions.put((ticket, call))

    @Slot(object, object)
    def _answered(self, ticket: int, answer: object) -> None:
        self._open.pop(ticket)[0](answer)

    @Slot(object, str)
    def _refused(self, ticket: int, sentence: str) -> None:
        self._open.pop(ticket)[1](sentence)

    def _read(self, statuses: tuple[SourceStatus, ...]) -> None:
        self.statuses = statuses
        self.changed.emit(statuses)

    def _connected(self, wish: ConnectWish, outcome: ConnectOutcome) -> None:
        if outcome.refusal:
            self.refused.emit(outcome.refusal, outcome.session_possible)
            return
        self._desk.settings_changed()
        self.connected.emit(outcome.title)
        self.sync(wish.source.system)
