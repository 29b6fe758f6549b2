"""A past day's health as it was stored on that day, in the place of what is computed of it today.

definitions.md section 2: pages at a past day read what was stored, bands and markers among it. Neither
is kept: they follow from stored scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools
from csmdesk.domain.findings import Health, HistoryDay
from csmdesk.domain.settings import Settings
from csmdesk.engine.health.assess import markers
from csmdesk.engine.health.bands import Limits, Today, align
from csmdesk.engine.health.history import factor_rows
from csmdesk.engine.health.model import resolve
from csmdesk.engine.health.scoring import limits_of, weighing


def as_stored(
    health: Health, day: HistoryDay, history: Sequence[HistoryDay], settings: Settings
) -> Health:
    """A day's recomputed health with everything that was stored on that day put in its place.

    `history`: the days before it. Customers that the stored day does not know keep the recomputed
    values; factors that it does not know have no data, as they took no point on that day. The limits
    of bands are today's: a stored score names its model, not the model's limits.
    """
    place = {one: row for row, one in enumerate(day.ids)}
    at = np.array([place.get(one, -1) for one in health.ids], dtype=np.int64)
    if not set(day.factors) <= set(health.factors) or not len(day.ids):
        return health
    known = at >= 0

    def put(new: Any, old: Any) -> Any:
        return np.where(known, old[..., np.maximum(at, 0)], new).astype(new.dtype)

    names = ("chi", "held_band", "rank", "coverage")
    merged = {name: put(getattr(health, name), getattr(day, name)) for name in names}
    for name, blank in (("has", 0), ("num", 0), ("den", 1), ("score", 0), ("points", 0)):
        rows = factor_rows(getattr(day, name), day.factors, health.factors, blank)
        merged[name] = put(getattr(health, name), rows)
    merged["cap"], merged["pillars"] = put(health.cap, day.cap), put(health.pillars, day.pillars)
    lost = 100 - merged["chi"].astype(np.int64) - merged["points"].sum(axis=0)
    merged["cap_points"] = np.where(merged["chi"] >= 0, lost, 0)
    models = resolve(settings)
    model = health.model_index.astype(np.int64)
    limits, weighs = limits_of(models, model, settings), weighing(models, model)
    merged["model_index"] = put(health.model_index + len(day.model), day.model_index)
    stored = replace(health, model=(*day.model, *health.model), **merged)
    return _judged(stored, day, history, limits, weighs, known)


def _judged(
    stored: Health,
    day: HistoryDay,
    history: Sequence[HistoryDay],
    limits: Limits,
    weighs: Bools,
    known: Bools,
) -> Health:
    """Bands and markers of the stored scores."""
    index = stored.model_index.astype(np.int64)
    today = Today(
        stored.ids, stored.model, index, stored.factors, stored.has.astype(np.bool_), limits, weighs
    )
    band = np.where(known, align(day, today).raw, stored.band).astype(np.int8)
    first = stored.day - limits.shared.marker_days
    past = [align(one, today) for one in history if one.day >= first]
    rank = stored.rank.astype(np.int64)
    health, activity = markers(stored.chi.astype(np.int64), rank, past, stored.day, limits.shared)
    return replace(stored, band=band, health_marker=health, activity_marker=activity)
