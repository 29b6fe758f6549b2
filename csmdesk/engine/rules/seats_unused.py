"""Rule 9, seats_unused: paid seats that nobody uses. Subject: customer."""

from __future__ import annotations

from csmdesk.domain.columns import Columns, Ints
from csmdesk.engine.rules.limits import Limits, known, percent_at_least, rungs
from csmdesk.engine.rules.no_login import CUSTOMER, near_renewal
from csmdesk.engine.rules.rule import (
    CLEAR,
    ENDED,
    HOLDS,
    NONE,
    PRODUCT_USAGE,
    UNKNOWN,
    Context,
    Hit,
    Rule,
)
from csmdesk.engine.rules.wording import whole_percent

LIMITS = {
    "min_seats": 5,
    "tenure_days": 60,
    "low_percent": 75,
    "medium_percent": 50,
    "high_percent": 25,
    "renewal_days": 90,
    "margin_points": 5,
    "clear_days": 7,
}


def check(ctx: Context, limits: Limits) -> list[Hit]:
    level = _levels(ctx.measures, ctx.day, limits)
    yesterday = _levels(ctx.before, ctx.day - 1, limits)
    return [
        _hit(ctx, limits, row, int(level[row]), bool(yesterday[row] > 0))
        for row in ctx.looked_at(RULE.id, level > 0)
    ]


def _levels(measures: Columns, day: int, limits: Limits) -> Ints:
    used, seats = measures.ints("active_users"), measures.ints("seats")
    tenure = measures.ints("tenure")
    applies = known(used, seats, tenure) & (seats >= limits.whole("min_seats"))
    half = ~percent_at_least(used, seats, limits["medium_percent"])
    return rungs(
        applies & (tenure > limits.whole("tenure_days")),
        low=~percent_at_least(used, seats, limits["low_percent"]),
        medium=half,
        high=~percent_at_least(used, seats, limits["high_percent"])
        | (half & near_renewal(measures, day, limits)),
    )


def _hit(ctx: Context, limits: Limits, row: int, severity: int, fires: bool) -> Hit:
    used = ctx.measures.ints("active_users")[row : row + 1]
    seats = ctx.measures.ints("seats")[row : row + 1]
    if not known(used, seats)[0]:
        return Hit(row, CUSTOMER, NONE, clear=UNKNOWN)
    if seats[0] < limits.whole("min_seats"):
        return Hit(row, CUSTOMER, NONE, clear=ENDED)
    share = whole_percent(int(used[0]), int(seats[0]))
    values = {"active_users": int(used[0]), "seats": int(seats[0]), "percent": share}
    text = f"{values['active_users']} of {values['seats']} seats active ({share} %)."
    evidence = ctx.evidence(("billing", "usage"), values, limits.shown(*LIMITS))
    safe = percent_at_least(used, seats, limits["low_percent"] + limits["margin_points"])[0]
    return Hit(row, CUSTOMER, severity, text, evidence, fires, CLEAR if safe else HOLDS)


RULE = Rule(
    id="seats_unused",
    number=9,
    category=PRODUCT_USAGE,
    title="Seats unused",
    sources=("billing", "usage"),
    check=check,
    limits=LIMITS,
    usage_rule=True,
)
