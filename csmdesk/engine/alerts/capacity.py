"""Alert "capacity": rule 3 at Medium or higher with a healthy customer. Subject: the entitlement."""

from __future__ import annotations

from csmdesk.domain.findings import MEDIUM
from csmdesk.engine.alerts.kind import UPSELL, AlertContext, Kind, Signal
from csmdesk.engine.rules.capacity import RULE
from csmdesk.engine.rules.rule import ENDED, HOLDS, UNKNOWN

LIMITS = {"opens_above": 70, "closes_at": 65}
"""CHI of a customer who may be asked to buy more."""


def look(seen: AlertContext) -> list[Signal]:
    limits = seen.limits[KIND.id]
    signals, told = [], set()
    opened = seen.open_ones(KIND.id)
    for task in seen.tasks.values():
        row = seen.ctx.index.get(task.customer_id)
        if task.rule != RULE.id or row is None or not task.active:
            continue
        chi, key = int(seen.ctx.health.chi[row]), (row, task.subject)
        opens = task.severity >= MEDIUM and chi > limits["opens_above"]
        if not opens and key not in opened:
            continue
        closes = UNKNOWN if chi < 0 else ENDED if chi <= limits["closes_at"] else HOLDS
        evidence = {"task": task.task_id, "chi": chi}
        signals.append(Signal(row, task.subject, opens, closes, task.text, evidence))
        told.add(key)
    signals += [Signal(row, subject, False, ENDED) for row, subject in opened.keys() - told]
    return signals


KIND = Kind("capacity", UPSELL, look, limits=LIMITS)
