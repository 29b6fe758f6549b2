"""One worker a workspace: a lock file that the operating system frees when its holder dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from csmdesk.domain.errors import Busy


@contextmanager
def workspace_lock(folder: Path) -> Iterator[None]:
    """Hold the workspace's lock; `Busy` when another process does sync or engine work in it."""
    path = folder / "work.lock"
    with open(path, "a+", encoding="utf-8") as handle:
        try:
            _acquire(handle)
        except OSError as error:
            raise Busy(
                f"Another CSMDesk already works on {folder}.",
                "Wait until it is done, or cancel it there.",
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        try:
            yield
        finally:
            _release(handle)


if sys.platform == "win32":
    import msvcrt

    def _acquire(handle: IO[str]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

    def _release(handle: IO[str]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _acquire(handle: IO[str]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(handle: IO[str]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
