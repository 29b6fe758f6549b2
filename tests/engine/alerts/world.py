"""Alert days by hand: a context with health columns, and walking from one day to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from csmdesk.domain.findings import Alert, HistoryDay, Task
from csmdesk.engine.alerts.kind import Kind
from csmdesk.engine.alerts.lifecycle import advance_alerts
from csmdesk.engine.rules.rule import Context
from tests.engine.build import DAY
from tests.engine.rules.world import context, health, history_day, measures

IDS = ("0" * 16,)


def score_day(day: int, chi: int, held: int = 1, rank: int = -1, model: str = "1") -> HistoryDay:
    return history_day(
        IDS,
        day,
        [chi],
        held_band=np.array([held], np.int8),
        rank=np.array([rank], np.int16),
        model=(model,),
    )


def day_of(
    row: Mapping[str, Any] | None = None,
    *,
    day: int = DAY,
    chi: int = 50,
    held: int = 1,
    rank: int = -1,
    markers: tuple[int, int] = (0, 0),
    history: Sequence[HistoryDay] = (),
    **more: Any,
) -> Context:
    """One customer on one day; `markers` = health and activity."""
    ctx = context([row or {}], day=day, **more)
    scored = health(
        IDS,
        [chi],
        model=("1",),
        held_band=np.array([held], np.int8),
        rank=np.array([rank], np.int16),
        health_marker=np.array([markers[0]], np.int8),
        activity_marker=np.array([markers[1]], np.int8),
    )
    earlier = replace(ctx.previous, history=tuple(history))
    return replace(ctx, health=scored, previous=earlier)


class Walk:
    """Runs one kind day after day and remembers its alerts."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.newest: dict[str, Alert] = {}
        self.rows: dict[tuple[str, int], Alert] = {}

    def step(
        self, ctx: Context, tasks: Sequence[Task] = (), verdicts: Mapping[str, str] | None = None
    ) -> list[Alert]:
        earlier = replace(ctx.previous, alerts=dict(self.newest), verdicts=dict(verdicts or {}))
        ctx = replace(ctx, previous=earlier)
        found = advance_alerts([self.kind], ctx, tasks)
        assert found == advance_alerts([self.kind], ctx, tasks)
        for alert in found:
            self.newest[alert.alert_id] = alert
            self.rows[alert.alert_id, alert.episode] = alert
        return list(found)

    @property
    def alert(self) -> Alert:
        (one,) = self.newest.values()
        return one

    @property
    def open(self) -> bool:
        return any(alert.closed_on is None for alert in self.newest.values())


__all__ = ["DAY", "IDS", "Walk", "day_of", "measures", "score_day"]
