"""Rule 10, feature_shelf: key features of a product lie on the shelf. Subject: product.

A schedule is a feature that runs by itself (`[features] schedules`): one that ran before and stopped
has lapsed, which nobody notices by not clicking.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from csmdesk.domain.columns import Bools
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import HIGH, LOW, MEDIUM
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

LIMITS = {
    "idle_days": 14,
    "tenure_days": 30,
    "low_count": 1,
    "medium_percent": 50,
    "medium_of": 2,
    "lapsed_days": 14,
}


@dataclass(slots=True)
class _Idle:
    """What one customer does not use of a product; how many of these are key features and how many
    schedules that ran before, today and yesterday."""

    names: list[str] = field(default_factory=list)
    key: int = 0
    key_before: int = 0
    lapsed: int = 0
    lapsed_before: int = 0


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Of one product: its key features and schedules, and what lies idle by customer."""

    key: frozenset[str]
    schedules: frozenset[str]
    idle: dict[int, _Idle] = field(default_factory=dict)

    def severity(self, key: int, lapsed: int, limits: Limits) -> int:
        if lapsed:
            return HIGH
        features = len(self.key)
        if features >= limits["medium_of"] and key * 100 >= features * limits["medium_percent"]:
            return MEDIUM
        return LOW if key >= limits["low_count"] else NONE


def unready(ctx: Context) -> str:
    features = ctx.settings.features
    return "" if features.key or features.schedules else "no key features marked"


def check(ctx: Context, limits: Limits) -> list[Hit]:
    pairs = entitled_pairs(ctx)
    marked = ctx.settings.features
    own = features_of_products(ctx, pairs.names)
    can = _can_tell(ctx, limits, pairs)
    since = since_when(ctx, pairs)
    watched = ctx.watched(RULE.id)
    hits: list[Hit] = []
    for index, product in enumerate(pairs.names):
        features = own.get(product, frozenset())
        shelf = _Shelf(features & {*marked.key}, features & {*marked.schedules})
        mine = np.flatnonzero(pairs.product == index)
        _fill(shelf, ctx, limits, pairs, mine[can[mine]])
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


def _fill(shelf: _Shelf, ctx: Context, limits: Limits, pairs: Pairs, places: np.ndarray) -> None:
    """One pass per feature over the customers of the product."""
    some = Pairs(pairs.customer[places], np.zeros(len(places), np.int64), ("",))
    idle_days, lapsed_days = limits.whole("idle_days"), limits.whole("lapsed_days")
    for feature in sorted(shelf.key | shelf.schedules):
        used = last_use(ctx, some, {"": frozenset((feature,))})
        gap = np.where(used == MISSING, np.iinfo(np.int64).max, ctx.day - used)
        idle = (gap > idle_days) & (feature in shelf.key)
        lapsed = (used != MISSING) & (gap > lapsed_days) & (feature in shelf.schedules)
        # What lies idle today was last used before yesterday's window too, or on its first day.
        for place in np.flatnonzero(idle | lapsed).tolist():
            one = shelf.idle.setdefault(int(some.customer[place]), _Idle())
            one.names.append(feature)
            one.key += bool(idle[place])
            one.key_before += bool(idle[place] and gap[place] - 1 > idle_days)
            one.lapsed += bool(lapsed[place])
            one.lapsed_before += bool(lapsed[place] and gap[place] - 1 > lapsed_days)


def _hit(
    ctx: Context, limits: Limits, row: int, product: str, shelf: _Shelf, since: int, can: bool
) -> Hit:
    if not can or not (shelf.key or shelf.schedules):
        return Hit(row, product, NONE, clear=UNKNOWN)
    idle = shelf.idle.get(row)
    if idle is None:
        return Hit(row, product, NONE, clear=CLEAR)
    severity = shelf.severity(idle.key, idle.lapsed, limits)
    plan = f" (in plan since {date_text(since)})" if since != MISSING else ""
    values = {
        "product": product,
        "idle": idle.names,
        "key_features": len(shelf.key),
        "lapsed_schedules": idle.lapsed,
        "since": iso_day(since) if since != MISSING else None,
    }
    evidence = ctx.evidence(("billing", "usage"), values, limits.shown(*LIMITS))
    fires = shelf.severity(idle.key_before, idle.lapsed_before, limits) > NONE
    text = f"Not using {listing(idle.names)}{plan}."
    return Hit(row, product, severity, text, evidence, fires, CLEAR)


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
