"""What of a day's health is kept for ever."""

from __future__ import annotations

from csmdesk.domain.findings import Health, HistoryDay


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
