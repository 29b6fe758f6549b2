"""What the four APIs share: the world, its clock, recently used accounts, what was asked."""

from __future__ import annotations

import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import RLock
from typing import TypeVar

import msgspec

from csmdesk.sandbox.shapes import Account, Activity
from csmdesk.sandbox.world import World
from csmdesk.sandbox.world.ids import hubspot_id

_T = TypeVar("_T")

_ACCOUNTS_KEPT = 512
_PACKED_KEPT = 20_000
_FIRST_LOGGED = 90_000  # positions of what clients logged, behind every row of the world
_REQUESTS_KEPT = 100_000
_DECODER = msgspec.msgpack.Decoder(Account)


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
        self._lean: OrderedDict[int, Account] = OrderedDict()
        self._packed: OrderedDict[int, bytes] = OrderedDict()
        self._last_stamp = 0
        self.seed = seed
        self.customers = customers
        self.logged: dict[int, list[Activity]] = {}
        """Activities that clients logged, by account."""
        self._logged_ever = 0
        self.ruled: frozenset[str] = frozenset()
        """Ids of CRM records that a validation rule lets nobody write to."""
        self.currency_codes = True
        """Whether Salesforce tells the currency of each record, as an org with several does."""
        self.requests: deque[dict[str, object]] = deque(maxlen=_REQUESTS_KEPT)
        self.move(today)

    def move(self, today: date) -> None:
        """Show the world as it is known at 00:00 UTC of `today`."""
        world = World(self.seed, self.customers, today)
        with self._lock:
            self.world = world
            self.today = today
            self._started = self._monotonic()
            for kept in (self._accounts, self._lean, self._packed):
                kept.clear()

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
            world, account = self.world, _used(self._accounts, index)
        if account is None:
            account = world.account(index)
            self._keep(world, self._accounts, index, account, _ACCOUNTS_KEPT)
        return account

    def billed(self, index: int) -> bool:
        """Whether an account has bills: cheap, for the newest accounts are prospects."""
        return any(contract.start < self.today for contract in self.world.contracts(index))

    def lean(self, index: int) -> Account:
        """The account without its bills, with what clients logged for it."""
        account, logged = self._bare(index), self.logged.get(index)
        if not logged:
            return account
        return replace(account, activities=(*account.activities, *logged))

    def log(self, index: int, kind: str, system: str, at: int = 0) -> Activity:
        """A client logs an activity of an account in a system; what it says is an edit of it."""
        now = int(self.now())
        with self._lock:
            place = _FIRST_LOGGED + self._logged_ever
            self._logged_ever += 1
            row = Activity(
                hubspot_id=hubspot_id(kind, index, place),
                kind=kind,
                at=at or now,
                updated_at=now,
                direction=None,
                outcome=None,
                owner_id=None,
                contact=None,
                subject="",
                body="",
                system=system,
            )
            self.logged.setdefault(index, []).append(row)
        return row

    def _bare(self, index: int) -> Account:
        """The account without its bills, ten times cheaper once it was seen.

        Searches visit accounts in any order, more of them than memory holds as objects: those
        of the last 20,000 accounts are kept packed, five kilobytes each.
        """
        with self._lock:
            world = self.world
            account = _used(self._lean, index)
            packed = None if account else _used(self._packed, index)
        if account is not None:
            return account
        if packed is not None:
            account = _DECODER.decode(zlib.decompress(packed))
        else:
            account = _without_bills(self.account(index))
            packed = zlib.compress(msgspec.msgpack.encode(account), 1)
            self._keep(world, self._packed, index, packed, _PACKED_KEPT)
        self._keep(world, self._lean, index, account, _ACCOUNTS_KEPT)
        return account

    def _keep(
        self, world: World, kept: OrderedDict[int, _T], index: int, value: _T, most: int
    ) -> None:
        """Remember a value of `world`, unless the world has moved on meanwhile."""
        with self._lock:
            if world is not self.world:
                return
            kept[index] = value
            if len(kept) > most:
                kept.popitem(last=False)

    def accounts(self, start: int = 0) -> Iterator[Account]:
        """The accounts from `start` upwards, one at a time."""
        for index in range(max(start, 0), self.count):
            yield self.account(index)


def _used(kept: OrderedDict[int, _T], index: int) -> _T | None:
    """A kept value, now the one used last."""
    value = kept.get(index)
    if value is not None:
        kept.move_to_end(index)
    return value


def _without_bills(account: Account) -> Account:
    """Billing customers stay, so that it is seen that there are any."""
    bare = tuple(
        replace(owner, subscriptions=(), invoices=(), events=()) for owner in account.billing
    )
    return replace(account, billing=bare)
