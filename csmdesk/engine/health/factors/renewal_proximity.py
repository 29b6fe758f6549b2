"""Days to the renewal: a customer leaves when the contract lets it.

Weight 0 in the default model; missing for contracts without a renewal date (rolling terms).
"""

from __future__ import annotations

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import plural
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_days, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    renewal = measures.ints("renewal_on")
    return raw_values(renewal - day, 1, renewal != MISSING)


def text(num: int, den: int, detail: Detail) -> str:
    if num < 0:
        return f"Renewal date passed {plural(-num, 'day', locale=detail.locale)} ago"
    if num == 0:
        return "Renews today"
    return f"Renews in {plural(num, 'day', locale=detail.locale)}"


FACTOR = Factor(
    key="renewal_proximity",
    pillar="financial",
    title="Days to renewal",
    weight=0,
    curve=millionths((0, 0), (30, 40), (90, 80), (180, 100)),
    source="billing",
    raw=raw,
    text=text,
    shown=as_days,
)
