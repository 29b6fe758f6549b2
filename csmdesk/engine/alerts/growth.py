"""Alert "growth": many more active users than a quarter ago.

Distinct persons of D-119…D-90 are rarely known (persons are kept for 90 days). Then the sums of
daily users stand for them, and the busiest day for "at least 5 before": never fewer than there were.
"""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.texts import decimal, number
from csmdesk.engine.alerts.kind import CUSTOMER, UPSELL, AlertContext, Kind, Signal
from csmdesk.engine.metrics.windows import usage_window
from csmdesk.engine.rules.limits import known, percent_at_least
from csmdesk.engine.rules.rule import ENDED, HOLDS, UNKNOWN
from csmdesk.engine.rules.wording import whole_percent

LIMITS = {"opens_percent": 60, "closes_percent": 40, "least_users": 5}
"""Growth in percent, and how many there must have been before."""
_DAYS = 30


def look(seen: AlertContext) -> list[Signal]:
    limits = seen.limits[KIND.id]
    opens, closes_at = 100 + limits["opens_percent"], 100 + limits["closes_percent"]
    now, base, enough, persons = _users(seen)
    can = known(now, base) & (base > 0)
    stale = bool(seen.ctx.stale("usage"))
    grown = can & enough & percent_at_least(now, base, opens) & (not stale)
    opened = {row for row, _ in seen.open_ones(KIND.id)}
    signals = []
    for row in sorted(set(np.flatnonzero(grown).tolist()) | opened):
        if not can[row] or stale:
            signals.append(Signal(row, CUSTOMER, False, UNKNOWN))
            continue
        users, before = int(now[row]), int(base[row])
        closes = ENDED if users * 100 < before * closes_at else HOLDS
        evidence = {"now": users, "before": before, "persons": bool(persons[row])}
        text = _text(users, before, bool(persons[row]))
        signals.append(Signal(row, CUSTOMER, bool(grown[row]), closes, text, evidence))
    return signals


def _users(seen: AlertContext) -> tuple[Ints, Ints, Bools, Bools]:
    """(now, before, at least 5 before, whether they are distinct persons) per customer."""
    measures = seen.ctx.measures
    now, base = measures.ints("active_users"), measures.ints("active_users_base")
    persons = known(now, base)
    busiest = _busiest(seen)
    return (
        np.where(persons, now, measures.ints("user_days_30")),
        np.where(persons, base, measures.ints("user_days_base")),
        np.asarray(np.where(persons, base, busiest) >= seen.limits[KIND.id].whole("least_users")),
        persons,
    )


def _busiest(seen: AlertContext) -> Ints:
    """Most users on one day of D-119…D-90, 0 where that is not known."""
    first, last = seen.ctx.day - 119, seen.ctx.day - 90
    window = usage_window(seen.ctx.facts, seen.ctx.day)
    if not window.covers(first, last):
        return np.zeros(seen.ctx.facts.count, np.int64)
    users = window.cut(seen.ctx.facts.usage.users, first, last)
    return np.asarray(users.max(axis=1), np.int64)


def _text(users: int, before: int, persons: bool) -> str:
    up = whole_percent(users, before) - 100
    if persons:
        return f"Active users up {number(up)} %: {before} to {users} in 90 days."
    was, now = decimal(before, _DAYS, 1), decimal(users, _DAYS, 1)
    return f"Active users up {number(up)} %: {was} to {now} a day in 90 days."


KIND = Kind("growth", UPSELL, look, limits=LIMITS)
