"""The CSM's own risk score, if set in the last 90 days."""

from __future__ import annotations

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import number
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_count, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    score = measures.ints("risk_score")
    return raw_values(score, 1, score != MISSING)


def text(num: int, den: int, detail: Detail) -> str:
    return f"CSM risk score {number(num, detail.locale)} of 10"


FACTOR = Factor(
    key="csm_risk",
    pillar="relationship",
    title="CSM's risk score",
    weight=4,
    curve=millionths((0, 100), (10, 0)),
    source="csm",
    raw=raw,
    text=text,
    shown=as_count,
)
