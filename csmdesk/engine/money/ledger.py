"""The ledger: everything about subscriptions that does not depend on the day, built once.

`Ledger.view(day)` is what was known on a day; `Ledger.mrr` is M(d) of definitions.md section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.money.exact import Exact, expand, first_of_run, last_at, spans
from csmdesk.engine.money.rates import RateTable, build_rates, sum_converted
from csmdesk.engine.money.rows import (
    DiscountRows,
    Heads,
    ItemLog,
    StatusLog,
    build_discounts,
    build_heads,
    build_item_log,
    build_status_log,
)
from csmdesk.engine.money.statuses import status_codes
from csmdesk.engine.money.values import Values, build_values
from csmdesk.engine.money.view import Groups, View, build_view

_KEPT_VIEWS = 3


@dataclass(frozen=True)
class Ledger:
    """Subscriptions of all customers. Immutable but for a small cache of views."""

    customers: int
    heads: Heads
    status_log: StatusLog
    items: ItemLog
    discounts: DiscountRows
    values: Values
    groups: Groups
    rates: RateTable
    late_status: Ints
    late_items: Ints
    _views: dict[bytes, View] = field(default_factory=dict)

    def view(self, day: int) -> View:
        """Subscriptions as known on `day`. Valid for questions about days up to that one."""
        status = np.ones(len(self.status_log.day), dtype=np.bool_)
        items = np.ones(len(self.items.day), dtype=np.bool_)
        status[self.late_status] = self.status_log.visible[self.late_status] <= day
        items[self.late_items] = self.items.visible[self.late_items] <= day
        signature = np.packbits(np.append(status[self.late_status], items[self.late_items]))
        known = self._views.get(signature.tobytes())
        if known is None:
            while len(self._views) >= _KEPT_VIEWS:
                self._views.pop(next(iter(self._views)))
            known = self._build(status, items)
            self._views[signature.tobytes()] = known
        return known

    def _build(self, status: Bools, items: Bools) -> View:
        return build_view(
            self.heads,
            self.status_log,
            self.items,
            self.discounts,
            self.values,
            self.groups,
            status,
            items,
        )

    def mrr(self, view: View, customer: Ints, day: Ints, rate_day: Ints) -> tuple[Ints, Bools]:
        """round(native MRR of `day` × rate of `rate_day`) per (customer, day) asked, and whether a
        rate was missing (that part is left out)."""
        first, length = spans(self.groups.customer, self.customers)
        slot, group = expand(first[customer], length[customer])
        native: Exact = view.mrr.at(group, day[slot])
        currency = self.groups.currency[group]
        return sum_converted(
            slot, len(customer), native, currency, rate_day[slot], self.values.scale, self.rates
        )

    def mrr_on(self, view: View, day: int) -> tuple[Ints, Bools]:
        """M(day) of every customer in reporting minor units, and missing rates."""
        customer = np.arange(self.customers)
        days = np.full(self.customers, day, dtype=np.int64)
        return self.mrr(view, customer, days, days)

    def status_on(self, view: View, day: int) -> Ints:
        """Status type of each subscription on a day."""
        return view.status.at(np.arange(self.heads.count), day)

    def rows_on(self, view: View, day: int) -> Ints:
        """Row of the item log in force for each item on a day, -1 before its first."""
        place = last_at(view.rows.key, np.arange(self.items.item_count), day)
        if not len(view.rows.value):
            return place
        return np.where(place >= 0, view.rows.value[place], -1)


def build_ledger(facts: Facts, settings: Settings) -> Ledger:
    """Reads the subscription tables of the facts once."""
    codes = status_codes(settings.statuses)
    heads, place = build_heads(facts, codes)
    status_log = build_status_log(facts, heads, place, codes)
    items = build_item_log(facts, place)
    discounts = build_discounts(facts, place)
    return Ledger(
        customers=facts.count,
        heads=heads,
        status_log=status_log,
        items=items,
        discounts=discounts,
        values=build_values(items, discounts, heads.customer),
        groups=_groups(heads),
        rates=build_rates(facts.rates, heads.currencies),
        late_status=np.flatnonzero(status_log.visible > status_log.day),
        late_items=_late_items(heads, items),
    )


def _groups(heads: Heads) -> Groups:
    width = max(len(heads.currencies), 1)
    pair, of_head = np.unique(heads.customer * width + heads.currency, return_inverse=True)
    return Groups(pair // width, pair % width, of_head.astype(np.int64))


def _late_items(heads: Heads, log: ItemLog) -> Ints:
    """Rows whose visibility can change a past day: told after they held, or the first price of a
    subscription that started earlier (it holds from the start once it is known)."""
    late = log.visible > log.day
    if len(log.head):
        starts = np.flatnonzero(first_of_run(log.head))
        first = np.minimum.reduceat(log.day, starts)
        gap = np.zeros(heads.count, dtype=np.bool_)
        gap[log.head[starts]] = first > heads.started[log.head[starts]]
        late |= gap[log.head]
    return np.flatnonzero(late)
