"""Measures by hand: a healthy customer unless told otherwise, one column per keyword."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.engine.metrics.trend import PPM, millionths
from tests.engine.build import DAY

HEALTHY: dict[str, Any] = {
    "last_login_on": DAY - 1,
    "never_logged_in": False,
    "active_users": 40,
    "seats": 40,
    "events_28": 2_800,
    "events_56": 5_600,
    "events_30": 3_000,
    "trend_num": 5_600,
    "trend_den": 5_600,
    "trend_median": PPM,
    "key_events_28": 280,
    "key_events_56": 560,
    "key_trend_num": 560,
    "key_trend_den": 560,
    "key_trend_median": PPM,
    "key_features": 5,
    "key_features_used_14": 5,
    "renewal_on": DAY + 200,
    "modules_used_14": 4,
    "modules_entitled": 4,
    "overdue_days": 0,
    "overdue_amount": 0,
    "mrr": 100_000,
    "mrr_90": 100_000,
    "missing_rate": False,
    "critical_open": 0,
    "jobs_14": 20,
    "failed_14": 0,
    "failed_product": None,
    "nps_sum": 18,
    "nps_count": 2,
    "nps_newest_on": DAY - 10,
    "last_two_way_on": DAY - 3,
    "customer_since": DAY - 400,
    "risk_score": 0,
    "tenure": 400,
    "counted": 1,
    "active": True,
    "set_to_cancel": False,
    "joined_crm": True,
    "joined_billing": True,
    "joined_usage": True,
    "joined_support": True,
    "tier": None,
    "stage": None,
    "tags": (),
}


def measures(count: int = 1, **given: Any) -> Columns:
    """`count` customers; a value holds for all of them, a list gives one each; None = MISSING."""
    data = {name: _column(given.get(name, value), value, count) for name, value in HEALTHY.items()}
    if "trend_adjusted" in given:
        data["trend_adjusted"] = _column(given["trend_adjusted"], 0, count)
    else:
        num, den = data["trend_num"], data["trend_den"]
        some = num != MISSING
        ppm = millionths(np.where(some, num, 0), np.where(some, den, 1))
        data["trend_adjusted"] = np.where(some, ppm, MISSING)
    unknown = set(given) - set(HEALTHY) - {"trend_adjusted"}
    assert not unknown, unknown
    return Columns(data, count)


def _column(value: Any, like: Any, count: int) -> Any:
    each = list(value) if isinstance(value, list | np.ndarray) else [value] * count
    assert len(each) == count
    if isinstance(like, bool):
        return np.array(each, dtype=np.bool_)
    if isinstance(like, int):
        return np.array([MISSING if one is None else one for one in each], dtype=np.int64)
    return each
