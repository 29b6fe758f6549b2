"""Entitled modules with any use in the last 14 usage days."""

from __future__ import annotations

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import number
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_share, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    used, entitled = measures.ints("modules_used_14"), measures.ints("modules_entitled")
    return raw_values(used, entitled, (used != MISSING) & (entitled > 0))


def text(num: int, den: int, detail: Detail) -> str:
    used, entitled = number(num, detail.locale), number(den, detail.locale)
    return f"{used} of {entitled} modules used in 14 days"


FACTOR = Factor(
    key="modules_used",
    pillar="adoption",
    title="Modules used",
    weight=12,
    curve=millionths((0, 0), (1, 100)),
    source="usage",
    raw=raw,
    text=text,
    shown=as_share,
)
