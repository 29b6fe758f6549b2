"""Scores on curves and the exact points that a score lost; integers only (definitions.md section 5)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from csmdesk.domain.columns import Ints
from csmdesk.domain.findings import SCORE_UNIT

FULL = 100 * SCORE_UNIT
"""A score of 100 in 1/10,000."""


def divide_half_even(num: Ints, den: Ints | int) -> Ints:
    """num / den rounded to the nearest integer, ties to the even one; den > 0, exact."""
    whole, rest = np.divmod(num, den)
    twice = 2 * rest
    up = (twice > den) | ((twice == den) & (whole % 2 == 1))
    rounded: Ints = whole + up
    return rounded


def curve_score(values: Ints, anchors: Ints, scores: Ints) -> Ints:
    """Scores in 1/10,000 of raw values in 1/1,000,000 on a piecewise-linear curve.

    Flat before the first and after the last anchor; between two, rounded half to even. Monotone
    wherever the anchors are, since rounding is monotone and anchors are met exactly.
    """
    inside = np.clip(values, anchors[0], anchors[-1])
    left = np.clip(np.searchsorted(anchors, inside, side="right") - 1, 0, len(anchors) - 2)
    rise = scores[left + 1] - scores[left]
    run = anchors[left + 1] - anchors[left]
    return scores[left] + divide_half_even((inside - anchors[left]) * rise, run)


class Points(NamedTuple):
    """`uncapped` (customers,): 100 - Σ loss rounded, -1 without data; `points` (factors,
    customers): integers that sum with it to 100."""

    uncapped: Ints
    points: Ints


def exact_points(weight: Ints, score: Ints) -> Points:
    """Split 100 - U among the factors by the largest remainder.

    `weight` (factors, customers): whole effective weights, 0 = not counted; `score` in 1/10,000.
    lossᵢ = (100·wᵢ/W)·(100 - sᵢ)/100 is the fraction wᵢ·(1,000,000 - scoreᵢ) / (W·10,000): all
    losses of a customer share that denominator. The points still to hand out are at most the
    number of losses with a remainder, so a zero loss never gets one. Ties: the model's order.
    """
    total = weight.sum(axis=0)
    some = total > 0
    unit = np.where(some, total, 1) * SCORE_UNIT
    loss = weight * (FULL - score)
    uncapped = divide_half_even(100 * unit - loss.sum(axis=0), unit)
    floors, rest = np.divmod(loss, unit)
    left = 100 - uncapped - floors.sum(axis=0)
    order = np.argsort(-rest, axis=0, kind="stable")
    place = np.empty_like(order)
    ranks = np.broadcast_to(np.arange(len(weight))[:, None], order.shape)
    np.put_along_axis(place, order, ranks, axis=0)
    points = np.where(some, floors + (place < left), 0)
    return Points(np.where(some, uncapped, -1), points)


def pillar_scores(weight: Ints, score: Ints, rows: list[Ints]) -> Ints:
    """Σ w·s ÷ Σ w over each pillar's factors (`rows` = their indices), 1/10,000, -1 without data."""
    out = np.full((len(rows), weight.shape[1]), -1, dtype=np.int64)
    for pillar, members in enumerate(rows):
        total = weight[members].sum(axis=0)
        value = (weight[members] * score[members]).sum(axis=0)
        exact = divide_half_even(value, np.where(total > 0, total, 1))
        out[pillar] = np.where(total > 0, exact, -1)
    return out
