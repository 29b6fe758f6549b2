"""Alert "onboarding": a new customer without a login for 7 days; a login closes it."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.days import MISSING
from csmdesk.engine.alerts.kind import CUSTOMER, ONBOARDING, AlertContext, Kind, Signal
from csmdesk.engine.rules.no_login import silence
from csmdesk.engine.rules.rule import ENDED, HOLDS, UNKNOWN
from csmdesk.engine.rules.wording import days_text

LIMITS = {"silent_days": 7, "new_days": 90}
"""A customer is new in the first 90 days of its first contract."""


def look(seen: AlertContext) -> list[Signal]:
    ctx = seen.ctx
    limits = seen.limits[KIND.id]
    alarming = limits.whole("silent_days")
    tenure = ctx.measures.ints("tenure")
    silent = np.minimum(silence(ctx.measures, ctx.day), np.where(tenure == MISSING, 0, tenure))
    can = (silent != MISSING) & (not ctx.stale("usage"))
    young = (tenure != MISSING) & (tenure < limits.whole("new_days"))
    lost = can & (silent >= alarming) & young
    opened = {row for row, _ in seen.open_ones(KIND.id)}
    signals = []
    for row in sorted(set(np.flatnonzero(lost).tolist()) | opened):
        if not can[row]:
            signals.append(Signal(row, CUSTOMER, False, UNKNOWN))
            continue
        days = int(silent[row])
        closes = ENDED if days < alarming else HOLDS
        text = f"New customer without a login for {days_text(days)}."
        evidence = {"days": days, "tenure": int(tenure[row])}
        signals.append(Signal(row, CUSTOMER, bool(lost[row]), closes, text, evidence))
    return signals


KIND = Kind("onboarding", ONBOARDING, look, limits=LIMITS)
