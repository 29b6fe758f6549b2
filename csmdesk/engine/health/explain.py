"""Why not 100: the points a customer lost, in words (definitions.md section 5).

Rendered for the rows that are shown or sent, not for all. The points are those of `assess`; nothing
is computed again here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import SourceState
from csmdesk.domain.settings import Settings
from csmdesk.domain.texts import ENGLISH, Locale
from csmdesk.engine.health.caps import CAPS
from csmdesk.engine.health.factor import Detail, Factor
from csmdesk.engine.health.factors import BY_KEY
from csmdesk.engine.health.model import HealthModel

CAP = "cap"
CSM_SOURCE = "CSM"


class Scored(Protocol):
    """The columns of `findings.Health` that an explanation reads; matrices (factors, customers)."""

    @property
    def day(self) -> int: ...
    @property
    def factors(self) -> tuple[str, ...]: ...
    @property
    def num(self) -> NDArray[np.int64]: ...
    @property
    def den(self) -> NDArray[np.int64]: ...
    @property
    def has(self) -> NDArray[np.bool_]: ...
    @property
    def chi(self) -> NDArray[np.int16]: ...
    @property
    def points(self) -> NDArray[np.int64]: ...
    @property
    def cap(self) -> NDArray[np.int8]: ...
    @property
    def cap_points(self) -> NDArray[np.int64]: ...


class Weighed(Protocol):
    """Factors and their effective weights (factors, customers): `findings.Health`, `Portfolio`."""

    @property
    def factors(self) -> tuple[str, ...]: ...
    @property
    def weight(self) -> NDArray[np.int64]: ...


@dataclass(frozen=True, slots=True)
class Reason:
    """One line: `points` lost by `key` (a factor or "cap").

    `value` is the raw value and `threshold` the value that would score 100, both as text; `source`
    the system's title ("" when none is connected), `age` days since it was last read, or None.
    """

    key: str
    pillar: str
    title: str
    points: int
    text: str
    value: str = ""
    threshold: str = ""
    source: str = ""
    age: int | None = None


def why_not_100(
    health: Scored,
    measures: Columns,
    settings: Settings,
    sources: Sequence[SourceState],
    index: int,
    *,
    model: HealthModel | None = None,
    locale: Locale = ENGLISH,
) -> list[Reason]:
    """All lost points of customer `index`, largest first; ties by the model's order, the cap last.

    CHI and the points of the list sum to 100. `measures` are those of the same day; `model` is the
    customer's (its curves tell the thresholds), default: the factors' own curves.
    """
    detail = Detail(measures, index, settings.money.reporting_currency, locale)
    lost = [(-int(points), row) for row, points in enumerate(health.points[:, index]) if points]
    cap_points = int(health.cap_points[index])
    if cap_points:
        lost.append((-cap_points, len(health.factors)))
    return [_reason(health, sources, detail, row, -points, model) for points, row in sorted(lost)]


def top_reasons(
    health: Scored,
    measures: Columns,
    settings: Settings,
    count: int = 3,
    locale: Locale = ENGLISH,
) -> list[tuple[str, ...]]:
    """The texts of the `count` largest losses of every customer, at most that many each."""
    lost = np.vstack([health.points, health.cap_points])
    order = np.argsort(-lost, axis=0, kind="stable")[:count].T
    currency = settings.money.reporting_currency
    out: list[tuple[str, ...]] = []
    for index, rows in enumerate(order.tolist()):
        detail = Detail(measures, index, currency, locale)
        out.append(tuple(_text(health, detail, row) for row in rows if lost[row, index]))
    return out


def weighed_rows(health: Weighed) -> list[int]:
    """Rows of the factors that the default model or the model of some customer weighs; the others
    are computed and kept, and are no part of a breakdown."""
    return [
        row
        for row, key in enumerate(health.factors)
        if key not in BY_KEY or BY_KEY[key].weight or health.weight[row].any()
    ]


def factor_text(health: Scored, row: int, detail: Detail) -> str:
    """The words of factor `row` for a customer, whether or not it lost points."""
    factor = BY_KEY[health.factors[row]]
    if not health.has[row, detail.index]:
        return f"No data for “{factor.title}”"
    return factor.text(
        int(health.num[row, detail.index]), int(health.den[row, detail.index]), detail
    )


def factor_value(health: Scored, row: int, index: int, locale: Locale = ENGLISH) -> str:
    """The bare raw value of factor `row` ("47 days", "21 %"), "" without data."""
    if not health.has[row, index]:
        return ""
    factor = BY_KEY[health.factors[row]]
    return factor.shown(int(health.num[row, index]), int(health.den[row, index]), locale)


def best_value(factor: Factor, model: HealthModel | None = None, locale: Locale = ENGLISH) -> str:
    """The value nearest to the others at which the curve reaches its highest score, as text."""
    curve = factor.curve
    if model is not None:
        curve = next(one.curve for one in model.factors if one.key == factor.key)
    top = max(score for _, score in curve)
    falling = curve[0][1] == top
    values = [value for value, score in curve if score == top]
    return factor.shown(values[-1] if falling else values[0], 1_000_000, locale)


def source_of(kind: str, sources: Sequence[SourceState], day: int) -> tuple[str, int | None]:
    """(titles of the sources that feed this kind, days since the last complete read or None)."""
    if kind == "csm":
        return CSM_SOURCE, None
    feeding = [source for source in sources if kind in source.kinds]
    fresh = max((source.fresh_on for source in feeding), default=MISSING)
    age = None if fresh == MISSING else max(0, day - fresh)
    return ", ".join(source.title for source in feeding), age


def _text(health: Scored, detail: Detail, row: int) -> str:
    if row == len(health.factors):
        cap = CAPS[int(health.cap[detail.index])]
        return f"{cap.text}: capped at {int(health.chi[detail.index])}"
    return factor_text(health, row, detail)


def _reason(
    health: Scored,
    sources: Sequence[SourceState],
    detail: Detail,
    row: int,
    points: int,
    model: HealthModel | None,
) -> Reason:
    text = _text(health, detail, row)
    if row == len(health.factors):
        return Reason(CAP, "", "Cap", points, text)
    factor = BY_KEY[health.factors[row]]
    source, age = source_of(factor.source, sources, health.day)
    value = factor_value(health, row, detail.index, detail.locale)
    threshold = best_value(factor, model, detail.locale)
    return Reason(
        factor.key, factor.pillar, factor.title, points, text, value, threshold, source, age
    )
