"""Days since the last two-way contact; never contacted counts from the customer's start."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import plural
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_days, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    last = measures.ints("last_two_way_on")
    since = np.where(last != MISSING, last, measures.ints("customer_since"))
    has = measures["joined_crm"] & (since != MISSING)
    return raw_values(np.maximum(day - np.where(has, since, day), 0), 1, has)


def text(num: int, den: int, detail: Detail) -> str:
    if not num:
        return "Contact today"
    return f"No contact logged for {plural(num, 'day', locale=detail.locale)}"


FACTOR = Factor(
    key="contact",
    pillar="relationship",
    title="Last two-way contact",
    weight=4,
    curve=millionths((14, 100), (30, 80), (60, 55), (90, 35), (150, 0)),
    source="crm",
    raw=raw,
    text=text,
    shown=as_days,
)
