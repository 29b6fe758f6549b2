"""Health models: the configured weights and curves, checked, and which one a customer gets.

definitions.md section 5, Models: an ordered list, each with a segment; the first that matches
applies, the default is last. A version string names what a score was computed with.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.errors import BadSetting
from csmdesk.domain.findings import SCORE_UNIT
from csmdesk.domain.settings import FactorSettings, HealthLimits, Model, Settings
from csmdesk.engine.health.caps import CAPS
from csmdesk.engine.health.factor import Anchors
from csmdesk.engine.health.factors import BY_KEY, FACTORS, KEYS
from csmdesk.engine.segments import segment_mask

NEUTRAL_SCORE = 50
MAX_VALUE = 1_000_000
_SHARED = HealthLimits()
_DEFAULT_CAPPED = (
    tuple(cap.limit for cap in CAPS),
    _SHARED.low_trend,
    _SHARED.min_coverage_percent,
)
POLICIES = "“exclude”, “neutral” or a whole number from 0 to 100"


@dataclass(frozen=True, slots=True)
class FactorModel:
    """A factor as a model uses it. `missing`: score 0-100 for customers without data, or None."""

    key: str
    weight: int
    curve: Anchors
    missing: int | None


@dataclass(frozen=True, slots=True)
class HealthModel:
    """A checked model; `factors` in the order of FACTORS, weights sum to 100; `caps`: the highest
    scores in the order of CAPS."""

    name: str
    version: str
    segment: str
    factors: tuple[FactorModel, ...]
    caps: tuple[int, ...]
    good_above: int
    poor_below: int


def resolve(settings: Settings) -> tuple[HealthModel, ...]:
    """The models of a workspace, the default last. Raises BadSetting naming key, value and rule."""
    given = settings.models or (Model(),)
    models = list(given if not given[-1].segment else (*given, Model()))
    return tuple(_resolve(model, index, settings) for index, model in enumerate(models))


def choose(models: tuple[HealthModel, ...], settings: Settings, customers: Columns) -> Ints:
    """Index of each customer's model: the first whose segment matches. `customers` has the tier,
    stage and tags valid on the day."""
    count = customers.length
    chosen = np.full(count, len(models) - 1, dtype=np.int64)
    free = np.ones(count, dtype=np.bool_)
    by_name = {segment.name: segment for segment in settings.segments}
    for index, model in enumerate(models):
        hit = free
        if model.segment:
            segment = by_name[model.segment]
            hit = free & segment_mask(
                segment, customers["tier"], customers["stage"], customers["tags"]
            )
        chosen[hit] = index
        free = free & ~hit
    return chosen


def exact_millionths(ratio: float) -> int:
    """A configured ratio in 1/1,000,000 by its decimal text."""
    return int(Fraction(repr(ratio)) * 1_000_000)


def curve_arrays(curve: Anchors) -> tuple[Ints, Ints]:
    """Anchors as (values in 1/1,000,000, scores in 1/10,000)."""
    values = np.array([value for value, _ in curve], dtype=np.int64)
    scores = np.array([score * SCORE_UNIT for _, score in curve], dtype=np.int64)
    return values, scores


@dataclass(frozen=True, slots=True)
class _At:
    """A key of a model in the configuration, and how a refusal names it."""

    path: tuple[str | int, ...]
    owner: str

    def to(self, *keys: str) -> _At:
        return _At(self.path + keys, self.owner)

    def bad(self, value: str, rule: str) -> BadSetting:
        return BadSetting(self.path, value, rule, owner=self.owner)


def _resolve(model: Model, index: int, settings: Settings) -> HealthModel:
    at = _At(("models", index), model.name)
    _check_segment(model, at.to("segment"), settings)
    if not 0 <= model.poor_below <= model.good_above <= 100:
        limits = f"{model.poor_below} (and good_above {model.good_above})"
        raise at.to("poor_below").bad(limits, "such that 0 ≤ poor_below ≤ good_above ≤ 100")
    factors = _factors(model, at.to("factors"))
    caps = _caps(model, at.to("caps"))
    # A factor that neither the default nor this model weighs decides no score: it marks no version.
    scored = tuple(one for one in factors if one.weight or BY_KEY[one.key].weight)
    shape: tuple[object, ...] = (scored, model.good_above, model.poor_below)
    capped = (caps, settings.health.low_trend, settings.health.min_coverage_percent)
    if capped != _DEFAULT_CAPPED:  # scores stored before these could be set keep their version
        shape += capped
    mark = blake2b(repr(shape).encode(), digest_size=3).hexdigest()
    version = f"{model.name} v{model.version} ({mark})"
    return HealthModel(
        model.name, version, model.segment, factors, caps, model.good_above, model.poor_below
    )


def _factors(model: Model, at: _At) -> tuple[FactorModel, ...]:
    """All factors with weights that sum to 100."""
    for name in sorted(set(model.factors) - set(KEYS)):
        raise at.to(name).bad("no factor", f"one of {', '.join(KEYS)}")
    factors = tuple(
        _factor(factor.key, model.factors.get(factor.key, FactorSettings()), at.to(factor.key))
        for factor in FACTORS
    )
    total = sum(factor.weight for factor in factors)
    if total != 100:
        said = ", ".join(f"{factor.key} {factor.weight}" for factor in factors)
        raise at.bad(f"{said} (sum {total})", "weights with a sum of exactly 100")
    return factors


def _caps(model: Model, at: _At) -> tuple[int, ...]:
    known = [cap.key for cap in CAPS]
    for name, limit in model.caps.items():
        if name not in known:
            raise at.to(name).bad("no cap", f"one of {', '.join(known)}")
        if not 0 <= limit <= 100:
            raise at.to(name).bad(str(limit), "a whole number from 0 to 100")
    return tuple(model.caps.get(cap.key, cap.limit) for cap in CAPS)


def _check_segment(model: Model, at: _At, settings: Settings) -> None:
    if not model.segment:
        return
    names = [segment.name for segment in settings.segments]
    if model.segment not in names:
        allowed = f"the name of a segment ({', '.join(names) or 'none is defined'})"
        raise at.bad(model.segment, allowed)
    if settings.segments[names.index(model.segment)].band:
        raise at.bad(model.segment, "a segment without a band: bands come from models")


def _factor(key: str, own: FactorSettings, at: _At) -> FactorModel:
    factor = BY_KEY[key]
    weight = factor.weight if own.weight is None else own.weight
    if not 0 <= weight <= 100:
        raise at.to("weight").bad(str(weight), "a whole number from 0 to 100")
    curve = factor.curve if own.curve is None else _curve(own.curve, at.to("curve"))
    missing = _policy(factor.missing if own.missing is None else own.missing, at.to("missing"))
    return FactorModel(key, weight, curve, missing)


def _curve(anchors: tuple[tuple[float, int], ...], at: _At) -> Anchors:
    if not 2 <= len(anchors) <= 5:
        raise at.bad(f"{len(anchors)} anchors", "2 to 5 anchors")
    curve = tuple((_millionth(value, at), score) for value, score in anchors)
    for value, score in anchors:
        if not 0 <= score <= 100:
            raise at.bad(f"{value} → {score}", "scores from 0 to 100")
    for before, after in pairwise(curve):
        if before[0] >= after[0]:
            said = ", ".join(str(value) for value, _ in anchors)
            raise at.bad(said, "strictly increasing values")
    return curve


def _millionth(value: float, at: _At) -> int:
    """A configured value in 1/1,000,000, by its decimal text: 0.1 is exactly 100,000."""
    try:
        scaled = Fraction(str(value)) * 1_000_000
    except ValueError:
        raise at.bad(str(value), "a finite number") from None
    if scaled.denominator != 1 or abs(value) > MAX_VALUE:
        raise at.bad(str(value), f"at most six decimals, between ±{MAX_VALUE:,}")
    return int(scaled)


def _policy(text: str, at: _At) -> int | None:
    if text == "exclude":
        return None
    if text == "neutral":
        return NEUTRAL_SCORE
    if text.isascii() and text.isdigit() and int(text) <= 100:
        return int(text)
    raise at.bad(text, POLICIES)
