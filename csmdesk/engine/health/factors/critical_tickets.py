"""Open tickets of high or urgent priority."""

from __future__ import annotations

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import plural
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_count, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    tickets = measures.ints("critical_open")
    return raw_values(tickets, 1, tickets != MISSING)


def text(num: int, den: int, detail: Detail) -> str:
    if not num:
        return "No critical tickets open"
    return f"{plural(num, 'critical ticket', locale=detail.locale)} open"


FACTOR = Factor(
    key="critical_tickets",
    pillar="service",
    title="Open critical tickets",
    weight=8,
    curve=millionths((0, 100), (1, 60), (3, 0)),
    source="support",
    raw=raw,
    text=text,
    shown=as_count,
)
