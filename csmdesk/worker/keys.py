"""The worker's way to the keys that the window holds for this session alone."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from queue import SimpleQueue

from csmdesk.domain.errors import Cancelled
from csmdesk.worker import messages
from csmdesk.worker.messages import KeyWish

Answer = tuple[str | None]


class WindowKeys:
    """Asks the window every time, by `send`, so that a sign-in that either of them renewed is at once
    the other's too; the listener thread hands the answers in. Any thread may ask."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, SimpleQueue[Answer | None]] = {}
        self._gone = False

    def get(self, system: str) -> str | None:
        return self._ask(system, None, put=False)

    def put(self, system: str, key: str | None) -> None:
        self._ask(system, key, put=True)

    def answered(self, number: int, key: str | None) -> None:
        with self._lock:
            waiting = self._waiting.pop(number)
        waiting.put((key,))

    def close(self) -> None:
        """The window is gone, and its keys with it."""
        with self._lock:
            self._gone = True
            waiting, self._waiting = self._waiting, {}
        for one in waiting.values():
            one.put(None)

    def _ask(self, system: str, key: str | None, *, put: bool) -> str | None:
        number, here = next(self._numbers), SimpleQueue[Answer | None]()
        with self._lock:
            if self._gone:
                raise Cancelled()
            self._waiting[number] = here
        self._send(messages.encode(messages.KEY, KeyWish(number, system, key, put)))
        answer = here.get()
        if answer is None:
            raise Cancelled()
        return answer[0]
