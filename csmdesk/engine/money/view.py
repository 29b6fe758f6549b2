"""A view: subscriptions as they were known on one day, as step functions of the day.

Everything is a sorted array of keys (owner, day) beside the value that holds from that day on, so
that any number of (owner, day) questions is one binary search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.engine.money.exact import (
    Exact,
    distinct,
    first_of_run,
    key_day,
    key_owner,
    keys,
    last_at,
    last_of_run,
    running_totals,
)
from csmdesk.engine.money.rows import FAR, DiscountRows, Heads, ItemLog, StatusLog
from csmdesk.engine.money.statuses import ACTIVE, CANCELLED, FREE, NOT_COUNTED, PAST_DUE, TRIAL
from csmdesk.engine.money.values import Values

_PRICED = 1 << 20
"""Weight of a line with a price, above any number of lines without one."""


@dataclass(frozen=True)
class Steps:
    """A step function per owner: `value[i]` holds from `key[i]` (owner, day) on."""

    key: Ints
    value: Exact

    def at(self, owner: Ints, day: Ints | int) -> Exact:
        """Values of owners on days; 0 before the first step."""
        index = last_at(self.key, owner, day)
        if not len(self.value):
            return np.zeros(len(index), dtype=self.value.dtype)
        return np.where(index >= 0, self.value[index], 0)


@dataclass(frozen=True)
class Groups:
    """(customer, currency) pairs that have subscriptions, sorted; `of_head` is each head's pair."""

    customer: Ints
    currency: Ints
    of_head: Ints


@dataclass(frozen=True)
class View:
    """What was known: status, price rows in force, MRR numerators by subscription and by group."""

    status: Steps
    rows: Steps  # owner = item, value = row of the item log
    heads_mrr: Steps  # owner = head, numerator over `Values.scale`
    mrr: Steps  # owner = group, numerator over `Values.scale`


def counted(code: Ints) -> Bools:
    """Statuses that count: Active and Past due (definitions.md section 3)."""
    result: Bools = (code == ACTIVE) | (code == PAST_DUE)
    return result


def build_view(
    heads: Heads,
    status: StatusLog,
    items: ItemLog,
    discounts: DiscountRows,
    values: Values,
    groups: Groups,
    shown_status: Bools,
    shown_items: Bools,
) -> View:
    """The view that sees only the marked rows of the status log and of the item log."""
    rows = item_steps(heads, items, shown_items)
    statuses = _with_free(status_steps(heads, status, shown_status), heads, rows, items)
    gross = _gross(rows, items, values)
    interval = _interval_steps(rows, items)
    net = _net(statuses, gross, interval, discounts, values)
    return View(statuses, rows, net, _by_group(net, groups))


def status_steps(heads: Heads, log: StatusLog, shown: Bools) -> Steps:
    """Status type of each subscription over time (NOT_COUNTED before it starts)."""
    owner = np.arange(heads.count)
    trial = heads.trial_end != MISSING
    points = distinct(
        np.concatenate(
            [
                keys(owner, heads.started),
                keys(owner[trial], heads.trial_end[trial]),
                keys(owner, heads.end),
                keys(log.head[shown], log.day[shown]),
            ]
        )
    )
    head, day = key_owner(points), key_day(points)
    code = _status_at(heads, log, shown, head, day)
    return Steps(points, code)


def _status_at(heads: Heads, log: StatusLog, shown: Bools, head: Ints, day: Ints) -> Ints:
    log_keys, log_code = keys(log.head[shown], log.day[shown]), log.code[shown]
    place = last_at(log_keys, head, day)
    said = place >= 0
    base, started, trial_end = heads.base[head], heads.started[head], heads.trial_end[head]
    code = np.where(said, log_code[place], base) if len(log_code) else base
    from_start = ~said
    if len(log_code):
        from_start |= key_day(log_keys[place]) <= started
    has_trial = trial_end != MISSING
    in_trial = has_trial & (day < trial_end) & from_start & counted(code)
    over = has_trial & (day >= trial_end) & (code == TRIAL)
    code = np.where(in_trial, TRIAL, np.where(over, ACTIVE, code))
    code = np.where(day >= heads.end[head], CANCELLED, code)
    return np.where(day < started, NOT_COUNTED, code)


def _with_free(status: Steps, heads: Heads, rows: Steps, log: ItemLog) -> Steps:
    """Marks the days on which a subscription that would count has a list price of nothing: Free.

    A discount of 100 % does not make it free, nor does a price by usage.
    """
    live = log.quantity > 0
    suspects = np.zeros(heads.count, dtype=np.bool_)
    suspects[log.head[live & (log.num == 0)]] = True
    mine = np.flatnonzero(suspects[log.head[rows.value]])
    if not len(mine):
        return status
    key, row = rows.key[mine], rows.value[mine]
    weight = live[row] * (1 + (log.num[row] != 0) * _PRICED)
    lines = _sum_steps(keys(log.head[row], key_day(key)), _changes(key, weight))
    points = distinct(np.concatenate([status.key, lines.key]))
    head, day = key_owner(points), key_day(points)
    code, weight = status.at(head, day), lines.at(head, day)
    free = counted(code) & (weight > 0) & (weight < _PRICED)
    return Steps(points, np.where(free, FREE, code))


def _changes(key: Ints, value: Exact) -> Exact:
    """Differences between neighbours of one owner; the first of an owner is itself."""
    delta = value.copy()
    same = np.flatnonzero(~first_of_run(key_owner(key)))
    delta[same] -= value[same - 1]
    return delta


def item_steps(heads: Heads, log: ItemLog, shown: Bools) -> Steps:
    """The row of the item log in force for each item over time.

    The first price that is known of a subscription holds from its start (definitions.md section 3:
    before the first invoice, from started_on).
    """
    row = np.flatnonzero(shown)
    item, head, day = log.item[row], log.head[row], log.day[row]
    if len(row):
        starts = np.flatnonzero(first_of_run(head))
        first = np.minimum.reduceat(day, starts)
        of_head = np.repeat(first, np.diff(np.append(starts, len(row))))
        day = np.where(day == of_head, np.minimum(day, heads.started[head]), day)
    key = keys(item, day)
    last = last_of_run(key)
    return Steps(key[last], row[last])


def _gross(rows: Steps, log: ItemLog, values: Values) -> Steps:
    """Value of all items of a subscription over time, before status and discounts."""
    delta = _changes(rows.key, values.item[rows.value])
    return _sum_steps(keys(log.head[rows.value], key_day(rows.key)), delta)


def _sum_steps(key: Ints, delta: Exact) -> Steps:
    """Step function of summed changes: equal keys are added up, then totalled per owner."""
    order = np.argsort(key, kind="stable")
    key, delta = key[order], delta[order]
    if not len(key):
        return Steps(key, delta)
    starts = np.flatnonzero(first_of_run(key))
    unique, summed = key[starts], np.add.reduceat(delta, starts)
    return Steps(unique, running_totals(unique, summed))


def _interval_steps(rows: Steps, log: ItemLog) -> Steps:
    """The billing interval of a subscription over time: that of its newest price in force."""
    live = (log.quantity[rows.value] > 0) & ~log.metered[rows.value]
    key = keys(log.head[rows.value[live]], key_day(rows.key[live]))
    order = np.argsort(key, kind="stable")
    key, interval = key[order], log.interval[rows.value[live]][order]
    last = last_of_run(key)
    return Steps(key[last], interval[last])


def _net(
    statuses: Steps,
    gross: Steps,
    interval: Steps,
    discounts: DiscountRows,
    values: Values,
) -> Steps:
    """MRR of each subscription over time: counted statuses only, less discounts in force."""
    bounded = discounts.ends < FAR
    points = distinct(
        np.concatenate(
            [
                statuses.key,
                gross.key,
                keys(discounts.head, discounts.starts),
                keys(discounts.head[bounded], discounts.ends[bounded]),
            ]
        )
    )
    head, day = key_owner(points), key_day(points)
    amount = gross.at(head, day)
    for rank in range(int(discounts.rank.max()) + 1 if len(discounts.rank) else 0):
        amount = _discounted(amount, rank, head, day, discounts, interval, values)
    amount = np.where(counted(statuses.at(head, day)), np.maximum(amount, 0), 0)
    return Steps(points, amount)


def _discounted(
    amount: Exact,
    rank: int,
    head: Ints,
    day: Ints,
    discounts: DiscountRows,
    interval: Steps,
    values: Values,
) -> Exact:
    """Takes the discounts of one rank off; a share of what is left, then an amount an interval."""
    mine = np.flatnonzero(discounts.rank == rank)
    place = np.minimum(np.searchsorted(discounts.head[mine], head), len(mine) - 1)
    row = mine[place]
    in_force = (
        (discounts.head[row] == head) & (discounts.starts[row] <= day) & (day < discounts.ends[row])
    )
    kept = amount // values.keep_den[row] * values.keep_num[row]
    if len(values.factor):
        kept = kept - values.amount[row] * values.factor[interval.at(head, day)]
    result: Exact = np.where(in_force, np.maximum(kept, 0), amount)
    return result


def _by_group(net: Steps, groups: Groups) -> Steps:
    head = key_owner(net.key)
    delta = _changes(net.key, net.value)
    changed = np.flatnonzero(delta != 0)
    key = keys(groups.of_head[head[changed]], key_day(net.key[changed]))
    steps = _sum_steps(key, delta[changed])
    moved = first_of_run(key_owner(steps.key))
    moved[1:] |= steps.value[1:] != steps.value[:-1]
    return Steps(steps.key[moved], steps.value[moved])
