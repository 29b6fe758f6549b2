"""Lock files that the operating system frees when their holder dies. They part threads as well."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_GLANCE = 0.05  # seconds between two tries
_FAR = 1 << 30  # Windows lets nobody read a locked byte: lock one behind what the file says


@contextmanager
def held(path: Path, patience: float = 0.0) -> Iterator[IO[str]]:
    """Hold a lock file; TimeoutError when another holds it for longer than `patience` seconds."""
    with open(path, "a+", encoding="utf-8") as handle:
        deadline = time.monotonic() + patience
        while not _acquired(handle):
            if time.monotonic() >= deadline:
                raise TimeoutError(str(path))
            threading.Event().wait(_GLANCE)
        try:
            yield handle
        finally:
            _release(handle)


def _acquired(handle: IO[str]) -> bool:
    try:
        _acquire(handle)
    except OSError:
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    def _acquire(handle: IO[str]) -> None:
        handle.seek(_FAR)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

    def _release(handle: IO[str]) -> None:
        handle.seek(_FAR)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _acquire(handle: IO[str]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(handle: IO[str]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
