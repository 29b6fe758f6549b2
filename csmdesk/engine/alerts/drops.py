"""What the two drop alerts share: a fall that a marker shows, and its recovery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import iso_day, parse_day
from csmdesk.domain.findings import POOR, Alert
from csmdesk.engine.alerts.kind import CUSTOMER, AlertContext, Signal
from csmdesk.engine.health.bands import Past
from csmdesk.engine.rules.rule import CLEAR, ENDED, HOLDS, UNKNOWN, evidence_of

LIMITS = {"quiet_days": 30, "close_days": 2}


def drop_signals(
    seen: AlertContext,
    kind: str,
    title: str,
    marker: NDArray[np.int8],
    now: Ints,
    value: Callable[[Past], Ints],
) -> list[Signal]:
    """Signals of customers with a down marker and of open alerts.

    A closed alert opens again only by a fall that happened since it closed.
    """
    known = seen.newest(kind)
    signals, points = [], seen.ctx.settings.health.marker_points
    down = marker == -1
    rows = set(np.flatnonzero(down).tolist()) | {row for row, _ in seen.open_ones(kind)}
    for row in sorted(rows):
        alert = known.get((row, CUSTOMER))
        since = alert.closed_on if alert and alert.closed_on is not None else 0
        best = max((int(value(p)[row]) for p in seen.past if _counts(p, row, since)), default=-1)
        today = int(now[row])
        fell = bool(down[row]) and best - today > points
        if alert is not None and alert.closed_on is None:
            signals.append(_open_signal(seen, alert, row, title, today, best if fell else -1))
        elif fell:
            evidence = _evidence([], best, today, seen.ctx.day, seen.ctx.day)
            signals.append(Signal(row, CUSTOMER, True, HOLDS, _text(title, best, today), evidence))
    return signals


def _counts(past: Past, row: int, since: int) -> bool:
    return bool(past.comparable[row]) and past.day >= since


def _open_signal(
    seen: AlertContext, alert: Alert, row: int, title: str, today: int, best: int
) -> Signal:
    """Half the drop regained (for 2 days), or 30 days without a marker and the band not poor."""
    if today < 0:
        return Signal(row, CUSTOMER, False, UNKNOWN)
    held = evidence_of(alert)
    depths = [one for one in held.get("depths", ()) if parse_day(one[0]) <= seen.ctx.day]
    _, top, low = depths[-1] if depths else ("", held["from"], held["to"])
    top, low = max(top, best), min(low, today)
    marked = seen.ctx.day if best >= 0 else parse_day(held["marker_on"])
    closes = CLEAR if 2 * today >= top + low else HOLDS
    poor = int(seen.ctx.health.held_band[row]) == POOR
    if seen.ctx.day - marked >= seen.limits[alert.kind].whole("quiet_days") and not poor:
        closes = ENDED
    evidence = _evidence(depths, top, low, marked, seen.ctx.day)
    return Signal(row, CUSTOMER, best >= 0, closes, _text(title, top, low), evidence)


def _text(title: str, top: int, low: int) -> str:
    return f"{title} fell from {top} to {low}."


def _evidence(depths: list[list[Any]], top: int, low: int, marked: int, day: int) -> dict[str, Any]:
    """`depths`: each day on which the fall became deeper, with its top and low, so that a past day
    can tell its own."""
    if not depths or depths[-1][1:] != [top, low]:
        depths = [*depths, [iso_day(day), top, low]]
    return {"from": top, "to": low, "marker_on": iso_day(marked), "depths": depths}
