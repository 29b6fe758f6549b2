"""The usage trend: four weeks against the eight before, divided by the portfolio's median."""

from __future__ import annotations

from fractions import Fraction

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import Locale, percent
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_share, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    num = measures.ints("trend_num")
    return raw_values(num, measures.ints("trend_den"), num != MISSING)


def change(ratio: Fraction, locale: Locale) -> str:
    """A ratio in words: "down 38 %", "unchanged"."""
    points = round((ratio - 1) * 100)
    if not points:
        return "unchanged"
    size = percent(abs(points), 100, locale=locale)
    return f"up {size}" if points > 0 else f"down {size}"


def text(num: int, den: int, detail: Detail) -> str:
    """Raw numbers and the portfolio's change; the score is that of the divided ratio."""
    own = Fraction(2 * detail.measure("events_28"), detail.measure("events_56"))
    said = f"Usage {change(own, detail.locale)} (4 weeks vs prior 8)"
    portfolio = change(Fraction(detail.measure("trend_median"), 1_000_000), detail.locale)
    return said if portfolio == "unchanged" else f"{said}, portfolio {portfolio}"


FACTOR = Factor(
    key="usage_trend",
    pillar="adoption",
    title="Usage trend",
    weight=12,
    curve=millionths(("0.2", 0), ("0.5", 25), ("0.9", 85), (1, 100)),
    source="usage",
    raw=raw,
    text=text,
    shown=as_share,
)
