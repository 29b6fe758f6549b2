"""Change of MRR over 90 days."""

from __future__ import annotations

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import percent
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_change, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    now, before = measures.ints("mrr"), measures.ints("mrr_90")
    has = measures["joined_billing"] & (now != MISSING) & (before > 0) & ~measures["missing_rate"]
    return raw_values(now - before, before, has)


def text(num: int, den: int, detail: Detail) -> str:
    if not num:
        return "MRR unchanged in 90 days"
    way = "down" if num < 0 else "up"
    return f"MRR {way} {percent(abs(num), den, locale=detail.locale)} in 90 days"


FACTOR = Factor(
    key="mrr_change",
    pillar="financial",
    title="MRR change",
    weight=8,
    curve=millionths(("-0.3", 0), ("-0.1", 50), (0, 100)),
    source="billing",
    raw=raw,
    text=text,
    shown=as_change,
)
