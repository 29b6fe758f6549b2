"""What a factor is: a metric, a curve that turns it into 0-100, a weight and words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.texts import ENGLISH, Locale, decimal, number, percent, plural, signed

PILLARS = ("adoption", "financial", "service", "relationship")
PILLAR_TITLES = {
    "adoption": "Product adoption",
    "financial": "Financial",
    "service": "Service",
    "relationship": "Relationship",
}
WEIGHT_UNIT = 180
"""Weights are counted in 1/180 so that the fading weight of NPS, 7(270 - a)/180, stays whole."""


class Raw(NamedTuple):
    """The exact raw value num/den of every customer and whether it has data.

    Where `has` is False num is 0 and den 1; den is always positive and below 2**52.
    """

    num: Ints
    den: Ints
    has: Bools


def raw_values(num: Ints, den: Ints | int, has: Bools) -> Raw:
    """Raw values with the places without data blanked, so that equal findings are equal bytes."""
    return Raw(np.where(has, num, 0).astype(np.int64), np.where(has, den, 1).astype(np.int64), has)


@dataclass(frozen=True, slots=True)
class Detail:
    """What a text may say beside the raw value: the measures of customer `index`."""

    measures: Columns
    index: int
    currency: str
    locale: Locale = ENGLISH

    def measure(self, name: str) -> int:
        return int(self.measures[name][self.index])


Shown = Callable[[int, int, Locale], str]


def as_days(num: int, den: int, locale: Locale) -> str:
    return plural(num // den, "day", locale=locale)


def as_share(num: int, den: int, locale: Locale) -> str:
    return percent(num, den, locale=locale)


def as_change(num: int, den: int, locale: Locale) -> str:
    return signed(round(Fraction(num * 100, den)), locale) + locale.percent_gap + "%"


def as_count(num: int, den: int, locale: Locale) -> str:
    return number(num // den, locale)


def as_decimal(num: int, den: int, locale: Locale) -> str:
    return decimal(num, den, 1, locale)


Anchors = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the health model.

    `curve`: anchors (value in 1/1,000,000, score 0-100), values ascending. `source`: the kind of
    source that feeds it. `missing`: default policy. `raw(measures, day)` gives every customer's raw
    value, `text(num, den, detail)` one customer's words, `shown` the bare value. `fade(measures,
    day)` gives the weight's share in 1/180 where data grows old, None = always whole.
    """

    key: str
    pillar: str
    title: str
    weight: int
    curve: Anchors
    source: str
    raw: Callable[[Columns, int], Raw]
    text: Callable[[int, int, Detail], str]
    shown: Shown
    missing: str = "exclude"
    fade: Callable[[Columns, int], Ints] | None = None


def millionths(*anchors: tuple[str | int, int]) -> Anchors:
    """Anchors written as decimals ("0.5" or 7) in the curve's unit of 1/1,000,000, exact."""
    return tuple((_ppm(str(value)), score) for value, score in anchors)


def _ppm(text: str) -> int:
    whole, _, rest = text.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 1_000_000 + sign * int(rest.ljust(6, "0") or 0)
