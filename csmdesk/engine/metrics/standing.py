"""Where the subscriptions of every customer stand on one day: status, seats, products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.engine.money.exact import distinct, first_of_run, key_day, key_owner
from csmdesk.engine.money.ledger import Ledger
from csmdesk.engine.money.prepared import Prepared
from csmdesk.engine.money.statuses import (
    CANCELLED,
    CHURNED,
    FREE,
    NOT_COUNTED,
    PROSPECT,
    TITLES,
    TRIAL,
)
from csmdesk.engine.money.view import counted


@dataclass(frozen=True)
class Standing:
    """`codes`, `is_counted`: per subscription; `rows`: item rows in force, -1 none; `counted` (how
    many) and `first_counted` (day, MISSING never): per customer."""

    codes: Ints
    is_counted: Bools
    rows: Ints
    counted: Ints
    first_counted: Ints


def standing_on(ready: Prepared, facts: Facts, day: int) -> Standing:
    """Subscriptions as of `day`, by what was known then."""
    ledger = ready.ledger
    view = ledger.view(day)
    codes = ledger.status_on(view, day)
    now = counted(codes)
    first = np.full(facts.count, np.iinfo(np.int64).max, dtype=np.int64)
    points = view.status.key[counted(view.status.value)]
    np.minimum.at(first, ledger.heads.customer[key_owner(points)], key_day(points))
    return Standing(
        codes=codes,
        is_counted=now,
        rows=ledger.rows_on(view, day),
        counted=np.bincount(ledger.heads.customer[now], minlength=facts.count).astype(np.int64),
        first_counted=np.where(first <= day, first, MISSING),
    )


def status_titles(now: Standing, count: int, ledger: Ledger) -> list[str]:
    """Status of each customer: the first of definitions.md section 1 that holds."""
    lowest = np.full(count, CANCELLED, dtype=np.int64)
    live = now.codes != NOT_COUNTED
    np.minimum.at(lowest, ledger.heads.customer[live], now.codes[live])
    ever = now.first_counted != MISSING
    titles = [*TITLES[: FREE + 1], CHURNED, PROSPECT]
    index = np.where(lowest < CANCELLED, lowest, np.where(ever, FREE + 1, FREE + 2))
    return [titles[place] for place in index.tolist()]


def live_rows(ready: Prepared, now: Standing, trials: bool) -> Ints:
    """Item rows in force with a quantity, of counted subscriptions (and, if asked, of the trials of
    customers that have none)."""
    log = ready.ledger.items
    row = now.rows[now.rows >= 0]
    allowed = now.is_counted
    if trials:
        unpaid = now.counted[ready.ledger.heads.customer] == 0
        allowed = allowed | ((now.codes == TRIAL) & unpaid)
    return row[(log.quantity[row] > 0) & allowed[log.head[row]]]


def seats_of(ready: Prepared, facts: Facts, now: Standing) -> Ints:
    """Contracted seats per customer; 0 for none.

    A subscription's are those it states apart, unless its quantities have a history (which dates
    them), else the quantities of its products that count seats.
    """
    ledger, log = ready.ledger, ready.ledger.items
    stated = facts.tables["subscription"].ints("seats")[ledger.heads.row]
    row = live_rows(ready, now, trials=False)
    row = row[~log.metered[row]]
    per_unit = ready.catalog.seats_per_unit[ready.catalog.of_row[row]]
    bought = np.zeros(ledger.heads.count, dtype=np.int64)
    np.add.at(bought, log.head[row], log.quantity[row] * per_unit)
    changed = np.zeros(ledger.heads.count, dtype=np.bool_)
    changed[log.head[log.day > ledger.heads.started[log.head]]] = True
    seats = np.where((stated != MISSING) & ~changed, stated, bought)
    result = np.zeros(facts.count, dtype=np.int64)
    np.add.at(result, ledger.heads.customer, np.where(now.is_counted, seats, 0))
    return result


def products_of(ready: Prepared, now: Standing, count: int) -> list[tuple[str, ...]]:
    """Names of the products that each customer pays for, in alphabetic order; of one that pays for
    nothing those on trial."""
    ledger, names = ready.ledger, ready.catalog.names
    row = live_rows(ready, now, trials=True)
    width = max(len(names), 1)
    alphabetic = sorted(range(len(names)), key=lambda index: names[index])
    place = np.empty(len(names), dtype=np.int64)
    place[alphabetic] = np.arange(len(names))
    owner = ledger.heads.customer[ledger.items.head[row]]
    pairs = distinct(owner * width + place[ready.catalog.of_row[row]])
    customer, product = pairs // width, pairs % width
    result: list[tuple[str, ...]] = [()] * count
    if not len(pairs):
        return result
    starts = np.flatnonzero(first_of_run(customer))
    ends = np.append(starts[1:], len(product)).tolist()
    sold = [names[alphabetic[item]] for item in product.tolist()]
    for index, start, end in zip(customer[starts].tolist(), starts.tolist(), ends, strict=True):
        result[index] = tuple(sold[start:end])
    return result
