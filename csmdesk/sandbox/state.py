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

from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.sandbox.shapes import Account, Activity
from csmdesk.sandbox.world import World
from csmdesk.sandbox.world.ids import hubspot_id

_T = TypeVar("_T")

_ACCOUNTS_KEPT = 512
_PACKED_KEPT = 120_000
_FIRST_LOGGED = 90_000  # positions of what clients logged, behind every row of the world
_REQUESTS_KEPT = 100_000
_DECODER = msgspec.msgpack.Decoder(Account)


class State:
    """One world at one day; `move` replaces it, ids stay.

    The clock starts at 00:00 UTC of the world's today and runs with `monotonic`: facts of
    the world are always older, writes of clients always newer than every fact.
    """

    def __init__(
        self,
        seed: int,
        customers: int,
        today: date,
        monotonic: Callable[[], float],
        history: int | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._lock = RLock()
        self._accounts: OrderedDict[int, Account] = OrderedDict()
        self._packed: OrderedDict[int, bytes] = OrderedDict()
        self._last_stamp = 0
        self.seed = seed
        self.customers = customers
        self.history = history
        """So many days of tickets, talks, invoices, answers and usage are shown; None = all."""
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
            for kept in (self._accounts, self._packed):
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
        """The account at `index`, with what clients logged for it."""
        account, logged = self._account(index), self.logged.get(index)
        if not logged:
            return account
        return replace(account, activities=(*account.activities, *logged))

    def billed(self, index: int) -> bool:
        """Whether an account has bills: cheap, for the newest accounts are prospects."""
        return any(contract.start < self.today for contract in self.world.contracts(index))

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

    def _account(self, index: int) -> Account:
        """The account as the world has it: making one takes twenty times as long as unpacking it.

        Clients visit accounts in any order and again for each kind of row, more of them than
        memory holds as objects: those of the last 120,000 are kept packed, six kilobytes each.
        """
        with self._lock:
            world = self.world
            account = _used(self._accounts, index)
            packed = None if account else _used(self._packed, index)
        if account is not None:
            return account
        if packed is not None:
            account = _DECODER.decode(zlib.decompress(packed))
        else:
            account = self._shown(world.account(index))
            packed = zlib.compress(msgspec.msgpack.encode(account), 1)
            self._keep(world, self._packed, index, packed, _PACKED_KEPT)
        self._keep(world, self._accounts, index, account, _ACCOUNTS_KEPT)
        return account

    def _shown(self, account: Account) -> Account:
        """The account without what is older than the history that is shown."""
        if self.history is None:
            return account
        oldest = self.midnight - self.history * SECONDS_A_DAY
        return replace(
            account,
            billing=tuple(
                replace(owner, invoices=tuple(i for i in owner.invoices if i.created_at >= oldest))
                for owner in account.billing
            ),
            tickets=tuple(row for row in account.tickets if row.created_at >= oldest),
            conversations=tuple(row for row in account.conversations if row.created_at >= oldest),
            activities=tuple(row for row in account.activities if row.at >= oldest),
            nps=tuple(row for row in account.nps if row.at >= oldest),
        )

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
