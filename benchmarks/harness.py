"""One way to measure: a floor and the operation, turn by turn in the same run, and their ratio.

Milliseconds are a machine's; ratios travel. A figure is the median of its rounds. A call may return
the seconds that count (frames, child processes); otherwise the whole call is timed.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Call = Callable[[], float | None]


@dataclass(frozen=True)
class Result:
    """`value` in `unit` ("x" ratio, "s", "ms", or a count) against `budget` (None: no budget)."""

    bench: str
    what: str
    value: float
    unit: str
    budget: float | None
    measured: str = ""
    floor: str = ""

    @property
    def kept(self) -> bool | None:
        return None if self.budget is None else self.value <= self.budget

    def as_json(self) -> dict[str, object]:
        return {
            "bench": self.bench, "what": self.what, "value": round(self.value, 4),
            "unit": self.unit, "budget": self.budget, "kept": self.kept,
            "measured": self.measured, "floor": self.floor,
        }  # fmt: skip


@dataclass
class Times:
    """Seconds of every round."""

    rounds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def worst(self) -> float:
        return max(self.rounds)

    def text(self) -> str:
        """Median and minimum in milliseconds."""
        return f"{_ms(self.median)} / {_ms(min(self.rounds))} ms"


def _ms(seconds: float) -> str:
    value = seconds * 1_000
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.3f}"


def timed(call: Call) -> float:
    """Seconds of one call, without a collection of the call before in it."""
    gc.collect()
    began = time.perf_counter()
    own = call()
    whole = time.perf_counter() - began
    return whole if own is None else own


def interleaved(calls: list[Call], rounds: int, warm: int = 1) -> list[Times]:
    """Each call in turn, `rounds` times, after `warm` turns that do not count."""
    found = [Times() for _ in calls]
    for turn in range(warm + rounds):
        for call, times in zip(calls, found, strict=True):
            seconds = timed(call)
            if turn >= warm:
                times.rounds.append(seconds)
    return found


@dataclass(frozen=True)
class Bench:
    """Makes results under one name."""

    name: str

    def ratio(
        self,
        what: str,
        floor_name: str,
        floor: Call,
        operation: Call,
        budget: float | None,
        rounds: int = 7,
        warm: int = 1,
    ) -> Result:
        """Operation against floor, interleaved."""
        low, high = interleaved([floor, operation], rounds, warm)
        return self.compared(what, floor_name, low, high, budget)

    def compared(
        self, what: str, floor_name: str, floor: Times, operation: Times, budget: float | None
    ) -> Result:
        """A ratio of medians that were measured turn by turn."""
        value = operation.median / floor.median
        text = f"{floor_name}: {floor.text()}"
        return Result(self.name, what, value, "x", budget, operation.text(), text)

    def seconds(self, what: str, times: Times, budget: float | None, note: str = "") -> Result:
        return Result(self.name, what, times.median, "s", budget, times.text(), note)

    def milliseconds(
        self, what: str, seconds: float, budget: float | None, note: str = ""
    ) -> Result:
        return Result(self.name, what, seconds * 1_000, "ms", budget, "", note)

    def count(self, what: str, value: float, budget: float | None, unit: str = "") -> Result:
        return Result(self.name, what, value, unit, budget)
