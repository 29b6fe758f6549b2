"""What subscriptions are made of, as sorted arrays: heads, status log, item timeline, discounts.

Built once from the facts, independent of the day. Every row of a log keeps the day on which it is
*visible*: the later of the day it holds from and the day the source first said so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints, by_text, coded
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.engine.money.exact import first_of_run, last_of_run
from csmdesk.engine.money.statuses import ACTIVE, CANCELLED, NOT_COUNTED, PAST_DUE, PAUSED

FAR = 1 << 19
"""A day after every real one: "never"."""


@dataclass(frozen=True)
class Heads:
    """One entry per subscription that belongs to a customer, sorted by (customer, source, id).

    `row` is its row in the facts; `currency` indexes `currencies`; `end` is the first day without
    service or FAR; `base` the status that holds before the log says anything; `now` an undated
    Past due or Paused that the newest row of the log does not know of yet, else NOT_COUNTED.
    """

    row: Ints
    customer: Ints
    currency: Ints
    currencies: tuple[str, ...]
    started: Ints
    trial_end: Ints
    end: Ints
    base: Ints
    now: Ints

    @property
    def count(self) -> int:
        return len(self.row)


@dataclass(frozen=True)
class StatusLog:
    """Dated status types, sorted by (subscription, day, known day); the last of a day wins."""

    head: Ints
    day: Ints
    visible: Ints
    code: Ints


@dataclass(frozen=True)
class ItemLog:
    """Price and quantity of every item over time, sorted by (item, day, known day).

    `item` numbers items in the order of their subscriptions. `interval` is an index into
    `intervals` (name, count), `product` one into `products` (source ids, "" unknown); price of one
    unit and interval is num/den minor units.
    """

    item: Ints
    head: Ints
    day: Ints
    visible: Ints
    num: Ints
    den: Ints
    quantity: Ints
    interval: Ints
    intervals: tuple[tuple[str, int], ...]
    metered: Bools
    product: Ints
    products: tuple[str, ...]
    item_count: int


@dataclass(frozen=True)
class DiscountRows:
    """Recurring discounts, sorted by subscription; `rank` numbers those of one subscription."""

    head: Ints
    rank: Ints
    starts: Ints
    ends: Ints
    percent: Ints  # millionths or MISSING
    amount: Ints  # minor units an interval or MISSING


def head_of_rows(table: Columns, place: Ints) -> Ints:
    """Index of the head of each child row, MISSING where it has none that counts."""
    subscription = table.ints("subscription")
    result = np.full(table.length, MISSING, dtype=np.int64)
    known = subscription != MISSING
    result[known] = place[subscription[known]]
    return result


def build_heads(facts: Facts, codes: dict[str, int]) -> tuple[Heads, Ints]:
    """The heads, and for each subscription row its head (MISSING: belongs to no customer)."""
    table = facts.tables["subscription"]
    row = np.flatnonzero(table.ints("customer") != MISSING)
    place = np.full(table.length, MISSING, dtype=np.int64)
    place[row] = np.arange(len(row))
    currency, names = coded([(text or "").upper() for text in table.texts("currency")])
    base = _statuses(table, codes)[row]
    logged = np.zeros(len(row), dtype=np.bool_)
    log = head_of_rows(facts.tables["status_change"], place)
    logged[log[log != MISSING]] = True
    end, base, now = _ends(table, row, base, logged)
    heads = Heads(
        row=row,
        customer=table.ints("customer")[row],
        currency=currency[row],
        currencies=names,
        started=table.ints("started_on")[row],
        trial_end=table.ints("trial_end")[row],
        end=end,
        base=base,
        now=now,
    )
    return heads, place


def _statuses(table: Columns, codes: dict[str, int]) -> Ints:
    return by_text(table.texts("status"), lambda text: codes.get((text or "").lower(), NOT_COUNTED))


def _ends(table: Columns, row: Ints, base: Ints, logged: Bools) -> tuple[Ints, Ints, Ints]:
    """End of service, status before the log and undated status now of each head.

    A cancelled subscription that names no end of service ended when it was to, or when it was
    cancelled; with any of these dates, or with a log, its undated status says nothing of the past.
    """
    ended, cancel_at, cancelled = (
        table.ints(name)[row] for name in ("ended_on", "cancel_at", "cancelled_on")
    )
    fallback = np.where(cancel_at != MISSING, cancel_at, cancelled)
    end = np.where((ended == MISSING) & (base == CANCELLED), fallback, ended)
    dated = logged | ((base == CANCELLED) & (end != MISSING))
    base = np.where(table["paused"][row] & (base != CANCELLED), PAUSED, base)
    now = np.where((base == PAUSED) | (base == PAST_DUE), base, NOT_COUNTED)
    base = np.where(dated & (base != NOT_COUNTED), ACTIVE, base)
    return np.where(end == MISSING, FAR, end), base, now


def build_status_log(facts: Facts, heads: Heads, place: Ints, codes: dict[str, int]) -> StatusLog:
    """The dated statuses; the newest Active of a subscription gives way to an undated one that the
    source tells now (an invoice says that a period began active, not that it is unpaid since)."""
    table = facts.tables["status_change"]
    head = head_of_rows(table, place)
    day, known = table.ints("changed_on"), table.ints("known_on")
    code = _statuses(table, codes)
    order = np.lexsort((known, day, head))
    order = order[head[order] != MISSING]
    head, day, code = head[order], day[order], code[order]
    current = heads.now[head] if len(head) else head
    overtaken = last_of_run(head) & (code == ACTIVE) & (current != NOT_COUNTED)
    return StatusLog(head, day, np.maximum(day, known[order]), np.where(overtaken, current, code))


def build_item_log(facts: Facts, place: Ints) -> ItemLog:
    """Items as they stand, from `since`, under the changes that say else."""
    items, changes = facts.tables["subscription_item"], facts.tables["subscription_change"]
    head = np.concatenate([head_of_rows(items, place), head_of_rows(changes, place)])
    name, _ = coded([*items.texts("source_id"), *changes.texts("item_id")])
    day = np.concatenate([items.ints("since"), changes.ints("changed_on")])
    known = np.concatenate([items.ints("since"), changes.ints("known_on")])
    is_change = np.repeat([0, 1], [items.length, changes.length])
    order = np.lexsort((known, is_change, day, name, head))
    order = order[head[order] != MISSING]

    def both(column: str) -> Ints:
        result: Ints = np.concatenate([items[column], changes[column]])[order]
        return result

    interval, intervals = _intervals(items, changes)
    product, products = coded([*items.texts("product_id"), *changes.texts("product_id")])
    head, name = head[order], name[order]
    item = np.cumsum(first_of_run(name) | first_of_run(head)) - 1
    log = ItemLog(
        item=item.astype(np.int64),
        head=head,
        day=day[order],
        visible=np.maximum(day, known)[order],
        num=both("unit_num"),
        den=both("unit_den"),
        quantity=both("quantity"),
        interval=interval[order],
        intervals=intervals,
        metered=both("metered").astype(np.bool_),
        product=product[order],
        products=products,
        item_count=int(item[-1]) + 1 if len(item) else 0,
    )
    return _without_repeats(log)


def _intervals(*tables: Columns) -> tuple[Ints, tuple[tuple[str, int], ...]]:
    """Billing intervals of all rows as places in the sorted distinct (name, count)."""
    texts = [text for table in tables for text in table.texts("interval")]
    unit, units = coded(texts, blank="month")
    number = np.concatenate([table.ints("interval_count") for table in tables])
    counts, count = np.unique(number, return_inverse=True)
    pairs, place = np.unique(unit * max(len(counts), 1) + count, return_inverse=True)
    told = [divmod(pair, len(counts)) for pair in pairs.tolist()]
    return place.astype(np.int64), tuple((units[one], int(counts[two])) for one, two in told)


def _without_repeats(log: ItemLog) -> ItemLog:
    """Drops rows that say again what the row before already said (invoice lines do so monthly)."""
    if not len(log.item):
        return log
    same = ~first_of_run(log.item)
    for column in (log.num, log.den, log.quantity, log.interval, log.metered, log.product):
        same[1:] &= column[1:] == column[:-1]
    same[1:] &= log.visible[:-1] <= log.visible[1:]
    keep = np.flatnonzero(~same)
    return ItemLog(
        item=log.item[keep],
        head=log.head[keep],
        day=log.day[keep],
        visible=log.visible[keep],
        num=log.num[keep],
        den=log.den[keep],
        quantity=log.quantity[keep],
        interval=log.interval[keep],
        intervals=log.intervals,
        metered=log.metered[keep],
        product=log.product[keep],
        products=log.products,
        item_count=log.item_count,
    )


def build_discounts(facts: Facts, place: Ints) -> DiscountRows:
    table = facts.tables["discount"]
    head = head_of_rows(table, place)
    starts = table.ints("starts_on")
    order = np.lexsort((starts, head))
    order = order[head[order] != MISSING]
    head = head[order]
    rank = np.arange(len(head)) - np.searchsorted(head, head)
    ends = table.ints("ends_on")[order]
    return DiscountRows(
        head=head,
        rank=rank.astype(np.int64),
        starts=starts[order],
        ends=np.where(ends == MISSING, FAR, ends),
        percent=table.ints("percent_millionths")[order],
        amount=table.ints("amount_off")[order],
    )
