"""Alert "activity drop": opens with the activity down marker (rank of product usage)."""

from __future__ import annotations

import numpy as np

from csmdesk.engine.alerts.drops import LIMITS, drop_signals
from csmdesk.engine.alerts.kind import RISK, AlertContext, Kind, Signal


def look(seen: AlertContext) -> list[Signal]:
    health = seen.ctx.health
    now = health.rank.astype(np.int64)
    return drop_signals(
        seen, KIND.id, "Activity rank", health.activity_marker, now, lambda past: past.rank
    )


KIND = Kind("activity_drop", RISK, look, limits=LIMITS, rearms=False)
