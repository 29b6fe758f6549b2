"""Caps: the highest score a customer can have in a bad state; the lowest binds (section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Columns, Ints

NO_USE_TENURE = 28


@dataclass(frozen=True, slots=True)
class Cap:
    """`limit`: the highest score that it leaves, unless a model says otherwise."""

    key: str
    limit: int
    text: str


CAPS = (
    Cap("cancelling", 29, "Set to cancel and hardly used"),
    Cap("no_usage", 69, "No usage for 28 days"),
    Cap("trend", 69, "Usage far below its usual level"),
    Cap("no_subscription", 69, "No counted subscription"),
)
"""In the order (a) to (d) of the definitions; `Health.cap` is an index into this list."""


def binding_caps(
    measures: Columns, uncapped: Ints, limits: Ints, low_trend: int, *, billing: bool
) -> tuple[NDArray[np.int8], Ints]:
    """(index of the binding cap or -1, points it takes) of every customer.

    `limits` (caps, customers): highest scores by each customer's model; `low_trend`: ratio in
    1/1,000,000 below which usage is far from usual; `billing`: whether a billing source is
    connected; without one, (d) is unknown, not true.
    """
    limit = np.where(_holding(measures, low_trend, billing), limits, 100)
    first = np.argmin(limit, axis=0)
    lowest = limit.min(axis=0)
    binds = uncapped > lowest
    cap = np.where(binds, first, -1).astype(np.int8)
    return cap, np.where(binds, uncapped - lowest, 0)


def _holding(measures: Columns, low_trend: int, billing: bool) -> Bools:
    """(caps, customers): MISSING is negative, so a missing measure never equals 0 here."""
    trend = measures.ints("trend_adjusted")
    silent = (measures.ints("events_28") == 0) & (measures.ints("tenure") >= NO_USE_TENURE)
    falling = (trend >= 0) & (trend < low_trend)
    without = (measures.ints("counted") == 0) & billing
    cancelling = measures["set_to_cancel"] & (silent | falling)
    return np.stack([cancelling, silent, falling, without])
