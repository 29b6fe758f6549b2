"""Alert "cancellation": a cancellation is scheduled; withdrawn or service ended closes it."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.texts import date_text
from csmdesk.engine.alerts.kind import CUSTOMER, RISK, AlertContext, Kind, Signal
from csmdesk.engine.rules.rule import ENDED, HOLDS, UNKNOWN


def look(seen: AlertContext) -> list[Signal]:
    ctx = seen.ctx
    leaving = np.asarray(ctx.measures["set_to_cancel"])
    signals = []
    opened = {row for row, _ in seen.open_ones(KIND.id)}
    for row in sorted(set(np.flatnonzero(leaving).tolist()) | opened):
        if not leaving[row]:
            closes = UNKNOWN if ctx.stale("billing") else ENDED
            signals.append(Signal(row, CUSTOMER, False, closes))
            continue
        on = int(ctx.measures.ints("cancel_at")[row])
        ends = f": service ends {date_text(on)}" if on != MISSING else ""
        evidence = {"cancel_at": iso_day(on) if on != MISSING else None}
        text = f"Cancellation scheduled{ends}."
        signals.append(Signal(row, CUSTOMER, True, HOLDS, text, evidence))
    return signals


KIND = Kind("cancellation", RISK, look)
