"""Rule 3, capacity: use comes near what is paid for. Subject: entitlement.

Contracted seats against the distinct active users of 30 days; counted and level units of other
products (scans a month, assets at a time) against what `metrics.units` tells of them.
"""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Bools
from csmdesk.engine.rules.limits import (
    Exact,
    Limits,
    above,
    at_least,
    known,
    percent_at_least,
    rungs,
)
from csmdesk.engine.rules.rule import (
    CLEAR,
    COMMERCIAL,
    ENDED,
    HOLDS,
    NONE,
    UNKNOWN,
    Context,
    Hit,
    Rule,
)
from csmdesk.engine.rules.unit_capacity import raised, unit_hits
from csmdesk.engine.rules.wording import listing, whole_percent

LIMITS = {
    "low_percent": 60,
    "low_rise_points": 5,
    "medium_percent": 80,
    "high_percent": 100,
    "margin_points": 5,
    "clear_days": 7,
}
SEATS = "seats"


def check(ctx: Context, limits: Limits) -> list[Hit]:
    used, seats = ctx.measures.ints("active_users"), ctx.measures.ints("seats")
    can = known(used, seats) & (seats > 0)
    level = rungs(
        can,
        low=percent_at_least(used, seats, limits["low_percent"])
        & _rose(ctx, limits["low_rise_points"]),
        medium=percent_at_least(used, seats, limits["medium_percent"]),
        high=above(used * 100, seats, limits["high_percent"]),
    )
    near = _near(ctx, limits)
    seats_hits = (
        _hit(ctx, limits, row, int(level[row]), bool(can[row]), bool(near[row]))
        for row in _looked_at(ctx, level > 0)
    )
    return [*seats_hits, *unit_hits(ctx, limits, RULE.id, SEATS)]


def _looked_at(ctx: Context, hit: Bools) -> list[int]:
    """Customers whose seats are to be described: those hit and those with such a task."""
    mask = hit.copy()
    mask[[row for row, subject in ctx.watched(RULE.id) if subject == SEATS]] = True
    return [int(row) for row in np.flatnonzero(mask)]


def _rose(ctx: Context, points: Exact) -> Bools:
    """Use is at least so many points above D-30, exactly: u/s - u30/s30 >= points %."""
    measures = ctx.measures
    used, seats = measures.ints("active_users"), measures.ints("seats")
    former, former_seats = measures.ints("active_users_prev"), measures.ints("seats_30")
    can = known(used, seats, former, former_seats) & (seats > 0) & (former_seats > 0)
    ahead = 100 * (used * former_seats - former * seats)
    return can & at_least(ahead, seats * former_seats, points)


def _near(ctx: Context, limits: Limits) -> Bools:
    """A rung would hold with the margin taken off: too near for the task to clear."""
    used, seats = ctx.measures.ints("active_users"), ctx.measures.ints("seats")
    margin = limits["margin_points"]
    low = percent_at_least(used, seats, limits["low_percent"] - margin)
    rising = _rose(ctx, limits["low_rise_points"] - margin)
    return (low & rising) | percent_at_least(used, seats, limits["medium_percent"] - margin)


def _hit(ctx: Context, limits: Limits, row: int, severity: int, can: bool, near: bool) -> Hit:
    if not can:
        return Hit(row, SEATS, NONE, clear=UNKNOWN)
    used = int(ctx.measures.ints("active_users")[row])
    seats = int(ctx.measures.ints("seats")[row])
    names = [one for one in ctx.measures["products"][row] if one in ctx.sold_by_seat] or ["Seats"]
    values = {"used": used, "limit": seats, "percent": whole_percent(used, seats)}
    text = f"{listing(names)}: {used} of {seats} ({values['percent']} %)."
    evidence = ctx.evidence(("billing", "usage"), values, limits.shown(*LIMITS))
    clear = HOLDS if near else CLEAR
    if raised(ctx.watched(RULE.id).get((row, SEATS)), seats):
        clear = ENDED
    return Hit(row, SEATS, severity, text, evidence, clear=clear)


RULE = Rule(
    id="capacity",
    number=3,
    category=COMMERCIAL,
    title="Capacity",
    sources=("billing", "usage"),
    check=check,
    limits=LIMITS,
)
