"""Exact points: always 100 together, never on a zero loss, by the largest remainder."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from csmdesk.engine.health.points import FULL, curve_score, divide_half_even, exact_points
from csmdesk.engine.metrics.trend import millionths

WEIGHTS = st.lists(st.integers(0, 2_520), min_size=11, max_size=11)
SCORES = st.lists(st.integers(0, FULL), min_size=11, max_size=11)


def column(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)[:, None]


def by_fractions(weights: list[int], scores: list[int]) -> tuple[int, list[int]]:
    """The definition word for word, with fractions."""
    total = sum(weights)
    effective = [Fraction(100 * weight, total) for weight in weights]
    loss = [e * (100 - Fraction(s, 10_000)) / 100 for e, s in zip(effective, scores, strict=True)]
    uncapped = round(100 - sum(loss))
    points = [int(one) for one in loss]
    left = 100 - uncapped - sum(points)
    for row in sorted(range(len(loss)), key=lambda i: (points[i] - loss[i], i))[:left]:
        points[row] += 1
    return uncapped, points


@given(WEIGHTS.filter(any), SCORES)
@settings(max_examples=300, deadline=None)
def test_points_are_the_definition(weights: list[int], scores: list[int]) -> None:
    got = exact_points(column(weights), column(scores))
    uncapped, points = by_fractions(weights, scores)
    assert (int(got.uncapped[0]), got.points[:, 0].tolist()) == (uncapped, points)
    assert uncapped + sum(points) == 100
    for weight, score, lost in zip(weights, scores, points, strict=True):
        assert lost >= 0
        assert lost == 0 or (weight > 0 and score < FULL)


def test_the_worked_example() -> None:
    """Losses 4.5, 4.5 and 1.5 of 100: U = round-half-even(89.5) = 90, ten points to hand out,
    floors 4 + 4 + 1, the tenth to the first of the equal remainders."""
    weights = column([30, 30, 10, 30])
    scores = column([850_000, 850_000, 850_000, 1_000_000])
    got = exact_points(weights, scores)
    assert (got.uncapped.tolist(), got.points[:, 0].tolist()) == ([90], [5, 4, 1, 0])


def test_without_data_there_is_no_score() -> None:
    got = exact_points(column([0, 0]), column([0, 0]))
    assert (got.uncapped.tolist(), got.points[:, 0].tolist()) == ([-1], [0, 0])


@given(st.integers(-(10**15), 10**15), st.integers(1, 2**50))
def test_millionths_keep_every_comparison(num: int, den: int) -> None:
    floor = int(millionths(np.array([num]), np.array([den]))[0])
    value = Fraction(num, den)
    if abs(value) < 10**12:
        assert floor == value * 1_000_000 // 1
        for threshold in (-300_000, 0, 400_000, 900_000, 1_000_000):
            assert (floor < threshold) == (value < Fraction(threshold, 1_000_000))


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_half_even(num: int, den: int) -> None:
    assert int(divide_half_even(np.array([num]), np.array([den]))[0]) == round(Fraction(num, den))


@st.composite
def curves(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    values = draw(
        st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=5, unique=True).map(sorted)
    )
    size = len(values)
    scores = sorted(draw(st.lists(st.integers(0, 100), min_size=size, max_size=size)))
    return np.array(values), np.array(scores) * 10_000


@given(curves(), st.lists(st.integers(-(2 * 10**9), 2 * 10**9), min_size=2, max_size=30))
@settings(deadline=None)
def test_scores_are_monotone_and_meet_the_anchors(
    curve: tuple[np.ndarray, np.ndarray], values: list[int]
) -> None:
    anchors, scores = curve
    got = curve_score(np.array(sorted(values)), anchors, scores)
    assert (np.diff(got) >= 0).all()
    assert curve_score(anchors, anchors, scores).tolist() == scores.tolist()
    falling = curve_score(np.array(sorted(values)), anchors, scores[::-1].copy())
    assert (np.diff(falling) <= 0).all()
