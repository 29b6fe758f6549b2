"""The child process: takes commands from the pipe, runs one job at a time, answers in frames."""

from __future__ import annotations

import gc
import os
import queue
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from csmdesk.domain.cancel import CancelToken, Progress
from csmdesk.domain.errors import Busy, Cancelled, DeskError
from csmdesk.domain.portfolio import Portfolio
from csmdesk.worker import messages
from csmdesk.worker.keys import WindowKeys
from csmdesk.worker.messages import Command, Done, Failed, Ready, Step

if TYPE_CHECKING:
    from csmdesk.jobs.session import Session


def main(pipe: Connection, folder: str, demo: bool) -> None:
    """Entry point of the spawned process. Ends when the pipe closes: the window is gone."""
    sys.setswitchinterval(0.001)  # the listener must hear a cancel while a job computes
    Worker(pipe, Path(folder), demo).serve()


class Worker:
    """Runs jobs in the main thread; a listener thread receives commands and cancels."""

    def __init__(self, pipe: Connection, folder: Path, demo: bool) -> None:
        self._pipe = pipe
        self._folder = folder
        self._demo = demo
        self._keys = WindowKeys(self._send)
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._tokens: dict[int, CancelToken] = {}
        self._lock = threading.Lock()
        self._session: Session | None = None

    def serve(self) -> None:
        threading.Thread(target=self._listen, name="csmdesk-listener", daemon=True).start()
        self._send(messages.READY + msgspec.msgpack.encode(Ready(os.getpid())))
        while (command := self._commands.get()) is not None:
            self._run(command)
            self._tokens.pop(command.job, None)
        if self._session is not None:
            self._session.close()

    def _opened(self) -> Session:
        """The workspace, opened by the first job."""
        from csmdesk.jobs.session import open_session

        if self._session is None:
            self._session = open_session(
                self._folder, demo=self._demo, window_open=True, keys=self._keys
            )
            gc.freeze()
        return self._session

    def _listen(self) -> None:
        while True:
            try:
                command = msgspec.msgpack.decode(self._pipe.recv_bytes(), type=Command)
            except (EOFError, OSError):
                self._window_gone()
                return
            if command.verb == "key":
                self._keys.answered(command.job, command.args["key"])
                continue
            if command.verb == "cancel":
                token = self._tokens.get(command.job)
                if token is not None:
                    token.cancel()
                continue
            self._tokens[command.job] = CancelToken()
            self._commands.put(command)

    def _window_gone(self) -> None:
        for token in list(self._tokens.values()):
            token.cancel()
        self._keys.close()
        self._commands.put(None)
        # A job deep in one long statement must not outlive its window.
        timer = threading.Timer(2.0, os._exit, args=(0,))
        timer.daemon = True
        timer.start()

    def _run(self, command: Command) -> None:
        from csmdesk.jobs.registry import JOBS

        token = self._tokens[command.job]

        def report(step: Progress) -> None:
            body = Step(command.job, step.key, step.text, step.done, step.total)
            self._send(messages.encode(messages.PROGRESS, body))

        def show(portfolio: Portfolio) -> None:
            from csmdesk.worker.frames import pack_portfolio

            self._send(messages.PORTFOLIO + pack_portfolio(portfolio))

        try:
            token.check()
            job = JOBS[command.verb]
            summary = job(self._opened(), command.args, token, report, show)
            self._send(messages.encode(messages.DONE, Done(command.job, summary)))
        except Cancelled:
            self._send(messages.encode(messages.CANCELLED, Done(command.job, {})))
        except DeskError as error:
            self._fail(command, error.message, error.remedy, again=isinstance(error, Busy))
        except Exception as error:  # the window must hear of a bug instead of waiting for ever
            self._fail(
                command,
                f"The {command.verb} stopped because of a fault in CSMDesk ({error!r}).",
                "Your data is as it was before. Please report it with the details.",
                traceback.format_exc(),
            )

    def _fail(
        self, command: Command, message: str, remedy: str, details: str = "", *, again: bool = False
    ) -> None:
        body = Failed(command.job, message, remedy, details, again)
        self._send(messages.encode(messages.FAILED, body))

    def _send(self, frame: bytes) -> None:
        with self._lock:
            try:
                self._pipe.send_bytes(frame)
            except (BrokenPipeError, OSError):
                self._window_gone()
