"""A Portfolio of a few columns, for figures that read no more."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.portfolio import HISTORY_DAYS, Portfolio

EMPTY = Columns({}, 0)


def columns(**data: list[Any]) -> Columns:
    """Columns of lists: numbers become int64 (or bool) arrays, the rest stays a list."""
    made: dict[str, Any] = {
        name: np.array(values) if values and isinstance(values[0], int) else values
        for name, values in data.items()
    }
    return Columns(made, len(next(iter(data.values()))))


def portfolio_of(day: int, customers: Columns, **tables: Any) -> Portfolio:
    """Everything that is not given is empty."""
    count = customers.length
    none = np.zeros((0, count), dtype=np.int64)
    names = ("tasks", "task_events", "alerts", "movements", "renewals", "contacts")
    empty = dict.fromkeys((*names, "activities", "subscriptions"), EMPTY)
    matrices = dict.fromkeys(("num", "den", "score", "points", "weight"), none)
    told = {name for name in customers["csm"] if name}
    return Portfolio(
        day=day,
        today=day,
        currency="USD",
        built_at=0,
        fingerprint="",
        preview=False,
        sources=(),
        csms=tuple(sorted(told)),
        segments=tuple(tables.get("segment_members", {})),
        customers=customers,
        chi_history=np.full((HISTORY_DAYS, count), -1, dtype=np.int16),
        factors=(),
        has=none.astype(np.bool_),
        weight_total=np.zeros(count, dtype=np.int64),
        cap_points=np.zeros(count, dtype=np.int64),
        notices=(),
        rules=(),
        run_day=day,
        run_at=0,
        run_ms=0,
        **{**empty, **matrices, "segment_members": {}, **tables},
    )
