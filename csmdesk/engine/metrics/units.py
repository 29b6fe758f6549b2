"""What is used of products that are not sold by the seat: scans a month, assets at a time (rule 3).

The limit is the quantity of counted subscriptions × the product's capacity per unit, or what an
entitlement states. Counted units are summed over the billing month up to D-1, of level units the
highest reading of the last 30 usage days counts (definitions.md section 6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import SEAT_WORDS
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings, Unit
from csmdesk.engine.metrics.modules import feature_modules
from csmdesk.engine.metrics.standing import Standing, live_rows, standing_on
from csmdesk.engine.metrics.windows import usage_window
from csmdesk.engine.money.intervals import boundary, first_boundary
from csmdesk.engine.money.prepared import Prepared

COMPARED_DAYS = 30
LEVEL_DAYS = 30


class UnitUse(NamedTuple):
    """One entitlement of one customer: `subject` is its source id. `used` and `limit` on the day and
    30 days before; MISSING where usage is not known or nothing was sold then."""

    subject: str
    product: str
    used: int
    limit: int
    used_before: int
    limit_before: int


@dataclass(frozen=True, slots=True)
class _Held:
    """An entitlement in force; its billing months are counted from day `anchor`."""

    customer: int
    subject: str
    product: str
    unit: str
    limit: int
    anchor: int


def unit_use(
    facts: Facts, settings: Settings, ready: Prepared, day: int
) -> list[tuple[UnitUse, ...]]:
    """The unit entitlements of every customer, () for those without any. Units that the workspace
    does not configure are not looked at: nothing says what counts them."""
    found: list[tuple[UnitUse, ...]] = [()] * facts.count
    units = {name.lower(): unit for name, unit in settings.features.units.items()}
    if not units:
        return found
    held = [one for one in _held(facts, ready, day) if one.unit in units]
    if not held:
        return found
    then = day - COMPARED_DAYS
    former = {(one.customer, one.subject): one.limit for one in _held(facts, ready, then)}
    names = _Names(facts, settings, units)
    used, before = (_used(facts, names, held, on) for on in (day, then))
    for one, use, use_before in zip(held, used, before, strict=True):
        limit = former.get((one.customer, one.subject), MISSING)
        told = UnitUse(one.subject, one.product, use, one.limit, use_before, limit)
        found[one.customer] = (*found[one.customer], told)
    return found


def _held(facts: Facts, ready: Prepared, day: int) -> list[_Held]:
    """Entitlements in force by customer and subject; what is stated wins over what was bought."""
    now = standing_on(ready, facts, day)
    stated = _stated(facts, now, day)
    told = {(one.customer, one.product) for one in stated}
    bought = [one for one in _bought(ready, now) if (one.customer, one.product) not in told]
    return sorted((*stated, *bought), key=lambda one: (one.customer, one.subject))


def _bought(ready: Prepared, now: Standing) -> list[_Held]:
    """Quantity × capacity per unit of each product in counted subscriptions."""
    ledger, catalog = ready.ledger, ready.catalog
    row = live_rows(ready, now, trials=False)
    row = row[~ledger.items.metered[row]]
    row = row[catalog.units_per_unit[catalog.of_row[row]] > 0]
    head = ledger.items.head[row]
    sold: dict[tuple[int, int], tuple[int, int]] = {}
    for owner, product, quantity, started in zip(
        ledger.heads.customer[head].tolist(),
        catalog.of_row[row].tolist(),
        ledger.items.quantity[row].tolist(),
        ledger.heads.started[head].tolist(),
        strict=True,
    ):
        limit, anchor = sold.get((owner, product), (0, started))
        limit += quantity * int(catalog.units_per_unit[product])
        sold[owner, product] = limit, min(anchor, started)
    return [
        _Held(owner, catalog.ids[at], catalog.names[at], catalog.units[at], limit, anchor)
        for (owner, at), (limit, anchor) in sold.items()
    ]


def _stated(facts: Facts, now: Standing, day: int) -> list[_Held]:
    table = facts.tables["entitlement"]
    since, until = table.ints("since"), table.ints("until")
    valid = (table.ints("customer") != MISSING) & (since <= day)
    valid &= ((until == MISSING) | (until > day)) & (table.ints("capacity") != MISSING)
    found = []
    for row in np.flatnonzero(valid).tolist():
        unit, owner = (table["unit"][row] or "").lower(), int(table.ints("customer")[row])
        if unit in SEAT_WORDS or not now.counted[owner]:
            continue
        begun = int(since[row]) if since[row] != MISSING else int(now.first_counted[owner])
        subject, product = table["source_id"][row], table["product"][row]
        limit = int(table.ints("capacity")[row])
        found.append(_Held(owner, subject, product, unit, limit, begun))
    return found


def _used(facts: Facts, names: _Names, held: Sequence[_Held], day: int) -> list[int]:
    """Use of each entitlement as of `day`."""
    customers = np.array([one.customer for one in held], dtype=np.int64)
    joined = (facts.usage.joined & facts.joined("usage"))[customers]
    months = _month_starts(np.array([one.anchor for one in held], dtype=np.int64), day)
    result = np.full(len(held), MISSING, dtype=np.int64)
    kinds: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(held):
        kinds.setdefault((one.product, one.unit), []).append(place)
    for (product, unit), places in kinds.items():
        features, level = names.of(product, unit), names.units[unit].level
        if features is None:
            continue
        at = np.array([place for place in places if joined[place]], dtype=np.int64)
        first = np.full(len(at), day - LEVEL_DAYS, np.int64) if level else months[at]
        result[at] = _sums(facts, features, customers[at], first, day, level=level)
    return [int(value) for value in result]


def _month_starts(anchor: Ints, day: int) -> Ints:
    """First day of the billing month that holds D-1, the last usage day."""
    month, none = np.ones_like(anchor), np.zeros_like(anchor)
    after = first_boundary(anchor, month, none, np.full(len(anchor), day, dtype=np.int64))
    return boundary(anchor, month, none, after - 1)


def _sums(
    facts: Facts, features: Ints, customers: Ints, first: Ints, day: int, *, level: bool
) -> Ints:
    """Sum of the features' events over `first` … D-1 per customer, or their highest day."""
    usage, window = facts.usage, usage_window(facts, day)
    rows = np.flatnonzero(np.isin(usage.feature_name, features))
    owner = usage.feature_customer[rows]
    result = np.full(len(customers), MISSING, dtype=np.int64)
    for start in np.unique(first).tolist():
        if not window.covers(start, day - 1):
            continue
        mine = np.flatnonzero(first == start)
        some = np.isin(owner, customers[mine])
        cells = window.cut(usage.feature_events[rows[some]], start, day - 1)
        value = cells.max(axis=1, initial=0) if level else cells.sum(axis=1, dtype=np.int64)
        total = np.zeros(facts.count, dtype=np.int64)
        np.add.at(total, owner[some], value.astype(np.int64))
        result[mine] = total[customers[mine]]
    return result


class _Names:
    """Which features count a unit: those configured, else all of the product's modules."""

    def __init__(self, facts: Facts, settings: Settings, units: Mapping[str, Unit]) -> None:
        self.units = units
        self._features = facts.usage.feature_names
        self._modules = feature_modules(facts, settings)
        table = facts.tables["product"]
        self._of_product = dict(zip(table["name"], map(set, table["modules"]), strict=True))

    def of(self, product: str, unit: str) -> Ints | None:
        """Indices of the features; None when the product's modules are not known either."""
        chosen = set(self.units[unit].features)
        modules = self._of_product.get(product) or set()
        if not chosen and not modules:
            return None
        pairs = zip(self._features, self._modules, strict=True)
        own = [
            at
            for at, (feature, module) in enumerate(pairs)
            if (feature in chosen if chosen else module in modules)
        ]
        return np.array(own, dtype=np.int64)
