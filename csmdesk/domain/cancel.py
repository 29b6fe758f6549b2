"""Cancel token and progress of long work. A job asks the token, never the other way round."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from csmdesk.domain.errors import Cancelled


class CancelToken:
    """Set once from any thread; a job calls `check` between steps and `wait` instead of sleeping."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` when cancelled."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Wait that long, or raise `Cancelled` as soon as it is cancelled."""
        if self._event.wait(seconds):
            raise Cancelled


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands. `total` 0 means unknown; `key` names the stream or step."""

    key: str
    text: str
    done: int
    total: int = 0


Report = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """A report for callers that show nothing."""
