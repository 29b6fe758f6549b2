"""Round ticks and the mapping of values to pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` with round `ticks`."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float, top: float, bottom: float) -> float:
        """Pixel row of a value between `bottom` (low) and `top` (high)."""
        return bottom - (value - self.low) / (self.high - self.low) * (bottom - top)


def round_scale(values: Sequence[float], count: int = 4) -> Scale:
    """A scale from 0 (or below) that holds all values, with about `count` round ticks."""
    high, low = max((*values, 0.0)), min((*values, 0.0))
    if high == low:
        high = low + 1
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in STEPS if power * factor >= raw * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(place * step for place in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


def tick_text(value: float) -> str:
    """ "0", "2.5", "40k", "1.2M"."""
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"
