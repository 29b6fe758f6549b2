"""Suggested weights: what the churn of the own history says the factors weigh.

A logistic regression of churn on the lost share of every factor's score (1 - score), with a ridge
penalty and no negative weight: a factor may count more or not at all, never the wrong way round. A
factor without data takes the mean of the others' scores, which says nothing. Only floats here, and
none decides a score: a person reads the suggestion and may take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import FactorSettings, Model, Settings
from csmdesk.engine.backtest.backtest import Rows, backtest, outcome_rows
from csmdesk.engine.backtest.result import Backtest
from csmdesk.engine.backtest.sample import Sample
from csmdesk.engine.health.factors import KEYS
from csmdesk.engine.health.model import resolve
from csmdesk.engine.health.points import FULL
from csmdesk.engine.whatif import changed_settings

RIDGE = 1.0
"""Penalty ½·λ·Σ w² on the coefficients of the lost shares (0 to 1), not on the intercept."""
MIN_LOST = 10
"""Different customers that must have left in the days to learn from."""
_STEPS = 200
_FLAT = 1e-9
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`current` and `suggested`: weights of the default model by factor key; `settings` with the
    suggested ones and a new model version; both results on the held-out days, the newest."""

    current: dict[str, int]
    suggested: dict[str, int]
    settings: Settings
    learned_from: tuple[int, ...]
    lost: int
    held_out_current: Backtest
    held_out_suggested: Backtest


def split_days(days: Sequence[int], horizon: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(days to learn from, held-out days): held out is about the newest third; what is learned from
    had its whole horizon behind it before the first of them, so that no outcome is known twice."""
    first, last = min(days), max(days)
    held = tuple(day for day in days if day >= first + max(horizon, (last - first) * 2 // 3))
    learned = tuple(day for day in days if held and day + horizon <= held[0])
    return learned, held


def suggest(sample: Sample, days: Sequence[int], settings: Settings, horizon: int) -> Suggestion:
    """Weights fitted on the older scoring days. Raises BadInput when the history is too short or too
    few customers left for a fit to mean anything."""
    learned, held = split_days(days, horizon) if days else ((), ())
    if not learned:
        raise BadInput(
            f"The history is too short to suggest weights for a horizon of {horizon} days.",
            "Give a shorter one, as in --horizon 30.",
        )
    models = resolve(settings)
    rows = outcome_rows(sample, learned, models, settings, horizon)
    lost = len(np.unique(rows.customer[rows.churned]))
    if lost < MIN_LOST:
        raise BadInput(
            f"{lost} customers left in the days to learn from: too few to suggest weights.",
            f"At least {MIN_LOST} are needed.",
        )
    current = {factor.key: factor.weight for factor in models[-1].factors}
    weights = whole_weights(fit(lost_shares(rows), rows.churned))
    suggested = dict(zip(KEYS, weights, strict=True)) if weights else current
    given = {key: FactorSettings(weight=weight) for key, weight in suggested.items()}
    version = settings.models[-1].version + 1 if settings.models else 2
    change = Model(version=version, factors=given)
    changed = changed_settings(settings, change, frozenset({"version", "factors"}))
    return Suggestion(
        current=current,
        suggested=suggested,
        settings=changed,
        learned_from=learned,
        lost=lost,
        held_out_current=backtest(sample, held, models, settings, horizon),
        held_out_suggested=backtest(sample, held, resolve(changed), changed, horizon),
    )


def lost_shares(rows: Rows) -> Floats:
    """(rows, factors): 1 - score, the mean of the factor where there is no data."""
    share = 1 - rows.score / FULL
    known = rows.has.sum(axis=1)
    mean = np.where(rows.has, share, 0).sum(axis=1) / np.maximum(known, 1)
    filled: Floats = np.where(rows.has, share, mean[:, None]).T
    return filled


def fit(shares: Floats, churned: Bools, ridge: float = RIDGE) -> Floats:
    """Coefficients ≥ 0 of `shares` (rows, factors) that make `churned` most likely, by projected
    Newton steps (Bertsekas 1982): those at 0 that would turn negative are left out of a step."""
    x = np.column_stack([np.ones(len(shares)), shares])
    penalty = np.array([0.0, *[ridge] * shares.shape[1]])
    beta = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-(x @ beta)))
        slope = x.T @ (chance - churned) + penalty * beta
        free = np.flatnonzero((np.arange(len(beta)) == 0) | (beta > 0) | (slope < 0))
        if np.abs(slope[free]).max() < _FLAT:
            break
        bend = (x[:, free].T * (chance * (1 - chance))) @ x[:, free] + np.diag(penalty[free])
        step = np.zeros_like(beta)
        step[free] = np.linalg.solve(bend, slope[free])
        beta = _descended(x, churned, penalty, beta, step)
    weights: Floats = beta[1:]
    return weights


def _descended(x: Floats, churned: Bools, penalty: Floats, beta: Floats, step: Floats) -> Floats:
    """The first of the step's halvings, cut off at 0, that does not raise the loss."""
    before = _loss(x, churned, penalty, beta)
    for halvings in range(40):
        tried = beta - step * 0.5**halvings
        tried[1:] = np.maximum(tried[1:], 0)
        if _loss(x, churned, penalty, tried) <= before:
            return tried
    return beta


def _loss(x: Floats, churned: Bools, penalty: Floats, beta: Floats) -> float:
    z = x @ beta
    return float(np.logaddexp(0, z).sum() - z[churned].sum() + (penalty * beta**2).sum() / 2)


def whole_weights(coefficients: Floats) -> list[int]:
    """Integers that sum to 100 in the proportion of the coefficients, by the largest remainder (ties:
    the model's order); empty when all are 0."""
    exact = [Fraction(float(value)) for value in coefficients]
    total = sum(exact)
    if not total:
        return []
    shares = [100 * value / total for value in exact]
    whole = [int(share) for share in shares]
    order = sorted(range(len(shares)), key=lambda row: (whole[row] - shares[row], row))
    for row in order[: 100 - sum(whole)]:
        whole[row] += 1
    return whole
