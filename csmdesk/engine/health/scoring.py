"""One scoring of raw values under health models: what a run, a what-if and a backtest all use.

definitions.md section 5. Raw values come from the measures of a day or from what was stored of it;
models, curves and limits may be those configured or changed ones. Integers only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.settings import Settings
from csmdesk.engine.health.bands import Limits, raw_band
from csmdesk.engine.health.caps import binding_caps
from csmdesk.engine.health.factor import PILLARS, WEIGHT_UNIT
from csmdesk.engine.health.factors import FACTORS
from csmdesk.engine.health.model import HealthModel, choose, curve_arrays, exact_millionths
from csmdesk.engine.health.points import curve_score, exact_points, pillar_scores
from csmdesk.engine.metrics.trend import millionths

PILLAR_ROWS = [
    np.array([i for i, factor in enumerate(FACTORS) if factor.pillar == pillar], dtype=np.int64)
    for pillar in PILLARS
]


@dataclass(frozen=True, slots=True)
class RawValues:
    """Raw values of every factor, (factors, customers) in the order of FACTORS.

    `num`/`den` exact, `has` whether there is data, `fade` the share of the weight in 1/180 (whole
    where there is no data).
    """

    num: Ints
    den: Ints
    has: Bools
    fade: Ints


@dataclass(frozen=True, slots=True)
class Scores:
    """Columns and matrices as in `findings.Health`; `weighs` (factors, customers) marks the factors
    that the customer's model, or else the default one, gives a weight."""

    versions: tuple[str, ...]
    model: Ints
    limits: Limits
    chi: Ints
    band: NDArray[np.int8]
    coverage: Ints
    score: Ints
    points: Ints
    weight: Ints
    pillars: Ints
    cap: NDArray[np.int8]
    cap_points: Ints
    weighs: Bools


def raw_values_of(measures: Columns, day: int) -> RawValues:
    """The raw values that the measures of a day give."""
    raws = [factor.raw(measures, day) for factor in FACTORS]
    num, den = np.stack([raw.num for raw in raws]), np.stack([raw.den for raw in raws])
    return with_fades(num, den, np.stack([raw.has for raw in raws]), measures, day)


def with_fades(num: Ints, den: Ints, has: Bools, measures: Columns, day: int) -> RawValues:
    """Raw values in hand (stored ones) with the weights' shares of that day's measures."""
    fade = np.full(has.shape, WEIGHT_UNIT, dtype=np.int64)
    for row, factor in enumerate(FACTORS):
        if factor.fade is not None:
            fade[row] = np.where(has[row], factor.fade(measures, day), WEIGHT_UNIT)
    return RawValues(num, den, has, fade)


def score_values(
    raw: RawValues,
    models: Sequence[HealthModel],
    settings: Settings,
    measures: Columns,
    *,
    billing: bool,
) -> Scores:
    """Scores, exact points, caps and bands. `models` as `resolve` gives them; `measures` tell the
    caps and each customer's segment; `billing`: whether a billing source is connected."""
    model = choose(tuple(models), settings, measures)
    weight, score, counted = _weigh(models, model, raw)
    uncapped, points = exact_points(counted, score)
    cap, cap_points = binding_caps(
        measures,
        uncapped,
        np.array([one.caps for one in models], dtype=np.int64)[model].T,
        exact_millionths(settings.health.low_trend),
        billing=billing,
    )
    chi = uncapped - cap_points
    known = np.where(raw.has, weight, 0)
    coverage = known.sum(axis=0) * 10_000 // (100 * WEIGHT_UNIT)
    limits = limits_of(models, model, settings)
    weighs = weighing(models, model)
    return Scores(
        versions=tuple(one.version for one in models),
        model=model,
        limits=limits,
        chi=chi,
        band=raw_band(chi, coverage, pillars_with_data(raw.has & weighs), limits),
        coverage=coverage,
        score=score,
        points=points,
        weight=counted,
        pillars=pillar_scores(known, score, PILLAR_ROWS),
        cap=cap,
        cap_points=cap_points,
        weighs=weighs,
    )


def limits_of(models: Sequence[HealthModel], model: Ints, settings: Settings) -> Limits:
    """Band limits of each customer's model; `model`: its index."""
    return Limits(
        np.array([one.good_above for one in models], dtype=np.int64)[model],
        np.array([one.poor_below for one in models], dtype=np.int64)[model],
        settings.health,
    )


def weighing(models: Sequence[HealthModel], model: Ints) -> Bools:
    """(factors, customers): factors with a weight in the customer's model or in the default one.

    The others are only kept, to be weighed later: they change no band and no marker.
    """
    table = np.array(
        [
            [
                own.weight > 0 or default.weight > 0
                for own, default in zip(one.factors, FACTORS, strict=True)
            ]
            for one in models
        ],
        dtype=np.bool_,
    )
    return table[model].T


def pillars_with_data(known: Bools) -> Ints:
    """How many pillars have a factor with data; `known` (factors, customers)."""
    there: Ints = np.stack([known[rows].any(axis=0) for rows in PILLAR_ROWS]).sum(axis=0)
    return there


def _weigh(models: Sequence[HealthModel], model: Ints, raw: RawValues) -> tuple[Ints, Ints, Ints]:
    """(weights in 1/180, scores in 1/10,000, weights that count towards the score)."""
    value = millionths(raw.num, raw.den)
    weight = np.zeros_like(raw.num)
    score = np.zeros_like(raw.num)
    counts = raw.has.copy()
    for index, one in enumerate(models):
        mine = model == index
        for row, factor in enumerate(one.factors):
            data = mine & raw.has[row]
            score[row, data] = curve_score(value[row, data], *curve_arrays(factor.curve))
            weight[row, mine] = factor.weight * raw.fade[row, mine]
            if factor.missing is not None:
                filled = mine & ~raw.has[row]
                score[row, filled] = factor.missing * 10_000
                counts[row] |= filled
    return weight, score, np.where(counts, weight, 0)
