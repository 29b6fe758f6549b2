"""Churn from subscriptions: the days on which a customer's last subscription ended.

definitions.md section 4: a pause or a free plan is no churn until it ends in cancellation; cancel
and create on one day net to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.engine.money.exact import distinct, expand, key_day, key_owner, keys, last_at, spans
from csmdesk.engine.money.ledger import Ledger
from csmdesk.engine.money.statuses import FREE, PAUSED
from csmdesk.engine.money.view import counted

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether each customer has a subscription that counts or could resume, as a step function:
    `there[i]` holds from `key[i]` (customer, day) on."""

    customers: int
    key: Ints
    there: Bools

    def on(self, day: int) -> Bools:
        """Customers with such a subscription on a day."""
        place = last_at(self.key, np.arange(self.customers), day)
        if not len(self.key):
            return np.zeros(self.customers, dtype=np.bool_)
        return np.where(place >= 0, self.there[place], False)

    def gone_on(self, first: int, last: int) -> Ints:
        """First day in first … last without one per customer, MISSING where there is none. For
        customers that are there on the day before `first` it is the day of their churn."""
        day = key_day(self.key)
        rows = np.flatnonzero(~self.there & (day >= first) & (day <= last))
        gone = np.full(self.customers, _NEVER, dtype=np.int64)
        np.minimum.at(gone, key_owner(self.key[rows]), day[rows])
        return np.where(gone == _NEVER, MISSING, gone)


def presence(ledger: Ledger, known_on: int) -> Presence:
    """Presence of all customers up to `known_on`, by what was known on that day."""
    view, heads = ledger.view(known_on), ledger.heads
    steps = view.status.key
    points = distinct(keys(heads.customer[key_owner(steps)], key_day(steps)))
    first, length = spans(heads.customer, ledger.customers)
    customer, day = key_owner(points), key_day(points)
    slot, head = expand(first[customer], length[customer])
    code = view.status.at(head, day[slot])
    there = np.zeros(len(points), dtype=np.bool_)
    there[slot[counted(code) | (code == PAUSED) | (code == FREE)]] = True
    return Presence(ledger.customers, points, there)
