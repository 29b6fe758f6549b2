"""How fast one host wants to be asked: learned from its headers and its refusals, never guessed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from csmdesk.domain.source_status import Rate
from csmdesk.sync.api import Quota

_LOW = 10  # below a tenth of a window's requests, spread what is left over the window
_SLOWEST = 5.0
_DAY = 86_400.0
_YEAR = 366 * _DAY  # a wait longer than that is none that can be told
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


def server_time(headers: Mapping[str, str]) -> int | None:
    """Epoch seconds of the `Date` header, None when it is absent or unreadable."""
    try:
        return int(parsedate_to_datetime(headers["Date"]).timestamp())
    except (KeyError, ValueError, TypeError):
        return None


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks us to wait (Retry-After, else X-RateLimit-Reset)."""
    now = server_time(headers)
    text = headers.get("Retry-After", "").strip()
    if text:
        if text.replace(".", "", 1).isdecimal():
            return min(float(text), _YEAR)
        until = server_time({"Date": text})
        if until is not None and now is not None:
            return max(0.0, until - now)
    reset = headers.get("X-RateLimit-Reset", "").strip()
    if reset.isdecimal() and now is not None:
        return min(max(0.0, float(reset) - now), _YEAR)
    return None


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isdecimal() else None


@dataclass(frozen=True, slots=True)
class _Window:
    most: int
    left: int
    seconds: float


def _windows(headers: Mapping[str, str]) -> list[_Window]:
    """The rate windows that an answer tells of."""
    found = []
    prefix = "X-HubSpot-RateLimit-"
    span = _number(headers, prefix + "Interval-Milliseconds")
    for most, left, seconds in (
        (prefix + "Max", prefix + "Remaining", span / 1000 if span else None),
        (prefix + "Secondly", prefix + "Secondly-Remaining", 1.0),
        ("X-RateLimit-Limit", "X-RateLimit-Remaining", asked_wait(headers)),
        ("X-Rate-Limit", "X-Rate-Limit-Remaining", _number(headers, "ratelimit-reset")),
    ):
        limit, rest = _number(headers, most), _number(headers, left)
        if limit and rest is not None and seconds is not None:
            found.append(_Window(limit, rest, seconds))
    return found


def _quota(headers: Mapping[str, str]) -> list[_Window]:
    """A day's quota of Salesforce: to be shown, and no reason to ask more slowly."""
    found = _USAGE.search(headers.get("Sforce-Limit-Info", ""))
    if found is None:
        return []
    used, most = int(found[1]), int(found[2])
    return [_Window(most, max(0, most - used), _DAY)] if most else []


class Budget:
    """When the next request of a group may go out, on a monotonic clock in seconds."""

    def __init__(
        self, clock: Callable[[], float], step: float, quotas: Sequence[Quota] = ()
    ) -> None:
        self._clock = clock
        self._step = step
        self.rate: Rate | None = None
        """The tightest window that the newest answer told of; None before any did."""
        self._ready: dict[str, float] = {}
        self._pace: dict[str, float] = {}
        self._sent = [(quota, deque[float](maxlen=quota.requests)) for quota in quotas]

    def delay(self, group: str) -> float:
        """Seconds to wait before the next request of `group`; books the request."""
        now = self._clock()
        start = max(now, self._ready.get(group, 0.0), self._room(group))
        self._ready[group] = start + self._pace.get(group, 0.0)
        return start - now

    def free(self, group: str) -> bool:
        """Whether this group is asked without any pause."""
        ready = max(self._ready.get(group, 0.0), self._room(group))
        return not self._pace.get(group) and ready <= self._clock()

    def sent(self, group: str) -> None:
        """A request goes out now: it counts for the quotas that are known beforehand."""
        for quota, times in self._sent:
            if quota.group == group:
                times.append(self._clock())

    def _room(self, group: str) -> float:
        """When the quotas of a group allow another request."""
        return max(
            (
                times[0] + quota.seconds
                for quota, times in self._sent
                if quota.group == group and len(times) == quota.requests
            ),
            default=0.0,
        )

    def note(self, group: str, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer."""
        windows = _windows(headers)
        told = windows or _quota(headers)
        if told:
            least = min(told, key=lambda window: window.left / window.most)
            self.rate = Rate(least.left, least.most, round(least.seconds))
        for window in windows:
            if window.left <= 0:
                self._hold(group, window.seconds)
            elif window.left * _LOW < window.most:
                self._hold(group, window.seconds / window.left)

    def refused(self, group: str) -> None:
        """A 429: ask more slowly from now on."""
        pace = self._pace.get(group, 0.0)
        self._pace[group] = min(max(2 * pace, self._step), _SLOWEST)

    def _hold(self, group: str, seconds: float) -> None:
        self._ready[group] = max(self._ready.get(group, 0.0), self._clock() + seconds)
