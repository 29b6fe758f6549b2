"""Health of every customer on a day: measures and models in, exact findings out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.findings import Health, HistoryDay
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import HealthLimits, Settings
from csmdesk.engine.health.bands import (
    Past,
    Today,
    activity_rank,
    align,
    held_band,
    marker,
)
from csmdesk.engine.health.factors import KEYS
from csmdesk.engine.health.model import resolve
from csmdesk.engine.health.scoring import raw_values_of, score_values


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
    history = [one for one in history if one.day < day]
    raw = raw_values_of(measures, day)
    scores = score_values(
        raw, resolve(settings), settings, measures, billing=facts.connected("billing")
    )
    chi, limits = scores.chi, scores.limits
    today = Today(facts.ids, scores.versions, scores.model, KEYS, raw.has, limits, scores.weighs)
    past = _recent(history, today, day - settings.health.marker_days)
    shared = settings.health
    rank = activity_rank(measures.ints("events_30"), measures["active"], shared.min_ranked)
    health_marker, activity_marker = markers(chi, rank.astype(np.int64), past, day, shared)
    return Health(
        day=day,
        ids=facts.ids,
        model=scores.versions,
        model_index=scores.model.astype(np.int8),
        factors=KEYS,
        chi=chi.astype(np.int16),
        band=scores.band,
        held_band=held_band(chi, scores.band, past, day, limits),
        coverage=scores.coverage,
        num=raw.num,
        den=raw.den,
        has=raw.has,
        score=scores.score,
        points=scores.points,
        weight=scores.weight,
        weight_total=scores.weight.sum(axis=0),
        pillars=scores.pillars,
        cap=scores.cap,
        cap_points=scores.cap_points,
        rank=rank,
        health_marker=health_marker,
        activity_marker=activity_marker,
        active=measures["active"],
    )


def _recent(history: Sequence[HistoryDay], today: Today, first: int) -> list[Past]:
    """The days from `first` on, or the newest one when all are older."""
    near = [one for one in history if one.day >= first] or history[-1:]
    return [align(one, today) for one in near]


def markers(
    chi: Ints, rank: Ints, past: Sequence[Past], day: int, shared: HealthLimits
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """(health marker, activity marker) of every customer against the days that they look back on."""
    near = [one for one in past if day - shared.marker_days <= one.day < day]
    points = shared.marker_points
    return (
        marker(chi, [(one.chi, one.comparable) for one in near], points),
        marker(rank, [(one.rank, one.comparable) for one in near], points),
    )
