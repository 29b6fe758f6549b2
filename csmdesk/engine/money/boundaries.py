"""Renewal dates that came: term boundaries of subscriptions and whether they went on (section 8).

A boundary belongs to the term that was in force on the day before it, so a subscription that changed
from months to years is asked only once a year from then on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.money.exact import distinct, expand, key_day, key_owner, last_at, spans
from csmdesk.engine.money.intervals import boundary, first_boundary, monthly, on_grid, term
from csmdesk.engine.money.ledger import Ledger
from csmdesk.engine.money.prepared import Prepared
from csmdesk.engine.money.rows import FAR
from csmdesk.engine.money.view import View, counted


@dataclass(frozen=True)
class _Grids:
    """Every term that a subscription ever had: `rank` orders intervals by length, the longest
    highest; boundaries are anchor + k terms, k from `least`, up to the day `limit`."""

    head: Ints
    rank: Ints
    months: Ints
    days: Ints
    anchor: Ints
    least: Ints
    limit: Ints

    def taken(self, rows: Ints) -> _Grids:
        columns = (
            self.head,
            self.rank,
            self.months,
            self.days,
            self.anchor,
            self.least,
            self.limit,
        )
        return _Grids(*(column[rows] for column in columns))


def renewal_dates_between(
    facts: Facts, settings: Settings, prepared: Prepared, first: int, last: int
) -> Columns:
    """Renewal dates from `first` to `last` as known on `last`, by date, then customer: customer,
    subscription (source id), renewal_on, accomplished (1: still counted on that date).

    Terms shorter than `renewals.min_term_months` have none, nor have subscriptions that never
    counted before the date.
    """
    ledger = prepared.ledger
    view = ledger.view(last)
    planned = facts.tables["subscription"].ints("next_billing_on")[ledger.heads.row]
    ranks = _ranks(ledger)
    grids = _grids(ledger, view, planned, ranks, settings.renewals.min_term_months)
    head, date, rank = _inside(grids, first, last)
    real = (_rank_before(ledger, view, head, date, ranks) == rank) & _counted_before(
        ledger, view, head, date
    )
    head, date = head[real], date[real]
    order = np.lexsort((head, date))  # subscriptions are sorted by customer
    head, date = head[order], date[order]
    ids = facts.tables["subscription"].texts("source_id")
    return Columns(
        {
            "customer": ledger.heads.customer[head],
            "subscription": [ids[row] for row in ledger.heads.row[head].tolist()],
            "renewal_on": date,
            "accomplished": counted(view.status.at(head, date)).astype(np.int64),
        },
        len(head),
    )


def _ranks(ledger: Ledger) -> Ints:
    """Rank of each interval by its length, from 1."""
    worth = [monthly(name, count) for name, count in ledger.items.intervals]
    order = sorted(range(len(worth)), key=lambda index: worth[index], reverse=True)
    rank = np.zeros(len(worth), dtype=np.int64)
    rank[order] = np.arange(1, len(worth) + 1)
    return rank


def _grids(ledger: Ledger, view: View, planned: Ints, ranks: Ints, min_months: int) -> _Grids:
    log, heads = ledger.items, ledger.heads
    width = max(len(log.intervals), 1)
    row = view.rows.value[_priced(ledger, view.rows.value)]
    pairs = distinct(log.head[row] * width + log.interval[row])
    head, interval = pairs // width, pairs % width
    enough = np.array(
        [monthly(name, count) * min_months <= 1 for name, count in log.intervals], dtype=np.bool_
    )
    kept = enough[interval] if len(interval) else np.zeros(0, dtype=np.bool_)
    head, interval = head[kept], interval[kept]
    terms = np.array([term(*one) for one in log.intervals], dtype=np.int64).reshape(-1, 2)
    months, days = terms[interval, 0], terms[interval, 1]
    anchor, counted_back = _anchors(ledger, planned, head, months, days)
    end = np.minimum(heads.end[head], FAR)
    after_end = boundary(anchor, months, days, first_boundary(anchor, months, days, end))
    limit = np.where(planned[head] != MISSING, planned[head], after_end)
    first = first_boundary(anchor, months, days, heads.started[head] + 1)
    least = np.where(counted_back, first, np.maximum(first, 1))
    return _Grids(head, ranks[interval], months, days, anchor, least, limit)


def _anchors(
    ledger: Ledger, planned: Ints, head: Ints, months: Ints, days: Ints
) -> tuple[Ints, Bools]:
    """Where terms are counted from: the start, the trial's end, or back from next_billing_on."""
    started, trial_end, billing = (
        column[head] for column in (ledger.heads.started, ledger.heads.trial_end, planned)
    )
    by_start = (billing == MISSING) | on_grid(started, months, days, billing)
    by_trial = ~by_start & on_grid(trial_end, months, days, billing)
    anchor = np.where(by_start, started, np.where(by_trial, trial_end, billing))
    return anchor, np.asarray(~by_start & ~by_trial)


def _priced(ledger: Ledger, row: Ints) -> Bools:
    """Rows of the item log that make a term: a recurring price with a quantity."""
    log = ledger.items
    return np.asarray((row >= 0) & (log.quantity[row] > 0) & ~log.metered[row])


def _inside(grids: _Grids, first: int, last: int) -> tuple[Ints, Ints, Ints]:
    """(head, date, rank) of every boundary in the window."""
    start = np.full(len(grids.head), first, dtype=np.int64)
    k = first_boundary(grids.anchor, grids.months, grids.days, start)
    k = np.maximum(k, grids.least)
    none = np.zeros(0, dtype=np.int64)
    heads, dates, ranks = [none], [none], [none]
    while len(k):
        date = boundary(grids.anchor, grids.months, grids.days, k)
        rows = np.flatnonzero((date <= last) & (date <= grids.limit))
        grids, k = grids.taken(rows), k[rows] + 1
        heads.append(grids.head)
        dates.append(date[rows])
        ranks.append(grids.rank)
    return np.concatenate(heads), np.concatenate(dates), np.concatenate(ranks)


def _rank_before(ledger: Ledger, view: View, head: Ints, date: Ints, ranks: Ints) -> Ints:
    """Rank of the longest term in force on the day before each date, 0 for none."""
    log = ledger.items
    owner = np.zeros(log.item_count, dtype=np.int64)
    owner[log.item] = log.head
    first, length = spans(owner, ledger.heads.count)
    slot, item = expand(first[head], length[head])
    place = last_at(view.rows.key, item, date[slot] - 1)
    slot, place = slot[place >= 0], place[place >= 0]
    row = view.rows.value[place]
    priced = _priced(ledger, row)
    best = np.zeros(len(head), dtype=np.int64)
    np.maximum.at(best, slot[priced], ranks[log.interval[row[priced]]])
    return best


def _counted_before(ledger: Ledger, view: View, head: Ints, date: Ints) -> Bools:
    never = np.iinfo(np.int64).max
    since = np.full(ledger.heads.count, never, dtype=np.int64)
    points = view.status.key[counted(view.status.value)]
    np.minimum.at(since, key_owner(points), key_day(points))
    return np.asarray(since[head] < date)
