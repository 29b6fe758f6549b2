"""Rule 8, product_unused: a product is paid for and not used. Subject: product."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import money
from csmdesk.engine.rules.limits import Limits, known, rungs
from csmdesk.engine.rules.no_login import near_renewal
from csmdesk.engine.rules.products import (
    Pairs,
    covered_from,
    entitled_pairs,
    features_of_products,
    last_use,
    monthly_amount,
    since_when,
)
from csmdesk.engine.rules.rule import CLEAR, NONE, PRODUCT_USAGE, UNKNOWN, Context, Hit, Rule
from csmdesk.engine.rules.wording import days_text

LIMITS = {
    "low_days": 7,
    "medium_days": 30,
    "high_days": 60,
    "renewal_days": 90,
    "tenure_days": 14,
}


def check(ctx: Context, limits: Limits) -> list[Hit]:
    pairs = entitled_pairs(ctx)
    features = features_of_products(ctx, pairs.names)
    can, idle = _idle(ctx, limits, pairs, _core(ctx, features))
    level = _levels(ctx, limits, pairs, can, idle)
    watched = ctx.watched(RULE.id)
    hits = []
    for place in np.flatnonzero((level > 0) | _watched(ctx, pairs)).tolist():
        row, product = int(pairs.customer[place]), pairs.names[int(pairs.product[place])]
        if not can[place]:
            if (row, product) in watched:
                hits.append(Hit(row, product, NONE, clear=UNKNOWN))
            continue
        # A day less of idleness and tenure yesterday, and the same last use: no second look.
        tenure = int(ctx.measures.ints("tenure")[row]) - 1
        fires = bool(idle[place] - 1 > limits.whole("low_days"))
        fires = fires and tenure > limits.whole("tenure_days")
        hits.append(_hit(ctx, limits, row, product, int(idle[place]), int(level[place]), fires))
    return hits


def _core(ctx: Context, features: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Core use of a product: its key features if any are marked, else any feature."""
    key = frozenset(ctx.settings.features.key)
    return {name: (own & key) or own for name, own in features.items()}


def _idle(
    ctx: Context, limits: Limits, pairs: Pairs, core: dict[str, frozenset[str]]
) -> tuple[Bools, Ints]:
    """Which pairs can be judged, and their days without core use.

    Never used: since the product's first day, or since usage is known at all.
    """
    from_day = covered_from(ctx)
    used = last_use(ctx, pairs, core)
    has_core = np.array([bool(core.get(name)) for name in pairs.names], np.bool_)
    joined = ctx.facts.usage.joined & ctx.facts.joined("usage")
    tenure = ctx.measures.ints("tenure")[pairs.customer]
    can = known(tenure) & joined[pairs.customer] & (from_day != MISSING)
    if pairs.count:
        can &= has_core[pairs.product]
    start = np.where(used != MISSING, used, np.maximum(ctx.day - tenure, from_day))
    idle = ctx.day - start
    never = can & (used == MISSING) & (idle > limits.whole("low_days"))
    bought = ctx.day - np.maximum(start, since_when(ctx, pairs))
    return can, np.where(never, bought, idle)


def _levels(ctx: Context, limits: Limits, pairs: Pairs, can: Bools, idle: Ints) -> Ints:
    tenure = ctx.measures.ints("tenure")[pairs.customer]
    medium = idle > limits.whole("medium_days")
    near = near_renewal(ctx.measures, ctx.day, limits)[pairs.customer]
    return rungs(
        can & (tenure > limits.whole("tenure_days")),
        low=idle > limits.whole("low_days"),
        medium=medium,
        high=(idle > limits.whole("high_days")) | (medium & near),
    )


def _watched(ctx: Context, pairs: Pairs) -> Bools:
    place = {name: index for index, name in enumerate(pairs.names)}
    keys = [
        row * max(len(place), 1) + place[product]
        for row, product in ctx.watched(RULE.id)
        if product in place
    ]
    mine = pairs.customer * max(len(place), 1) + pairs.product
    return np.isin(mine, np.array(keys, np.int64))


def _hit(
    ctx: Context, limits: Limits, row: int, product: str, idle: int, severity: int, fires: bool
) -> Hit:
    paid = monthly_amount(ctx, row, product)
    values = {
        "product": product,
        "days": idle,
        "monthly": paid[0] if paid else None,
        "currency": paid[1] if paid else None,
    }
    amount = f" {money(*paid)}/month" if paid else ""
    text = f"Pays{amount} for {product}, not used for {days_text(idle)}."
    evidence = ctx.evidence(("billing", "usage"), values, limits.shown(*LIMITS))
    return Hit(row, product, severity, text, evidence, fires, CLEAR)


RULE = Rule(
    id="product_unused",
    number=8,
    category=PRODUCT_USAGE,
    title="Product unused",
    sources=("billing", "usage"),
    check=check,
    limits=LIMITS,
    usage_rule=True,
)
