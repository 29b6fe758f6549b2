"""What the four APIs share: the world, its clock, recently used accounts, what was asked."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from threading import RLock

from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.world import World

_ACCOUNTS_KEPT = 512
_REQUESTS_KEPT = 100_000


class State:
    """One world at one day; `move` replaces it, ids stay.

    The clock starts at 00:00 UTC of the world's today and runs with `monotonic`: facts of
    the world are always older, writes of clients always newer than every fact.
    """

    def __init__(
        self, seed: int, customers: int, today: date, monotonic: Callable[[], float]
    ) -> None:
        self._monotonic = monotonic
        self._lock = RLock()
        self._accounts: OrderedDict[int, Account] = OrderedDict()
        self._last_stamp = 0
        self.seed = seed
        self.customers = customers
        self.requests: deque[dict[str, object]] = deque(maxlen=_REQUESTS_KEPT)
        self.move(today)

    def move(self, today: date) -> None:
        """Show the world as it is known at 00:00 UTC of `today`."""
        world = World(self.seed, self.customers, today)
        with self._lock:
            self.world = world
            self.today = today
            self._started = self._monotonic()
            self._accounts.clear()

    @property
    def midnight(self) -> int:
        """00:00 UTC of today, epoch seconds: the end of the visible world."""
        return int(
            datetime(self.today.year, self.today.month, self.today.day, tzinfo=UTC).timestamp()
        )

    def now(self) -> float:
        """The world's clock, epoch seconds."""
        return self.midnight + self._monotonic() - self._started

    def stamp(self) -> int:
        """A new instant for a write, epoch milliseconds, never the same twice."""
        with self._lock:
            self._last_stamp = max(self._last_stamp + 1, int(self.now() * 1000))
            return self._last_stamp

    @property
    def count(self) -> int:
        """How many accounts the world has today."""
        return self.world.count

    def account(self, index: int) -> Account:
        """The account at `index`, generated again when it was not used lately."""
        with self._lock:
            world = self.world
            account = self._accounts.get(index)
            if account is not None:
                self._accounts.move_to_end(index)
                return account
        account = world.account(index)
        with self._lock:
            if world is self.world:
                self._accounts[index] = account
                if len(self._accounts) > _ACCOUNTS_KEPT:
                    self._accounts.popitem(last=False)
        return account

    def accounts(self, start: int = 0) -> Iterator[Account]:
        """The accounts from `start` upwards, one at a time."""
        for index in range(max(start, 0), self.count):
            yield self.account(index)

    def accounts_down(self, start: int | None = None) -> Iterator[Account]:
        """The accounts from `start` (or the last) downwards, one at a time."""
        last = self.count - 1
        first = last if start is None else min(start, last)
        for index in range(first, -1, -1):
            yield self.account(index)
