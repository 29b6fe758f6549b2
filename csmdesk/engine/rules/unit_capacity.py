"""Rule 3 for products that are sold by other units than seats: scans a month, assets at a time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import HIGH, LOW, MEDIUM, Task
from csmdesk.domain.texts import number
from csmdesk.engine.metrics.units import UnitUse
from csmdesk.engine.rules.limits import Exact, Limits
from csmdesk.engine.rules.rule import CLEAR, ENDED, HOLDS, NONE, UNKNOWN, Context, Hit, evidence_of
from csmdesk.engine.rules.wording import whole_percent


def unit_hits(ctx: Context, limits: Limits, rule: str, seats: str) -> Iterator[Hit]:
    """Hits of the unit entitlements. `seats`: the subject that is not one of them."""
    watched = {key: task for key, task in ctx.watched(rule).items() if key[1] != seats}
    told = set()
    for row, uses in enumerate(ctx.measures["unit_use"]):
        for use in uses:
            told.add((row, use.subject))
            task = watched.get((row, use.subject))
            severity = _severity(use, limits, 0)
            if severity or task is not None:
                yield _hit(ctx, limits, row, use, severity, task)
    for row, subject in sorted(watched.keys() - told):
        yield Hit(row, subject, NONE, clear=ENDED)  # no longer sold


def _severity(use: UnitUse, limits: Limits, margin: Exact) -> int:
    """The highest rung with `margin` points taken off its threshold."""
    if MISSING in (use.used, use.limit) or use.limit <= 0:
        return NONE
    share = Fraction(100 * use.used, use.limit)
    if not margin and share > limits["high_percent"]:
        return HIGH
    if share >= limits["medium_percent"] - margin:
        return MEDIUM
    rose = _rise(use, share)
    near = share >= limits["low_percent"] - margin
    return LOW if near and rose is not None and rose >= limits["low_rise_points"] - margin else NONE


def _rise(use: UnitUse, share: Fraction) -> Fraction | None:
    if use.used_before == MISSING or use.limit_before <= 0:
        return None
    return share - Fraction(100 * use.used_before, use.limit_before)


def _hit(
    ctx: Context, limits: Limits, row: int, use: UnitUse, severity: int, task: Task | None
) -> Hit:
    if MISSING in (use.used, use.limit) or use.limit <= 0:
        return Hit(row, use.subject, NONE, clear=UNKNOWN)
    values = {
        "product": use.product,
        "used": use.used,
        "limit": use.limit,
        "percent": whole_percent(use.used, use.limit),
    }
    text = f"{use.product}: {number(use.used)} of {number(use.limit)} ({values['percent']} %)."
    evidence = ctx.evidence(("billing", "usage"), values, limits.shown(*limits.names))
    clear = HOLDS if _severity(use, limits, limits["margin_points"]) else CLEAR
    if raised(task, use.limit):
        clear = ENDED
    return Hit(row, use.subject, severity, text, evidence, clear=clear)


def raised(task: Task | None, limit: int) -> bool:
    """The limit is higher than the one that the task was last told with."""
    return task is not None and limit > evidence_of(task)["values"]["limit"]
