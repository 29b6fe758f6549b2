"""Health of every customer on a day: measures and models in, exact findings out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.findings import Health, HistoryDay
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.health.bands import (
    MARKER_DAYS,
    Limits,
    Past,
    Today,
    activity_rank,
    align,
    held_band,
    marker,
    raw_band,
)
from csmdesk.engine.health.caps import binding_caps
from csmdesk.engine.health.factor import PILLARS, WEIGHT_UNIT
from csmdesk.engine.health.factors import FACTORS, KEYS
from csmdesk.engine.health.model import HealthModel, choose, curve_arrays, resolve
from csmdesk.engine.health.points import curve_score, exact_points, pillar_scores
from csmdesk.engine.metrics.trend import millionths

PILLAR_ROWS = [
    np.array([i for i, factor in enumerate(FACTORS) if factor.pillar == pillar], dtype=np.int64)
    for pillar in PILLARS
]


def assess(
    facts: Facts,
    measures: Columns,
    settings: Settings,
    day: int,
    history: Sequence[HistoryDay],
) -> Health:
    """Scores, points, caps, bands, rank and markers (definitions.md section 5).

    `measures`: see `engine.measure`; `history`: days before `day`, ascending. Raises BadInput when
    a configured model is not valid. The same arguments give the same bytes.
    """
    models = resolve(settings)
    model = choose(models, settings, measures)
    raws = [factor.raw(measures, day) for factor in FACTORS]
    num, den = np.stack([raw.num for raw in raws]), np.stack([raw.den for raw in raws])
    has = np.stack([raw.has for raw in raws])
    weight, score, counted = _weigh(models, model, num, den, has, _fades(measures, day, has))
    uncapped, points = exact_points(counted, score)
    cap, cap_points = binding_caps(measures, uncapped, facts.connected("billing"))
    chi = uncapped - cap_points
    known = np.where(has, weight, 0)
    coverage = known.sum(axis=0) * 10_000 // (100 * WEIGHT_UNIT)
    pillars = pillar_scores(known, score, PILLAR_ROWS)
    with_data = np.stack([has[rows].any(axis=0) for rows in PILLAR_ROWS]).sum(axis=0)
    limits = Limits(
        np.array([one.good_above for one in models], dtype=np.int64)[model],
        np.array([one.poor_below for one in models], dtype=np.int64)[model],
    )
    band = raw_band(chi, coverage, with_data, limits)
    versions = tuple(one.version for one in models)
    today = Today(facts.ids, versions, model, KEYS, has, limits)
    past = _recent(history, today, day)
    rank = activity_rank(measures.ints("events_30"), measures["active"])
    near = [one for one in past if one.day >= day - MARKER_DAYS]
    return Health(
        day=day,
        ids=facts.ids,
        model=versions,
        model_index=model.astype(np.int8),
        factors=KEYS,
        chi=chi.astype(np.int16),
        band=band,
        held_band=held_band(chi, band, past, day, limits),
        coverage=coverage,
        num=num,
        den=den,
        has=has,
        score=score,
        points=points,
        weight=counted,
        weight_total=counted.sum(axis=0),
        pillars=pillars,
        cap=cap,
        cap_points=cap_points,
        rank=rank,
        health_marker=marker(chi, [(one.chi, one.comparable) for one in near]),
        activity_marker=marker(rank.astype(np.int64), [(one.rank, one.comparable) for one in near]),
        active=measures["active"],
    )


def _fades(measures: Columns, day: int, has: Bools) -> Ints:
    """(factors, customers): the share of each weight in 1/180; whole where there is no data."""
    fades = np.full(has.shape, WEIGHT_UNIT, dtype=np.int64)
    for row, factor in enumerate(FACTORS):
        if factor.fade is not None:
            fades[row] = np.where(has[row], factor.fade(measures, day), WEIGHT_UNIT)
    return fades


def _weigh(
    models: tuple[HealthModel, ...], model: Ints, num: Ints, den: Ints, has: Bools, fades: Ints
) -> tuple[Ints, Ints, Ints]:
    """(weights in 1/180, scores in 1/10,000, weights that count towards the score)."""
    value = millionths(num, den)
    weight = np.zeros_like(num)
    score = np.zeros_like(num)
    counts = has.copy()
    for index, one in enumerate(models):
        mine = model == index
        for row, factor in enumerate(one.factors):
            data = mine & has[row]
            score[row, data] = curve_score(value[row, data], *curve_arrays(factor.curve))
            weight[row, mine] = factor.weight * fades[row, mine]
            if factor.missing is not None:
                filled = mine & ~has[row]
                score[row, filled] = factor.missing * 10_000
                counts[row] |= filled
    return weight, score, np.where(counts, weight, 0)


def _recent(history: Sequence[HistoryDay], today: Today, day: int) -> list[Past]:
    """The last 7 days before `day`, or the newest one when all are older."""
    before = [one for one in history if one.day < day]
    near = [one for one in before if one.day >= day - MARKER_DAYS] or before[-1:]
    return [align(one, today) for one in near]
