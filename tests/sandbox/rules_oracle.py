"""The twelve rules of definitions.md section 6, read naively off a `View`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from csmdesk.domain.demo_rates import rate
from csmdesk.sandbox.shapes import Activity
from csmdesk.sandbox.world import World
from csmdesk.sandbox.world.catalog import FEATURES
from tests.sandbox.world_oracle import (
    DAY,
    SEVERITIES,
    View,
    day_of,
    months_of,
    view,
)

KEYS = {feature.name: feature.module for feature in FEATURES if feature.key}


class Portfolio:
    """All views of one world and the medians the rules need."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.today = world.today
        self.views = [view(world, account) for account in world.accounts()]
        self.medians = {back: self._median(self.today - timedelta(days=back)) for back in range(15)}

    def _median(self, day: date) -> float:
        ratios = [r for v in self.views if v.active and (r := ratio(v, day)) is not None]
        return float(np.median(ratios))

    def found(self) -> dict[str, dict[str, list[str]]]:
        """rule id -> severity -> names of parts for which it fires."""
        result: dict[str, dict[str, list[str]]] = {
            rule: {severity: [] for severity in SEVERITIES} for rule in RULES
        }
        for v in self.views:
            for rule, check in RULES.items():
                if v.left_out and not (
                    rule == "record_integrity" and v.account.company.flag is None
                ):
                    continue
                severity = self._both_days(v, check) if rule in TWO_DAYS else check(self, v, 0)
                if severity:
                    part = self.world.role(v.account.index).part
                    result[rule][SEVERITIES[severity - 1]].append(part)
        return result

    def _both_days(self, v: View, check: Callable[[Portfolio, View, int], int]) -> int:
        return min(check(self, v, 0), check(self, v, 1))

    def day(self, back: int) -> date:
        return self.today - timedelta(days=back)


def ratio(v: View, day: date) -> float | None:
    end = (day - v.start).days
    base = v.events[end - 84 : end - 28].sum() / 56
    if v.tenure < 84 or base * 7 < 10:
        return None
    return float(v.events[end - 28 : end].sum() / 28 / base)


def _soon(v: View, day: date) -> bool:
    return v.renewal is not None and (v.renewal - day).days < 90


def renewal_due(p: Portfolio, v: View, back: int) -> int:
    subscriptions = [
        s for c in v.account.billing for s in c.subscriptions if s.status != "canceled"
    ]
    if any(s.cancel_at is not None for s in subscriptions):
        return 3
    if v.renewal is None:
        return 0
    n = (v.renewal - p.today).days
    term = max((months_of(s) for s in subscriptions), default=12) * 30
    return 3 if n < 30 else 2 if n < 90 else 1 if n < 180 and n <= term / 2 else 0


def payment_overdue(p: Portfolio, v: View, back: int) -> int:
    late: list[int] = []
    failed = 0
    for customer in v.account.billing:
        for bill in customer.invoices:
            value = bill.amount_due * rate(bill.currency, p.today)
            if bill.status != "open" or value < 5000:
                continue
            if bill.due_at is not None and day_of(bill.due_at) < p.today:
                late.append((p.today - day_of(bill.due_at)).days)
            failed = max(failed, bill.attempt_count)
    oldest = max(late, default=0)
    if oldest >= 30 or len(late) > 1 or failed >= 3:
        return 3
    return 2 if oldest >= 15 else 1 if oldest else 0


def capacity(p: Portfolio, v: View, back: int) -> int:
    if not v.seats:
        return 0
    used = v.distinct(p.today) / v.seats
    before = v.distinct(p.today - timedelta(days=30)) / v.seats
    return (
        3 if used > 1 else 2 if used >= 0.8 else 1 if used >= 0.6 and used - before >= 0.05 else 0
    )


def no_login(p: Portfolio, v: View, back: int) -> int:
    day = p.day(back)
    age = v.last_use(day)
    if age > 45 or (age > 14 and _soon(v, day)):
        return 3
    return 2 if age > 30 else 1 if age > 14 else 0


def usage_drop(p: Portfolio, v: View, back: int) -> int:
    day = p.day(back)
    now = ratio(v, day)
    if now is None:
        return 0
    now /= p.medians[back]
    before = v.distinct(day, 30, 30)
    if now < 0.5 or (before >= 4 and v.distinct(day) <= before / 2):
        return 3
    if now < 0.7:
        return 2
    past = [(ratio(v, p.day(k)) or 1) / p.medians[k] for k in range(back, back + 13)]
    return 1 if all(value < 0.9 for value in past) else 0


def technical_drift(p: Portfolio, v: View, back: int) -> int:
    end = (p.day(back) - v.start).days
    failed, jobs = v.failed[end - 14 : end].sum(), v.jobs[end - 14 : end].sum()
    if failed < 3:
        return 0
    share = failed / jobs
    return 3 if share >= 0.3 else 2 if share >= 0.15 else 1 if share >= 0.05 else 0


def nps_detractor(p: Portfolio, v: View, back: int) -> int:
    recent = [(p.today - day_of(a.at)).days for a in v.account.nps]
    scores = [a.score for a, age in zip(v.account.nps, recent, strict=True) if age < 90]
    older = [a.score for a, age in zip(v.account.nps, recent, strict=True) if 90 <= age < 180]
    buyers = {"DECISION_MAKER", "BUDGET_HOLDER", "ADMIN"}
    for answer, age in zip(v.account.nps, recent, strict=True):
        role = v.account.contacts[answer.contact].buying_role
        if age < 90 and answer.score <= 6 and role in buyers:
            return 3
    if not scores:
        return 0
    mean = sum(scores) / len(scores)
    if mean < 3:
        return 3
    if mean < 5 or (older and sum(older) / len(older) - mean >= 3):
        return 2
    return 1 if mean <= 6 else 0


def product_unused(p: Portfolio, v: View, back: int) -> int:
    day = p.day(back)
    if v.tenure <= 14:
        return 0
    ages = [v.product_use(modules, day) for modules in v.modules.values()]
    age = max(ages, default=0)
    if age > 60 or (age > 30 and _soon(v, day)):
        return 3
    return 2 if age > 30 else 1 if age > 7 else 0


def seats_unused(p: Portfolio, v: View, back: int) -> int:
    if v.seats < 5 or v.tenure <= 60:
        return 0
    share = v.distinct(p.day(back)) / v.seats
    if share < 0.25 or (share < 0.5 and _soon(v, p.day(back))):
        return 3
    return 2 if share < 0.5 else 1 if share < 0.75 else 0


def feature_shelf(p: Portfolio, v: View, back: int) -> int:
    """High by the lapsed schedule: sync runs that came daily and stopped over 14 days ago."""
    if v.tenure <= 30:
        return 0
    end = (p.day(back) - v.start).days
    modules = set().union(*v.modules.values()) if v.modules else set()
    keys = [name for name, module in KEYS.items() if module in modules]
    nothing = np.zeros(len(v.events))
    idle = [k for k in keys if not v.features.get(k, nothing)[end - 14 : end].any()]
    sync = v.features.get("sync_run", nothing)
    if sync[:end].sum() > 20 and not sync[end - 15 : end].any() and v.events[end - 14 : end].any():
        return 3
    return 2 if len(keys) >= 2 and len(idle) * 2 >= len(keys) else 1 if idle else 0


def contact_gap(p: Portfolio, v: View, back: int) -> int:
    people = v.account.contacts
    champions = [c for c in people if c.buying_role == "CHAMPION"]
    present = [c for c in champions if c.left_on is None and not c.bounced]
    if v.account.company.owner_id is None or (champions and not present):
        return 3
    gap = (p.today - last_two_way(v.account.activities)).days
    if gap >= 60 or len(people) == 1:
        return 2
    return 1 if gap >= 45 else 0


def last_two_way(rows: tuple[Activity, ...]) -> date:
    """Meeting held, call connected, or the later of an in and an out message within 14 days."""
    newest = 0
    incoming = [r.at for r in rows if r.kind == "email" and r.direction == "in"]
    outgoing = [r.at for r in rows if r.kind == "email" and r.direction == "out"]
    for row in rows:
        if row.outcome in ("COMPLETED", "connected"):
            newest = max(newest, row.at)
    for a in incoming:
        for b in outgoing:
            if abs(a - b) <= 14 * DAY:
                newest = max(newest, a, b)
    return day_of(newest)


def record_integrity(p: Portfolio, v: View, back: int) -> int:
    company = v.account.company
    domains = [o.account.company.domain for o in p.views]
    if domains.count(company.domain) > 1 or len(v.account.billing) > 1:
        return 3
    if not v.active:
        recent = v.events[-7:].any() and v.account.billing
        running = any(s.status != "canceled" for c in v.account.billing for s in c.subscriptions)
        return 3 if recent and not running else 0
    billed = v.account.billing[0].subscriptions[0].currency.upper()
    digits = {"JPY": 0, "KWD": 3}.get(company.currency, 2)
    stated = float(company.acv or 0) * 10**digits * float(rate(company.currency, p.today))
    apart = abs(stated - float(v.arr_usd)) / float(v.arr_usd)
    if apart > 0.10:
        return 3
    if apart > 0.03 or (v.renewal is not None and v.renewal < p.today):
        return 2
    return 1 if billed != company.currency else 0


RULES: dict[str, Callable[[Portfolio, View, int], int]] = {
    "renewal_due": renewal_due,
    "payment_overdue": payment_overdue,
    "capacity": capacity,
    "no_login": no_login,
    "usage_drop": usage_drop,
    "technical_drift": technical_drift,
    "nps_detractor": nps_detractor,
    "product_unused": product_unused,
    "seats_unused": seats_unused,
    "feature_shelf": feature_shelf,
    "contact_gap": contact_gap,
    "record_integrity": record_integrity,
}
TWO_DAYS = {
    "no_login",
    "usage_drop",
    "technical_drift",
    "product_unused",
    "seats_unused",
    "feature_shelf",
}
