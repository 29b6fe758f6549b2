"""Rule 10, feature_shelf: key features of a product lie on the shelf. Subject: product.

The rung "a paid schedule lapsed" needs a source of schedules; none is connected yet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import LOW, MEDIUM
from csmdesk.domain.texts import date_text
from csmdesk.engine.metrics.windows import usage_window
from csmdesk.engine.rules.limits import Limits
from csmdesk.engine.rules.products import (
    Pairs,
    entitled_pairs,
    features_of_products,
    last_use,
    since_when,
)
from csmdesk.engine.rules.rule import CLEAR, NONE, PRODUCT_USAGE, UNKNOWN, Context, Hit, Rule
from csmdesk.engine.rules.wording import listing

LIMITS = {"idle_days": 14, "tenure_days": 30, "low_count": 1, "medium_percent": 50, "medium_of": 2}


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Of one product: features, severity by the number of idle ones, and per customer which lie idle
    today and how many did so yesterday."""

    features: tuple[str, ...]
    severity: tuple[int, ...]
    idle: dict[int, list[str]]
    idle_yesterday: dict[int, int]


def unready(ctx: Context) -> str:
    return "" if ctx.settings.features.key else "no key features marked"


def check(ctx: Context, limits: Limits) -> list[Hit]:
    pairs = entitled_pairs(ctx)
    key = frozenset(ctx.settings.features.key)
    own = features_of_products(ctx, pairs.names)
    can = _can_tell(ctx, limits, pairs)
    since = since_when(ctx, pairs)
    watched = ctx.watched(RULE.id)
    hits: list[Hit] = []
    for index, product in enumerate(pairs.names):
        features = tuple(sorted(own.get(product, frozenset()) & key))
        mine = np.flatnonzero(pairs.product == index)
        shelf = _shelf(ctx, limits, pairs, mine[can[mine]], features)
        for place in mine.tolist():
            row = int(pairs.customer[place])
            if row in shelf.idle or (row, product) in watched:
                bought = int(since[place])
                hits.append(_hit(ctx, limits, row, product, shelf, bought, bool(can[place])))
    return hits


def _can_tell(ctx: Context, limits: Limits, pairs: Pairs) -> Bools:
    """Both days' windows are covered, the customer is joined and old enough."""
    first = ctx.day - limits.whole("idle_days") - 1
    covered = usage_window(ctx.facts, ctx.day).covers(first, ctx.day - 1)
    tenure = ctx.measures.ints("tenure")[pairs.customer]
    joined = (ctx.facts.usage.joined & ctx.facts.joined("usage"))[pairs.customer]
    return np.asarray(covered & joined & (tenure > limits.whole("tenure_days")))


def _shelf(
    ctx: Context, limits: Limits, pairs: Pairs, places: np.ndarray, features: tuple[str, ...]
) -> _Shelf:
    """One pass per key feature over the customers of the product."""
    some = Pairs(pairs.customer[places], np.zeros(len(places), np.int64), ("",))
    idle: dict[int, list[str]] = {}
    yesterday: dict[int, int] = {}
    for feature in features:
        used = last_use(ctx, some, {"": frozenset((feature,))})
        gap = np.where(used == MISSING, np.iinfo(np.int64).max, ctx.day - used)
        # A feature idle today was last used before yesterday's window too, or on its first day.
        for place in np.flatnonzero(gap > limits.whole("idle_days")).tolist():
            row = int(some.customer[place])
            idle.setdefault(row, []).append(feature)
            yesterday[row] = yesterday.get(row, 0) + bool(
                gap[place] - 1 > limits.whole("idle_days")
            )
    levels = (_severity(count, len(features), limits) for count in range(len(features) + 1))
    return _Shelf(features, tuple(levels), idle, yesterday)


def _hit(
    ctx: Context, limits: Limits, row: int, product: str, shelf: _Shelf, since: int, can: bool
) -> Hit:
    if not can or not shelf.features:
        return Hit(row, product, NONE, clear=UNKNOWN)
    idle = shelf.idle.get(row, [])
    severity = shelf.severity[len(idle)]
    if not idle:
        return Hit(row, product, severity, clear=CLEAR)
    plan = f" (in plan since {date_text(since)})" if since != MISSING else ""
    values = {
        "product": product,
        "idle": idle,
        "key_features": len(shelf.features),
        "since": iso_day(since) if since != MISSING else None,
    }
    evidence = ctx.evidence(("billing", "usage"), values, limits.shown(*LIMITS))
    fires = shelf.severity[shelf.idle_yesterday[row]] > NONE
    return Hit(row, product, severity, f"Not using {listing(idle)}{plan}.", evidence, fires, CLEAR)


def _severity(idle: int, features: int, limits: Limits) -> int:
    if features >= limits["medium_of"] and idle * 100 >= features * limits["medium_percent"]:
        return MEDIUM
    return LOW if idle >= limits["low_count"] else NONE


RULE = Rule(
    id="feature_shelf",
    number=10,
    category=PRODUCT_USAGE,
    title="Features unused",
    sources=("billing", "usage"),
    check=check,
    limits=LIMITS,
    usage_rule=True,
    unready=unready,
)
