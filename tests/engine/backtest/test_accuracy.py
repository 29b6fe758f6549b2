"""AUC, its interval and lift: by hand, against counting every pair, against scikit-learn."""

from __future__ import annotations

import random
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.columns import Bools, Ints
from csmdesk.engine.backtest.accuracy import Z, auc, top_decile_lift


def arrays(chi: list[int], churned: list[int]) -> tuple[Ints, Bools, Ints]:
    """Scores and outcomes of as many different customers."""
    return np.array(chi), np.array(churned, dtype=np.bool_), np.arange(len(chi))


def every_pair(chi: list[int], churned: list[int]) -> Fraction:
    lost = [c for c, gone in zip(chi, churned, strict=True) if gone]
    kept = [c for c, gone in zip(chi, churned, strict=True) if not gone]
    won = sum(2 * (a < b) + (a == b) for a in lost for b in kept)
    return Fraction(won, 2 * len(lost) * len(kept))


def delong(chi: list[int], churned: list[int]) -> float:
    """DeLong's standard deviation, term by term (scores of different customers)."""
    lost = [c for c, gone in zip(chi, churned, strict=True) if gone]
    kept = [c for c, gone in zip(chi, churned, strict=True) if not gone]

    def won(a: int, b: int) -> float:
        return 1.0 if a < b else 0.5 if a == b else 0.0

    value = float(every_pair(chi, churned))
    v10 = [sum(won(a, b) for b in kept) / len(kept) for a in lost]
    v01 = [sum(won(a, b) for a in lost) / len(lost) for b in kept]
    s10 = sum((v - value) ** 2 for v in v10) / (len(lost) - 1)
    s01 = sum((v - value) ** 2 for v in v01) / (len(kept) - 1)
    return sqrt(s10 / len(lost) + s01 / len(kept))


@pytest.mark.parametrize(
    ("chi", "churned", "value"),
    [
        ([10, 20, 80, 90], [1, 1, 0, 0], Fraction(1)),
        ([80, 90, 10, 20], [1, 1, 0, 0], Fraction(0)),
        ([50, 50, 50, 50], [1, 0, 1, 0], Fraction(1, 2)),
        ([10, 50, 50, 90], [1, 1, 0, 0], Fraction(7, 8)),  # one tie of four pairs counts half
    ],
)
def test_auc_by_hand(chi: list[int], churned: list[int], value: Fraction) -> None:
    found = auc(*arrays(chi, churned))
    assert found is not None
    assert found.value == value


PAIRS = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 1)), min_size=4, max_size=80)


@given(PAIRS)
def test_auc_is_that_of_every_pair(rows: list[tuple[int, int]]) -> None:
    chi, churned = [row[0] for row in rows], [row[1] for row in rows]
    found = auc(*arrays(chi, churned))
    if sum(churned) in (0, len(churned)):
        assert found is None
        return
    assert found is not None
    assert found.value == every_pair(chi, churned)
    if 2 <= sum(churned) <= len(churned) - 2:
        assert found.low is not None
        assert found.high is not None
        spread = Z * delong(chi, churned)
        assert found.low == pytest.approx(max(0, float(found.value) - spread), abs=1e-12)
        assert found.high == pytest.approx(min(1, float(found.value) + spread), abs=1e-12)
    else:
        assert found.low is found.high is None


def drawn(seed: int, count: int = 400) -> tuple[list[int], list[int]]:
    chance = random.Random(seed)
    churned = [int(chance.random() < 0.15) for _ in range(count)]
    chi = [max(0, min(100, int(chance.gauss(70 - 20 * gone, 15)))) for gone in churned]
    return chi, churned


@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_agrees(seed: int) -> None:
    metrics: Any = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    chi, churned = drawn(seed)
    found = auc(*arrays(chi, churned))
    assert found is not None
    theirs = metrics.roc_auc_score(churned, [-c for c in chi])
    assert abs(float(found.value) - theirs) < 1e-9


def test_repeated_scores_of_a_customer_are_no_new_evidence() -> None:
    """The same scores four times over: the interval stays that of one time, within the factors for
    small samples."""
    chi, churned, customer = arrays(*drawn(1, 200))
    once = auc(chi, churned, customer)
    again = auc(np.tile(chi, 4), np.tile(churned, 4), np.tile(customer, 4))
    as_if_new = auc(np.tile(chi, 4), np.tile(churned, 4), np.arange(800))
    assert once is not None
    assert again is not None
    assert as_if_new is not None
    assert again == once
    assert as_if_new.value == once.value
    assert once.high is not None
    assert as_if_new.high is not None
    assert as_if_new.high - float(once.value) < 0.55 * (once.high - float(once.value))


@pytest.mark.parametrize(
    ("chi", "churned", "lift"),
    [
        (list(range(20)), [1, 1] + [0] * 18, Fraction(10)),
        (list(range(20)), [0] * 18 + [1, 1], Fraction(0)),
        ([50] * 20, [1] * 4 + [0] * 16, Fraction(1)),  # all alike: the tenth is like the rest
        ([5] + [10] * 4 + [90] * 15, [1, 1] + [0] * 18, Fraction(25, 4)),  # half of a tie of four
        (list(range(11)), [1, 0, 1] + [0] * 8, Fraction(11, 4)),  # a tenth of 11 is 2
    ],
)
def test_lift(chi: list[int], churned: list[int], lift: Fraction) -> None:
    assert top_decile_lift(np.array(chi), np.array(churned, dtype=np.bool_)) == lift


def test_no_churn_no_figures() -> None:
    assert auc(*arrays([1, 2], [0, 0])) is None
    assert auc(*arrays([], [])) is None
    assert top_decile_lift(np.array([1, 2]), np.zeros(2, dtype=np.bool_)) is None
