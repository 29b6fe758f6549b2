"""Rule 5, usage_drop: usage fell against the weeks before, or half the users left. Subject: customer.

Decides on the trend ratio divided by the portfolio's median; the text shows raw numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import Task
from csmdesk.domain.texts import decimal
from csmdesk.engine.rules.limits import Limits, above, at_least, known, rungs
from csmdesk.engine.rules.no_login import CUSTOMER
from csmdesk.engine.rules.rule import (
    CHURN_RISK,
    CLEAR,
    HOLDS,
    UNKNOWN,
    Context,
    Hit,
    Rule,
    evidence_of,
)
from csmdesk.engine.rules.wording import whole_percent

LIMITS = {
    "low_ratio": 0.9,
    "low_days": 14,
    "medium_ratio": 0.7,
    "high_ratio": 0.5,
    "users_percent": 50,
    "users_back_percent": 60,
    "clear_days": 7,
}
_FACTOR = "usage_trend"
_PPM = 1_000_000


def check(ctx: Context, limits: Limits) -> list[Hit]:
    sagging = _sagging(ctx, limits)
    level = _levels(ctx.measures, limits, sagging[0])
    yesterday = _levels(ctx.before, limits, sagging[1])
    halved = _halved(ctx.measures, limits)
    return [
        _hit(ctx, limits, row, int(level[row]), bool(yesterday[row] > 0), bool(halved[row]))
        for row in ctx.looked_at(RULE.id, level > 0)
    ]


def _levels(measures: Columns, limits: Limits, sagging: Bools) -> Ints:
    num, den = measures.ints("trend_num"), measures.ints("trend_den")
    has = known(num, den)
    return rungs(
        has | known(measures.ints("active_users"), measures.ints("active_users_prev")),
        low=sagging,
        medium=has & ~at_least(num, den, limits["medium_ratio"]),
        high=(has & ~at_least(num, den, limits["high_ratio"])) | _halved(measures, limits),
    )


def _halved(measures: Columns, limits: Limits) -> Bools:
    """Active users fell to half or less within 30 days."""
    users, before = measures.ints("active_users"), measures.ints("active_users_prev")
    can = known(users, before) & (before > 0)
    return can & ~above(users * 100, before, limits["users_percent"])


def _sagging(ctx: Context, limits: Limits) -> tuple[Bools, Bools]:
    """Ratio below 0.9 on each of the 14 days up to D, and up to D-1.

    Past ratios are those stored in the daily history; a day without one breaks the row.
    """
    days, ratio = limits.whole("low_days"), limits["low_ratio"]
    run = np.zeros(ctx.facts.count, np.int64)  # days in a row, counted up to D-1
    past = {one.day: one for one in ctx.previous.history}
    for on in range(ctx.day - days, ctx.day):
        one = past.get(on)
        below = np.zeros(ctx.facts.count, np.bool_)
        if one is not None and _FACTOR in one.factors:
            factor = one.factors.index(_FACTOR)
            low = one.has[factor] & ~at_least(one.num[factor], one.den[factor], ratio)
            below[_rows(ctx, one.ids, low)] = True
        run = np.where(below, run + 1, 0)
    num, den = ctx.measures.ints("trend_num"), ctx.measures.ints("trend_den")
    today = known(num, den) & ~at_least(num, den, ratio)
    return today & (run >= days - 1), run >= days


def _rows(ctx: Context, ids: tuple[str, ...], mask: Bools) -> Ints:
    """Today's rows of the marked customers of another day."""
    places = np.flatnonzero(mask)
    if ids == ctx.facts.ids:
        return places
    rows = (ctx.index.get(ids[place], -1) for place in places.tolist())
    here = np.fromiter(rows, np.int64, len(places))
    return np.asarray(here[here >= 0])


def _hit(ctx: Context, limits: Limits, row: int, severity: int, fires: bool, halved: bool) -> Hit:
    measures = ctx.measures
    users, before = _pair(measures, row, "active_users", "active_users_prev")
    recent, base = _pair(measures, row, "events_28", "events_56")
    values: dict[str, Any] = {
        "users": users,
        "users_before": before,
        "events_28": recent,
        "events_56": base,
        "ratio_millionths": _value(measures, row, "trend_adjusted"),
        "portfolio_millionths": _value(measures, row, "trend_median"),
        "by_users": halved,
    }
    evidence = ctx.evidence(("usage",), values, limits.shown(*LIMITS))
    ratio = values["ratio_millionths"]
    fell = ratio is not None and ratio < limits["high_ratio"] * _PPM
    text = _text(values, by_users=halved and not fell) if severity else _recovering(values)
    clear = _clear(limits, values, ctx.watched(RULE.id).get((row, CUSTOMER)))
    return Hit(row, CUSTOMER, severity, text, evidence, fires, clear)


def _value(measures: Columns, row: int, name: str) -> int | None:
    value = int(measures.ints(name)[row])
    return None if value == MISSING else value


def _pair(measures: Columns, row: int, one: str, two: str) -> tuple[int | None, int | None]:
    return _value(measures, row, one), _value(measures, row, two)


def _text(values: dict[str, Any], *, by_users: bool) -> str:
    """Raw weekly numbers and the portfolio's change; the users when they alone make it High."""
    recent, base = values["events_28"], values["events_56"]
    down = 0
    if values["ratio_millionths"] is not None and recent is not None and base:
        down = 100 - whole_percent(2 * recent, base)
    if by_users:
        users, before = values["users"], values["users_before"]
        return f"Active users down {100 - whole_percent(users, before)} %: {before} to {users} in 30 days."
    if recent is None or not base:
        return ""
    way = "down" if down >= 0 else "up"
    weeks = f"{_rounded(base, 8)} to {_rounded(recent, 4)} a week"
    return f"Usage {way} {abs(down)} %: {weeks}.{_portfolio(values['portfolio_millionths'])}"


def _recovering(values: dict[str, Any]) -> str:
    """No rung holds: the task waits until it has been so for days. "" keeps the former text."""
    recent, base = values["events_28"], values["events_56"]
    if values["ratio_millionths"] is None or recent is None or not base:
        return ""
    return f"Usage recovering: {_rounded(base, 8)} to {_rounded(recent, 4)} a week."


def _rounded(events: int, weeks: int) -> str:
    return decimal(events, weeks, 0)


def _portfolio(median: int | None) -> str:
    change = 0 if median is None else whole_percent(median, _PPM) - 100
    if not change:
        return ""
    return f" Portfolio {'up' if change > 0 else 'down'} {abs(change)} %."


def _clear(limits: Limits, values: dict[str, Any], task: Task | None) -> str:
    """Ratio back at 0.9 and users above 60 % of before; what the task never said need not heal."""
    by_users = task is not None and evidence_of(task)["values"]["by_users"]
    ratio, users, before = values["ratio_millionths"], values["users"], values["users_before"]
    if ratio is None and not by_users:
        return UNKNOWN
    if ratio is not None and ratio < limits["low_ratio"] * _PPM:
        return HOLDS
    if users is None or before is None:
        return UNKNOWN if by_users else CLEAR
    back = users * 100 > before * limits["users_back_percent"]
    return CLEAR if back or (before == 0 and users == 0) else HOLDS


RULE = Rule(
    id="usage_drop",
    number=5,
    category=CHURN_RISK,
    title="Usage drop",
    sources=("usage",),
    check=check,
    limits=LIMITS,
    usage_rule=True,
)
