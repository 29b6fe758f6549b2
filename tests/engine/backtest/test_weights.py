"""Suggested weights: the fit's conditions, scikit-learn, whole numbers, and what is held out."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from csmdesk.domain.errors import BadInput
from csmdesk.domain.facts import Fact, Invoice
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import FactorSettings, Model, Settings
from csmdesk.engine.backtest.sample import Sample, build_sample, scoring_days
from csmdesk.engine.money.prepared import prepare
from csmdesk.engine.weights import RIDGE, Floats, fit, split_days, suggest, whole_weights
from tests.engine.build import DAY, facts
from tests.engine.money.make import item, sub


def made(seed: int, weights: list[float], rows: int = 600) -> tuple[Floats, Any]:
    chance = np.random.default_rng(seed)
    shares = chance.random((rows, len(weights)))
    odds = 1 / (1 + np.exp(-(shares @ np.array(weights) - 2)))
    return shares, chance.random(rows) < odds


@given(st.integers(0, 10_000), st.lists(st.floats(-4, 4), min_size=1, max_size=6))
@hypothesis_settings(max_examples=40, deadline=None)
def test_the_fit_is_the_best_without_negative_weights(seed: int, weights: list[float]) -> None:
    """Karush-Kuhn-Tucker: no slope where a weight is positive, none downwards where it is 0."""
    shares, churned = made(seed, weights, 200)
    found = fit(shares, churned)
    assert (found >= 0).all()
    low, high = -20.0, 20.0
    for _ in range(100):  # the intercept that fits these weights
        middle = (low + high) / 2
        chance = 1 / (1 + np.exp(-(shares @ found + middle)))
        low, high = (middle, high) if chance.sum() < churned.sum() else (low, middle)
    slope = shares.T @ (chance - churned) + RIDGE * found
    assert np.abs(slope[found > 0]).max(initial=0) < 1e-5
    assert slope[found == 0].min(initial=0) > -1e-5


@pytest.mark.parametrize("seed", range(3))
def test_scikit_learn_agrees_where_no_weight_is_held_at_0(seed: int) -> None:
    linear: Any = pytest.importorskip(
        "sklearn.linear_model", reason="scikit-learn is not installed"
    )
    shares, churned = made(seed, [3.0, 1.5, 2.0], 2_000)
    theirs = linear.LogisticRegression(C=1 / RIDGE, tol=1e-12, max_iter=1_000, solver="newton-cg")
    assert fit(shares, churned) == pytest.approx(theirs.fit(shares, churned).coef_[0], abs=1e-6)


@pytest.mark.parametrize(
    ("coefficients", "whole"),
    [
        ([1.0, 1.0, 1.0], [34, 33, 33]),  # ties: the model's order
        ([2.0, 0.0, 6.0], [25, 0, 75]),
        ([1.0, 2.0, 4.0], [14, 29, 57]),
        ([0.0, 0.0], []),
    ],
)
def test_whole_weights(coefficients: list[float], whole: list[int]) -> None:
    assert whole_weights(np.array(coefficients)) == whole


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=13))
def test_whole_weights_sum_to_100(coefficients: list[float]) -> None:
    whole = whole_weights(np.array(coefficients))
    assert sum(whole) == (100 if any(coefficients) else 0)
    assert all(weight >= 0 for weight in whole)
    total = sum(Fraction(value) for value in coefficients)
    for weight, value in zip(whole, coefficients, strict=bool(whole)):
        assert abs(weight - 100 * Fraction(value) / total) < 1


@pytest.mark.parametrize(
    ("horizon", "learned", "held"),
    [
        (30, (-180, -150, -120, -90), (-60, -30)),
        (60, (-180, -150), (-90, -60)),
        (90, (-180,), (-90,)),
        (120, (), ()),
    ],
)
def test_no_outcome_is_known_twice(
    horizon: int, learned: tuple[int, ...], held: tuple[int, ...]
) -> None:
    days = scoring_days(0, horizon, -180)
    assert split_days(days, horizon) == (learned, held)


MODEL = Settings(models=(Model(factors={"overdue": FactorSettings(weight=2),
                                        "mrr_change": FactorSettings(weight=18)}),))  # fmt: skip


def portfolio(count: int) -> Facts:
    """Every tenth customer stops paying 40 days before it leaves; nobody else is ever late."""
    rows: list[Fact] = []
    for index in range(count):
        key, start = f"c{index:03}", DAY - 500
        gone = DAY - 175 + index * 170 // count if index % 10 == 0 else None
        known = (
            {} if gone is None else {"status": "canceled", "cancelled_on": gone, "ended_on": gone}
        )
        rows += [sub(key, key, start, **known), item(key, start, 10_000)]
        if gone is not None:
            rows.append(
                Invoice(
                    source="billing", source_id=key, account_id=key, number=key, currency="USD",
                    amount_due=10_000, issued_on=gone - 70, due_on=gone - 40,
                )
            )  # fmt: skip
    names = [f"c{index:03}" for index in range(count)]
    return facts(names, rows, connected=("crm", "billing"))


def sampled(here: Facts, days: tuple[int, ...]) -> Sample:
    return build_sample(here, MODEL, prepare(here, MODEL), DAY, days, {})


def test_a_planted_cause_is_found() -> None:
    here, days = portfolio(300), scoring_days(DAY, 30, DAY - 180)
    found = suggest(sampled(here, days), days, MODEL, 30)
    assert found.current["overdue"] == 2
    assert sum(found.suggested.values()) == 100
    assert found.suggested["overdue"] == max(found.suggested.values()) > 90
    assert found.settings.models[-1].version == 2
    assert found.settings.models[-1].factors["overdue"].weight == found.suggested["overdue"]
    now, then = found.held_out_current, found.held_out_suggested
    assert now.days == then.days == (DAY - 60, DAY - 30)
    assert max(found.learned_from) + 30 <= min(now.days)
    assert now.auc is not None
    assert then.auc is not None
    assert then.auc.value >= now.auc.value > Fraction(9, 10)


def test_thin_histories_are_refused() -> None:
    days = scoring_days(DAY, 30, DAY - 180)
    with pytest.raises(BadInput, match="too few to suggest weights"):
        suggest(sampled(portfolio(50), days), days, MODEL, 30)
    long = scoring_days(DAY, 120, DAY - 180)
    with pytest.raises(BadInput, match="too short"):
        suggest(sampled(portfolio(50), long), long, MODEL, 120)
