"""Active users of the last 30 usage days against contracted seats."""

from __future__ import annotations

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import number
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_share, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    users, seats = measures.ints("active_users"), measures.ints("seats")
    return raw_values(users, seats, (users != MISSING) & (seats > 0))


def text(num: int, den: int, detail: Detail) -> str:
    active, seats = number(num, detail.locale), number(den, detail.locale)
    return f"{active} of {seats} seats active in 30 days"


FACTOR = Factor(
    key="active_users",
    pillar="adoption",
    title="Active users per seat",
    weight=14,
    curve=millionths(("0.1", 0), ("0.5", 50), ("0.8", 100)),
    source="usage",
    raw=raw,
    text=text,
    shown=as_share,
)
