"""What of a day's health is kept for ever."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.findings import Health, HistoryDay


def factor_rows(
    matrix: NDArray[Any], stored: tuple[str, ...], wanted: tuple[str, ...], blank: int
) -> NDArray[Any]:
    """A stored day's (factors, customers) matrix in the order of `wanted`; rows of factors that the
    day did not know are `blank`."""
    if stored == wanted:
        return matrix
    place = {key: row for row, key in enumerate(stored)}
    out = np.full((len(wanted), matrix.shape[1]), blank, dtype=matrix.dtype)
    for row, key in enumerate(wanted):
        if key in place:
            out[row] = matrix[place[key]]
    return out


def history_day(health: Health) -> HistoryDay:
    """The stored part of a day: score, model version, every factor's raw value and score."""
    return HistoryDay(
        day=health.day,
        ids=health.ids,
        model=health.model,
        model_index=health.model_index,
        factors=health.factors,
        chi=health.chi,
        held_band=health.held_band,
        rank=health.rank,
        coverage=health.coverage,
        has=health.has,
        num=health.num,
        den=health.den,
        score=health.score,
        points=health.points,
        cap=health.cap,
        pillars=health.pillars,
    )
