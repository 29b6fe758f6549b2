"""Rule 4, no_login: nobody of the customer logged in for weeks. Subject: customer."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import LOW
from csmdesk.engine.rules.limits import Limits, known, rungs
from csmdesk.engine.rules.rule import CHURN_RISK, CLEAR, NONE, UNKNOWN, Context, Hit, Rule
from csmdesk.engine.rules.wording import days_text

LIMITS = {"low_days": 14, "medium_days": 30, "high_days": 45, "renewal_days": 90}
CUSTOMER = "customer"


def check(ctx: Context, limits: Limits) -> list[Hit]:
    level = _levels(ctx.measures, ctx.day, limits)
    yesterday = _levels(ctx.before, ctx.day - 1, limits)
    silent = silence(ctx.measures, ctx.day)
    hits = []
    for row in ctx.looked_at(RULE.id, level > 0):
        if silent[row] == MISSING:
            hits.append(Hit(row, CUSTOMER, NONE, clear=UNKNOWN))
            continue
        severity, fires = int(level[row]), bool(yesterday[row] >= LOW)
        hits.append(_hit(ctx, limits, row, int(silent[row]), severity, fires))
    return hits


def silence(measures: Columns, day: int) -> Ints:
    """Days since the last login; since the first contract day when there never was one."""
    last, tenure = measures.ints("last_login_on"), measures.ints("tenure")
    never = np.asarray(measures["never_logged_in"]) & (tenure != MISSING)
    return np.where(last != MISSING, day - last, np.where(never, tenure, MISSING))


def near_renewal(measures: Columns, day: int, limits: Limits) -> np.ndarray:
    """n < 90: the renewal date is near (or passed)."""
    renewal = measures.ints("renewal_on")
    return np.asarray(known(renewal) & (renewal - day < limits.whole("renewal_days")))


def _levels(measures: Columns, day: int, limits: Limits) -> Ints:
    silent = silence(measures, day)
    low = silent > limits.whole("low_days")
    return rungs(
        known(silent),
        low=low,
        medium=silent > limits.whole("medium_days"),
        high=(silent > limits.whole("high_days")) | (low & near_renewal(measures, day, limits)),
    )


def _hit(ctx: Context, limits: Limits, row: int, silent: int, severity: int, fires: bool) -> Hit:
    gap = int(ctx.measures.ints("login_gap")[row])
    if ctx.measures.ints("last_login_on")[row] == MISSING:
        text = f"No login since the start {days_text(silent)} ago."
    else:
        usual = f" (usually every {days_text(gap)})" if gap != MISSING else ""
        text = f"Last login {days_text(silent)} ago{usual}."
    values = {"days": silent, "usual_gap_days": gap if gap != MISSING else None}
    evidence = ctx.evidence(("usage",), values, limits.shown(*LIMITS))
    return Hit(row, CUSTOMER, severity, text, evidence, fires=fires, clear=CLEAR)


RULE = Rule(
    id="no_login",
    number=4,
    category=CHURN_RISK,
    title="No login",
    sources=("usage",),
    check=check,
    limits=LIMITS,
    usage_rule=True,
)
