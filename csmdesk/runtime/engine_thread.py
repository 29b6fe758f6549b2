"""The engine thread: one QThread that owns the worker process and turns its frames into signals."""

from __future__ import annotations

import collections
import itertools
import multiprocessing
import multiprocessing.connection
import threading
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QThread, Signal

from csmdesk.config.session_keys import SessionKeys
from csmdesk.domain.cancel import Progress
from csmdesk.worker import messages
from csmdesk.worker.frames import unpack_portfolio
from csmdesk.worker.handle import WorkerHandle
from csmdesk.worker.messages import Command, Done, Failed, KeyWish, Step

KEPT = ("reload", "snapshot")
"""Jobs that still wait when a person cancels: the worker would go on with settings of before."""
MAX_RESTARTS = 3
"""Restarts for one job: a job that kills its worker every time must not loop for ever."""


class EngineThread(QThread):
    """Signals: `portfolio` (Portfolio), `progress` (verb, Progress), `finished_job` (verb, summary),
    `failed` (verb, message, remedy, details, whether `retry` may help), `cancelled` (verb),
    `worker_started` (pid), `worker_lost` (verb of the job it ran, or ""). `keys`: those held for
    this session alone, which the worker asks for.

    Public methods may be called from any thread: they only enqueue and wake the thread.
    """

    portfolio = Signal(object)
    progress = Signal(str, object)
    finished_job = Signal(str, object)
    failed = Signal(str, str, str, str, bool)
    cancelled = Signal(str)
    worker_started = Signal(int)
    worker_lost = Signal(str)

    def __init__(
        self, folder: Path, demo: bool, keys: SessionKeys, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("csmdesk-engine")
        self._folder, self._demo, self._keys = folder, demo, keys
        self._numbers = itertools.count(1)
        self._waiting: collections.deque[Command] = collections.deque()
        self._running: Command | None = None
        self._refused: Command | None = None
        """The last job that failed."""
        self._restarts = 0
        self._last_job = 0
        self._cancel: str | None = None
        """Which job to cancel, "" for any; None when nobody wants that."""
        self._closing = False
        self._lock = threading.Lock()
        self._wake_in, self._wake_out = multiprocessing.Pipe(duplex=False)
        self._worker: WorkerHandle | None = None

    # --- any thread ---------------------------------------------------------------------------

    def submit(self, verb: str, args: dict[str, Any] | None = None) -> None:
        """Queue a job. One that already waits with the same words is not queued twice."""
        with self._lock:
            same = [c for c in self._waiting if c.verb == verb and c.args == (args or {})]
            if not same:
                self._waiting.append(Command(next(self._numbers), verb, args or {}))
        self._wake()

    def retry(self) -> None:
        """Queue the job that failed last once more."""
        refused = self._refused
        if refused is not None:
            self.submit(refused.verb, refused.args)

    def cancel(self, verb: str = "") -> None:
        """Cancel the running job and forget the waiting ones; with a verb, such jobs alone.

        What only brings worker and window to the same state is done all the same.
        """
        with self._lock:
            gone = [c for c in self._waiting if c.verb not in KEPT and verb in ("", c.verb)]
            self._waiting = collections.deque(c for c in self._waiting if c not in gone)
            self._cancel = verb
        for command in gone:
            self.cancelled.emit(command.verb)
        self._wake()

    def close(self) -> None:
        """End thread and worker; returns when both are gone (two seconds at most, then a kill)."""
        self._closing = True
        self._wake()
        self.wait()

    @property
    def worker_pid(self) -> int:
        """Process id of the worker, 0 while it is not there."""
        worker = self._worker
        return worker.pid if worker is not None else 0

    def _wake(self) -> None:
        self._wake_out.send_bytes(b"\0")

    # --- this thread --------------------------------------------------------------------------

    def run(self) -> None:
        try:
            while not self._closing:
                if self._worker is None:
                    self._start_worker()
                self._turn()
        finally:
            if self._worker is not None:
                self._worker.stop()
                self._worker = None

    def _start_worker(self) -> None:
        self._worker = WorkerHandle(self._folder, self._demo)
        self.worker_started.emit(self._worker.pid)

    def _turn(self) -> None:
        """Wait for a frame or a wish, and serve what came."""
        worker = self._worker
        assert worker is not None
        ready = multiprocessing.connection.wait([worker.pipe, self._wake_in])
        try:
            if self._wake_in in ready:
                self._wake_in.recv_bytes()
            if worker.pipe in ready:
                self._frame(worker.receive())
            self._serve_wishes(worker)
        except (EOFError, OSError):
            self._lost(worker)

    def _serve_wishes(self, worker: WorkerHandle) -> None:
        with self._lock:
            cancel, self._cancel = self._cancel, None
            if self._running is not None and cancel in ("", self._running.verb):
                worker.send(Command(self._running.job, "cancel"))
            if self._running is None and self._waiting:
                following = self._waiting.popleft()
                if following.job != self._last_job:
                    self._last_job, self._restarts = following.job, 0
                self._running = following
                worker.send(following)

    def _frame(self, frame: bytes) -> None:
        kind, body = frame[:1], frame[1:]
        verb = self._running.verb if self._running is not None else ""
        if kind == messages.PORTFOLIO:
            self.portfolio.emit(unpack_portfolio(body))
        elif kind == messages.PROGRESS:
            step = msgspec.msgpack.decode(body, type=Step)
            self.progress.emit(verb, Progress(step.key, step.text, step.done, step.total))
        elif kind == messages.DONE:
            self._running = None
            self.finished_job.emit(verb, msgspec.msgpack.decode(body, type=Done).summary)
        elif kind == messages.CANCELLED:
            self._running = None
            self.cancelled.emit(verb)
        elif kind == messages.KEY:
            self._serve_key(msgspec.msgpack.decode(body, type=KeyWish))
        elif kind == messages.FAILED:
            failure = msgspec.msgpack.decode(body, type=Failed)
            self._refused, self._running = self._running, None
            told = (failure.message, failure.remedy, failure.details)
            self.failed.emit(verb, *told, failure.again)

    def _serve_key(self, wish: KeyWish) -> None:
        """Keys for the session alone are held here: a worker may die, and the window asks too."""
        if wish.put:
            self._keys.put(wish.system, wish.key)
        assert self._worker is not None
        self._worker.send(Command(wish.number, "key", {"key": self._keys.get(wish.system)}))

    def _lost(self, worker: WorkerHandle) -> None:
        """The worker died: start another and give it the same job again, which resumes."""
        worker.stop()
        self._worker = None
        if self._closing:
            return
        job = self._running
        self._running = None
        self.worker_lost.emit(job.verb if job is not None else "")
        if job is None:
            return
        self._restarts += 1
        if self._restarts > MAX_RESTARTS:
            self.failed.emit(
                job.verb,
                f"The background worker ended {self._restarts} times during the {job.verb}.",
                "Everything stored is safe. Restart CSMDesk; if it happens again, report it.",
                "",
                False,
            )
            return
        with self._lock:
            self._waiting.appendleft(job)
        self._wake()
