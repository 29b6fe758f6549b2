"""Thresholds of rules: named defaults, a workspace's overrides, exact comparison.

A threshold is an exact number: no float decides a rung. Percentages are written as 80, not 0.8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.errors import BadSetting

COMMON: Mapping[str, float] = {"retrigger_days": 14, "clear_days": 1}
"""Thresholds that every rule has: days until a finished task that is still true comes back, and
days in a row on which its clearing condition must hold."""


Exact = Fraction | int
"""A whole threshold is an integer: comparing it costs a fiftieth of what a fraction costs."""


class Limits:
    """The thresholds of one rule in force."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._exact = {name: _exact(value) for name, value in values.items()}
        self._shown: dict[tuple[str, ...], dict[str, float]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._exact)

    def __getitem__(self, name: str) -> Exact:
        return self._exact[name]

    def whole(self, name: str) -> int:
        """The threshold as a whole number of days or things (rounded down)."""
        return math.floor(self._exact[name])

    def shown(self, *names: str) -> Mapping[str, float]:
        """These thresholds for evidence, as numbers; the same mapping for every hit."""
        if names not in self._shown:
            self._shown[names] = {name: _plain(self._exact[name]) for name in names}
        return self._shown[names]


def _exact(value: float) -> Exact:
    exact = value if isinstance(value, int) else Fraction(repr(value))
    return exact.numerator if exact.denominator == 1 else exact


def _plain(value: Exact) -> float:
    return value if isinstance(value, int) else float(value)


def limits_of(rule: str, defaults: Mapping[str, float], overrides: Mapping[str, Any]) -> Limits:
    """Defaults with a workspace's overrides; BadSetting naming key, value and rule when unusable."""
    return overridden(("rules", rule), {**COMMON, **defaults}, overrides)


def overridden(
    path: tuple[str, str], known: Mapping[str, float], overrides: Mapping[str, Any]
) -> Limits:
    """The known thresholds with the overrides that the configuration has at `path`."""
    for key, value in overrides.items():
        at = (*path, key)
        if key not in known:
            raise BadSetting(at, f"no threshold ({value!r})", f"one of {', '.join(sorted(known))}")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value < 0:
            raise BadSetting(at, repr(value), f"a number from 0 up (default {known[key]})")
    return Limits({**known, **overrides})


def known(*columns: Ints) -> Bools:
    """Rows in which every column has a value."""
    mask = columns[0] != MISSING
    for column in columns[1:]:
        mask = mask & (column != MISSING)
    return np.asarray(mask)


def at_least(num: Ints, den: Ints | int, limit: Exact) -> Bools:
    """num / den >= limit, exactly, for den > 0."""
    return np.asarray(num * limit.denominator >= den * limit.numerator)


def above(num: Ints, den: Ints | int, limit: Exact) -> Bools:
    """num / den > limit, exactly, for den > 0."""
    return np.asarray(num * limit.denominator > den * limit.numerator)


def percent_at_least(num: Ints, den: Ints, limit: Exact) -> Bools:
    """num is at least `limit` percent of den."""
    return at_least(num * 100, den, limit)


def rungs(shape: Bools, **ladder: Bools) -> Ints:
    """Severity per row: the highest rung that holds where `shape` does, else 0."""
    level = np.zeros(len(shape), np.int64)
    for severity, name in enumerate(("low", "medium", "high"), start=1):
        if name in ladder:
            level[shape & ladder[name]] = severity
    return level
