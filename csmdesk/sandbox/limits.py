"""Rate limits: windows that count requests for the headers, and limits that refuse.

The vendors' real limits are told in the headers and not enforced, so that a demo loads in
seconds. A test sets limits that are enforced at `/_sandbox/limits`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock

import msgspec


class Window:
    """Counts the requests of the last `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self.total = 0
        self._lock = Lock()
        self._times: deque[float] = deque()

    def left(self, now: float) -> int:
        """Counts a request at `now`; what a header says is left after it."""
        with self._lock:
            self._forget(now)
            self.total += 1
            self._times.append(now)
            return max(self.most - len(self._times), 0)

    def wait(self, now: float) -> float:
        """Seconds until a request fits; counts it when that is now."""
        with self._lock:
            self._forget(now)
            if len(self._times) >= self.most:
                return self._times[0] + self.seconds - now
            self._times.append(now)
            return 0.0

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()


class Limit(msgspec.Struct):
    """At most `requests` to one system in any `seconds`."""

    requests: int
    seconds: float


class Limits:
    """The limits asked for, by system or by system and beginning of a path."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._windows: dict[str, Window] = {}

    def replace(self, limits: dict[str, Limit]) -> None:
        self._windows = {
            system: Window(limit.requests, limit.seconds) for system, limit in limits.items()
        }

    def wait(self, system: str, path: str) -> float:
        """Seconds that a request to `system` comes too early, 0 when it may pass."""
        for place, window in self._windows.items():
            if place == system or f"{system}{path}".startswith(f"{place}/"):
                return window.wait(self._monotonic())
        return 0.0
