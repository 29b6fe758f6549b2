"""Alert "band poor": the held band becomes poor.

Withheld where the set of factors with data, or the model, changed within the two days that the held
band waits for: a newly connected source is not a change of health (definitions.md section 5, Markers).
"""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Bools
from csmdesk.domain.findings import NO_BAND, POOR
from csmdesk.engine.alerts.kind import CUSTOMER, RISK, AlertContext, Kind, Signal
from csmdesk.engine.rules.rule import ENDED, HOLDS, UNKNOWN


def look(seen: AlertContext) -> list[Signal]:
    held = seen.ctx.health.held_band
    opened = {row for row, _ in seen.open_ones(KIND.id)}
    signals = []
    for row in sorted(set(np.flatnonzero(_became_poor(seen)).tolist()) | opened):
        band, chi = int(held[row]), int(seen.ctx.health.chi[row])
        if band != POOR:
            signals.append(Signal(row, CUSTOMER, False, UNKNOWN if band == NO_BAND else ENDED))
        else:
            text = "" if row in opened else f"Health became poor: {chi}."
            signals.append(Signal(row, CUSTOMER, True, HOLDS, text, {"chi": chi}))
    return signals


def _became_poor(seen: AlertContext) -> Bools:
    """Held poor today, and not held poor before; a customer without a past begins anew."""
    poor: Bools = np.asarray(seen.ctx.health.held_band == POOR)
    if not seen.past:
        return poor
    last, earlier = seen.past[-1], seen.past[-2:]
    same = np.all([one.comparable | (one.chi < 0) for one in earlier], axis=0)
    return np.asarray(poor & ((last.chi < 0) | (same & (last.held != POOR))))


KIND = Kind("band_poor", RISK, look)
