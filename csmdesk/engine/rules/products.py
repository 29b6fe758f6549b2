"""What each customer's products are made of and when they were last used: for rules 6, 8 and 10."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.engine.metrics.modules import feature_modules
from csmdesk.engine.metrics.windows import usage_window
from csmdesk.engine.money.intervals import monthly
from csmdesk.engine.rules.rule import Context


@dataclass(frozen=True, slots=True)
class Pairs:
    """Entitled (customer, product) pairs on D: products of counted subscriptions."""

    customer: Ints
    product: Ints
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.customer)


def entitled_pairs(ctx: Context) -> Pairs:
    names = sorted({name for products in ctx.measures["products"] for name in products})
    place = {name: index for index, name in enumerate(names)}
    pairs = [
        (row, place[name])
        for row, products in enumerate(ctx.measures["products"])
        for name in products
    ]
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return Pairs(both[:, 0], both[:, 1], tuple(names))


def features_of_products(ctx: Context, names: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """Features of each named product by its modules; a product without known modules is left out.

    Features come from use known on D and from the workspace's own taxonomy.
    """
    of_module: dict[str, set[str]] = defaultdict(set)
    usage = ctx.facts.usage
    found = feature_modules(ctx.facts, ctx.settings)
    known = ctx.events.first_used <= usage_window(ctx.facts, ctx.day).last
    for feature, module, seen in zip(usage.feature_names, found, known.tolist(), strict=True):
        if seen:
            of_module[module].add(feature)
    for module, features in ctx.settings.features.modules.items():
        of_module[module].update(features)
    modules = ctx.product_modules
    return {
        name: frozenset().union(*(of_module[module] for module in modules[name]))
        for name in names
        if modules.get(name)
    }


def last_use(ctx: Context, pairs: Pairs, features: dict[str, frozenset[str]]) -> Ints:
    """Per pair the newest day on which the customer used one of the product's `features`.

    MISSING where it never did within the kept days.
    """
    place = {name: index for index, name in enumerate(ctx.facts.usage.feature_names)}
    found = np.full(pairs.count, MISSING, np.int64)
    for index, name in enumerate(pairs.names):
        columns = [place[f] for f in sorted(features.get(name, ())) if f in place]
        mine = pairs.product == index
        if columns:
            found[mine] = ctx.feature_last_use[pairs.customer[mine]][:, columns].max(axis=1)
    return found


def since_when(ctx: Context, pairs: Pairs) -> Ints:
    """First day of each pair's product in the customer's contracts as far as it is known on D, else
    MISSING."""
    since = ctx.events.product_since
    place = {name: at for at, name in enumerate(since.names)}
    name = np.array([place.get(one, MISSING) for one in pairs.names], np.int64)[pairs.product]
    key = np.where(name == MISSING, MISSING, pairs.customer * max(len(place), 1) + name)
    at = np.searchsorted(since.key, key)
    known = np.append(since.key, MISSING)[at] == key
    day = np.append(since.day, MISSING)[at]
    return np.where(known & (day <= ctx.day), day, MISSING)


def rows_of(table: Columns, row: int) -> range:
    """Rows of one customer: every fact table is sorted by customer."""
    owner = table.ints("customer")
    return range(int(owner.searchsorted(row)), int(owner.searchsorted(row + 1)))


def covered_from(ctx: Context) -> int:
    """First day of usage known at all; MISSING when none is."""
    window = usage_window(ctx.facts, ctx.day)
    return window.first if window.days else MISSING


def monthly_amount(ctx: Context, row: int, product: str) -> tuple[int, str] | None:
    """(minor units, currency) that a customer pays a month for a product, discounts not taken off.

    Items of subscriptions that are served on D; None when they are in several currencies.
    """
    items = ctx.facts.tables["subscription_item"]
    heads = ctx.facts.tables["subscription"]
    names = ctx.product_names
    total: dict[str, Fraction | int] = {}
    for place in rows_of(items, row):
        product_id = items["product_id"][place]
        told = names.get((items["source"][place], product_id), product_id)
        if told != product or items["metered"][place]:
            continue
        head = int(items.ints("subscription")[place])
        ended = int(heads.ints("ended_on")[head])
        if heads.ints("started_on")[head] > ctx.day or (ended != MISSING and ended <= ctx.day):
            continue
        currency = heads["currency"][head]
        times = monthly(items["interval"][place], int(items.ints("interval_count")[place]))
        price = int(items.ints("unit_num")[place]) * int(items.ints("quantity")[place])
        below = int(items.ints("unit_den")[place]) * times.denominator
        total[currency] = total.get(currency, 0) + Fraction(price * times.numerator, below)
    if len(total) != 1:
        return None
    currency, amount = total.popitem()
    return round(amount), currency
