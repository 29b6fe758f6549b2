"""The parent's handle on the worker: start, talk, notice its death, stop it within two seconds."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from csmdesk.worker.child import main
from csmdesk.worker.messages import Command

STOP_SECONDS = 2.0


class WorkerHandle:
    """One running worker process. Not thread-safe: its owner is the engine thread."""

    def __init__(self, folder: Path, demo: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe: Connection
        self.pipe, child = context.Pipe()
        self._process = context.Process(
            target=main,
            args=(child, str(folder), demo),
            name="csmdesk-worker",
            daemon=False,
        )
        self._process.start()
        child.close()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def send(self, command: Command) -> None:
        """Hand over a command; OSError when the worker is gone."""
        self.pipe.send_bytes(msgspec.msgpack.encode(command))

    def receive(self) -> bytes:
        """The next frame; EOFError when the worker is gone."""
        return self.pipe.recv_bytes()

    def stop(self) -> None:
        """Close the pipe, which tells the worker to end; kill it when it has not in two seconds."""
        self.pipe.close()
        self._process.join(STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()
