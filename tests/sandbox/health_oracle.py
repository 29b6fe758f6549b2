"""A naive health index by day for single customers, in floats: enough to see falls of 25 points.

Written from definitions.md section 5; seats, modules and MRR are taken as they stand today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from csmdesk.sandbox.world import World
from tests.sandbox.world_oracle import View, day_of, view

SPAN = 190
CURVES = {
    "last_login": (12, ((1, 100), (7, 80), (14, 60), (30, 25), (45, 0))),
    "active_users": (14, ((0.1, 0), (0.5, 50), (0.8, 100))),
    "usage_trend": (12, ((0.2, 0), (0.5, 25), (0.9, 85), (1.0, 100))),
    "modules_used": (12, ((0, 0), (1, 100))),
    "overdue": (12, ((0, 100), (15, 60), (30, 35), (60, 10), (90, 0))),
    "mrr_change": (8, ((-0.3, 0), (-0.1, 50), (0, 100))),
    "critical_tickets": (8, ((0, 100), (1, 60), (3, 0))),
    "failed_jobs": (7, ((0, 100), (0.1, 50), (0.3, 0))),
    "nps": (7, ((0, 0), (6, 25), (7, 60), (9, 100))),
    "contact": (4, ((14, 100), (30, 80), (60, 55), (90, 35), (150, 0))),
}


@dataclass
class Course:
    """The index of one customer for the days D-SPAN+1 … D, oldest first."""

    chi: list[int]

    def falls(self) -> list[int]:
        """Days (as positions) with a down marker: more than 25 below the best of 7 days before."""
        return [n for n in range(7, len(self.chi)) if max(self.chi[n - 7 : n]) - self.chi[n] > 25]

    def poor(self) -> list[bool]:
        """Whether the held band is poor, with the hysteresis of two days."""
        held, states = self.chi[0] < 30, []
        for before, now in zip([self.chi[0], *self.chi], self.chi, strict=False):
            limit = 35 if held else 30
            want = now < limit
            if want != held and ((before < limit) == want or abs(now - before) > 25):
                held = want
            states.append(held)
        return states


def course(world: World, index: int) -> Course:
    """The index of an account over the last SPAN days, from a view with a long usage window."""
    account = world.account(index)
    v = view(world, account, days=SPAN + 90)
    return Course([_chi(v, world.today - timedelta(days=k)) for k in range(SPAN - 1, -1, -1)])


def _chi(v: View, day: date) -> int:
    values = _values(v, day)
    total = loss = 0.0
    for name, value in values.items():
        if value is None:
            continue
        weight, anchors = CURVES[name]
        score = float(np.interp(value, [a for a, _ in anchors], [s for _, s in anchors]))
        total += weight
        loss += weight * (100 - score)
    chi = round(100 - loss / total)
    trend = values["usage_trend"]
    silent = v.last_use(day) > 28
    return min(chi, 69) if silent or (trend is not None and trend < 0.4) else chi


def _values(v: View, day: date) -> dict[str, float | None]:
    end = (day - v.start).days
    nothing = np.zeros(len(v.events))
    modules = set().union(*v.modules.values())
    used = {
        module
        for module in modules
        for name in v.by_module[module]
        if v.features.get(name, nothing)[end - 14 : end].any()
    }
    base = v.events[end - 84 : end - 28].sum() / 56
    jobs, failed = v.jobs[end - 14 : end].sum(), v.failed[end - 14 : end].sum()
    return {
        "last_login": float(min(v.last_use(day), 45)),
        "active_users": v.distinct(day) / v.seats,
        "usage_trend": v.events[end - 28 : end].sum() / 28 / base if base * 7 >= 10 else None,
        "modules_used": len(used) / len(modules),
        "overdue": float(_overdue(v, day)),
        "mrr_change": 0.0,
        "critical_tickets": float(_critical(v, day)),
        "failed_jobs": failed / jobs if jobs else None,
        "nps": _nps(v, day),
        "contact": float(_gap(v, day)),
    }


def _overdue(v: View, day: date) -> int:
    late = [
        (day - day_of(bill.due_at)).days
        for customer in v.account.billing
        for bill in customer.invoices
        if bill.due_at is not None
        and day_of(bill.created_at) <= day
        and (bill.paid_at is None or day_of(bill.paid_at) > day)
    ]
    return max([0, *late])


def _critical(v: View, day: date) -> int:
    return sum(
        t.priority in ("HIGH", "URGENT")
        and day_of(t.created_at) <= day
        and (t.closed_at is None or day_of(t.closed_at) > day)
        for t in v.account.tickets
    )


def _nps(v: View, day: date) -> float | None:
    answers = [(day_of(a.at), a.score) for a in v.account.nps if day_of(a.at) <= day]
    if not answers:
        return None
    newest = max(on for on, _ in answers)
    scores = [score for on, score in answers if (newest - on).days < 90]
    return sum(scores) / len(scores)


def _gap(v: View, day: date) -> int:
    held = [
        a.at
        for a in v.account.activities
        if a.outcome in ("COMPLETED", "connected") or a.direction == "in"
    ]
    known = [at for at in held if day_of(at) <= day]
    return (day - day_of(max(known))).days if known else 150
