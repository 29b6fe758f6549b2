"""Entitled modules, modules used, and which features are jobs (definitions.md sections 1 and 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.grouping import sum_by
from csmdesk.engine.metrics.windows import Window


@dataclass(frozen=True, slots=True)
class Entitled:
    """`matrix` (customers, modules): which customer pays for which module on the day."""

    modules: tuple[str, ...]
    matrix: Bools


def feature_modules(facts: Facts, settings: Settings) -> tuple[str, ...]:
    """Module of each feature name, "" when unknown; the workspace's taxonomy adds to the source's."""
    own = {
        feature: module for module, names in settings.features.modules.items() for feature in names
    }
    pairs = zip(facts.usage.feature_names, facts.usage.feature_modules, strict=True)
    return tuple(own.get(name) or module for name, module in pairs)


def entitled_modules(facts: Facts, money: Columns, day: int) -> Entitled:
    """Modules of the products of counted subscriptions plus entitlements in force on `day`."""
    of_product = _modules_of_products(facts)
    holders: dict[tuple[str, ...], list[int]] = {}
    for customer, products in enumerate(money["products"]):
        holders.setdefault(products, []).append(customer)
    bundles = {
        products: {module for product in products for module in of_product.get(product, ())}
        for products in holders
    }
    extra = _entitlement_rows(facts.tables["entitlement"], of_product, day)
    named = {module for _, module in extra}.union(*bundles.values())
    modules = tuple(sorted(named))
    place = {module: index for index, module in enumerate(modules)}
    matrix = np.zeros((facts.count, len(modules)), dtype=np.bool_)
    for products, customers in holders.items():
        columns = sorted(place[module] for module in bundles[products])
        matrix[np.ix_(customers, columns)] = True
    for customer, module in extra:
        matrix[customer, place[module]] = True
    return Entitled(modules, matrix)


def _modules_of_products(facts: Facts) -> dict[str, tuple[str, ...]]:
    table = facts.tables["product"]
    return dict(zip(table["name"], (tuple(m) for m in table["modules"]), strict=True))


def _entitlement_rows(
    table: Columns, of_product: dict[str, tuple[str, ...]], day: int
) -> set[tuple[int, str]]:
    since, until = table.ints("since"), table.ints("until")
    customer = table.ints("customer")
    valid = (customer != MISSING) & (since <= day) & ((until == MISSING) | (until > day))
    products, modules = table.texts("product"), table.texts("module")
    found: set[tuple[int, str]] = set()
    for row in np.flatnonzero(valid).tolist():
        module = modules[row]
        names = (module,) if module else of_product.get(products[row] or "", ())
        found |= {(int(customer[row]), name) for name in names}
    return found


def modules_used(
    facts: Facts, entitled: Entitled, names: tuple[str, ...], window: Window, days: tuple[int, int]
) -> Ints:
    """How many entitled modules have use of any feature in `days`, which must be covered."""
    usage = facts.usage
    place = {module: index for index, module in enumerate(entitled.modules)}
    module = np.array([place.get(name, -1) for name in names], dtype=np.int64)
    used = window.cut(usage.feature_events, *days).any(axis=1)
    of_row = module[usage.feature_name] if len(module) else np.zeros(0, dtype=np.int64)
    used &= of_row >= 0
    matrix = np.zeros_like(entitled.matrix)
    matrix[usage.feature_customer[used], of_row[used]] = True
    count: Ints = (matrix & entitled.matrix).sum(axis=1, dtype=np.int64)
    return count


@dataclass(frozen=True, slots=True)
class Jobs:
    """Jobs run and failed per customer, and the name under which the most failed (or None)."""

    jobs: Ints
    failed: Ints
    name: list[str | None]


def job_counts(
    facts: Facts,
    money: Columns,
    names: tuple[str, ...],
    is_job: Bools,
    window: Window,
    days: tuple[int, int],
) -> Jobs:
    """Jobs of `days`, which must be covered; `is_job` tells which feature names are jobs."""
    usage, count = facts.usage, facts.count
    rows = is_job[usage.feature_name]
    customer = usage.feature_customer[rows]
    run: Ints = window.cut(usage.feature_events, *days)[rows].sum(axis=1, dtype=np.int64)
    failed: Ints = window.cut(usage.feature_failed, *days)[rows].sum(axis=1, dtype=np.int64)
    worst = _worst_feature(customer, usage.feature_name[rows], failed)
    of_product = _modules_of_products(facts)
    titles: list[str | None] = [None] * count
    for owner, feature in worst:
        module = names[feature]
        products = money["products"][owner]
        selling = (p for p in products if module and module in of_product.get(p, ()))
        titles[owner] = next(selling, module or usage.feature_names[feature])
    return Jobs(sum_by(customer, run, count), sum_by(customer, failed, count), titles)


def _worst_feature(
    customer: Ints, feature: NDArray[np.int64], failed: Ints
) -> list[tuple[int, int]]:
    """(customer, feature) with the most failures of each customer that has any; ties: first name."""
    some = failed > 0
    customer, feature, failed = customer[some], feature[some], failed[some]
    order = np.lexsort((feature, -failed, customer))
    owner = customer[order]
    first = np.ones(len(owner), dtype=np.bool_)
    first[1:] = owner[1:] != owner[:-1]
    chosen = order[first]
    return list(zip(customer[chosen].tolist(), feature[chosen].tolist(), strict=True))
