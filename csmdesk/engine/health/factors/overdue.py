"""Days that the oldest open invoice is past due."""

from __future__ import annotations

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import money, plural
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_days, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    days = measures.ints("overdue_days")
    return raw_values(days, 1, measures["joined_billing"] & (days != MISSING))


def text(num: int, den: int, detail: Detail) -> str:
    if not num:
        return "Nothing overdue"
    late = f"overdue {plural(num, 'day', locale=detail.locale)}"
    amount = detail.measure("overdue_amount")
    if amount == MISSING:
        return f"Invoice {late}"
    return f"{money(amount, detail.currency, detail.locale)} {late}"


FACTOR = Factor(
    key="overdue",
    pillar="financial",
    title="Oldest overdue invoice",
    weight=12,
    curve=millionths((0, 100), (15, 60), (30, 35), (60, 10), (90, 0)),
    source="billing",
    raw=raw,
    text=text,
    shown=as_days,
)
