"""Volume of the key features: four weeks against the eight before, divided by the portfolio's median.

Weight 0 in the default model; missing where the workspace marks no feature as key.
"""

from __future__ import annotations

from fractions import Fraction

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import number
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_share, millionths, raw_values
from csmdesk.engine.health.factors.usage_trend import change


def raw(measures: Columns, day: int) -> Raw:
    num = measures.ints("key_trend_num")
    return raw_values(num, measures.ints("key_trend_den"), num != MISSING)


def text(num: int, den: int, detail: Detail) -> str:
    """The customer's own change, the portfolio's, and how many key features are in use."""
    own = Fraction(2 * detail.measure("key_events_28"), detail.measure("key_events_56"))
    said = f"Key features {change(own, detail.locale)} (4 weeks vs prior 8)"
    portfolio = change(Fraction(detail.measure("key_trend_median"), 1_000_000), detail.locale)
    if portfolio != "unchanged":
        said += f", portfolio {portfolio}"
    used, have = detail.measure("key_features_used_14"), detail.measure("key_features")
    if used == MISSING or have <= 0:
        return said
    return f"{said}, {number(used, detail.locale)} of {number(have, detail.locale)} in use"


FACTOR = Factor(
    key="key_volume",
    pillar="adoption",
    title="Key feature volume",
    weight=0,
    curve=millionths(("0.2", 0), ("0.5", 25), ("0.9", 85), (1, 100)),
    source="usage",
    raw=raw,
    text=text,
    shown=as_share,
)
