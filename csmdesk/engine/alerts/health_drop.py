"""Alert "health drop": opens with the health down marker."""

from __future__ import annotations

import numpy as np

from csmdesk.engine.alerts.drops import LIMITS, drop_signals
from csmdesk.engine.alerts.kind import RISK, AlertContext, Kind, Signal


def look(seen: AlertContext) -> list[Signal]:
    health = seen.ctx.health
    now = health.chi.astype(np.int64)
    return drop_signals(seen, KIND.id, "Health", health.health_marker, now, lambda past: past.chi)


KIND = Kind("health_drop", RISK, look, limits=LIMITS, rearms=False)
