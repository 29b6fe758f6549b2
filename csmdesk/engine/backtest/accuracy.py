"""How well scores foretell churn: AUC with its interval, top-decile lift.

AUC = the chance that a customer who left was scored below one who stayed, ties counted half. Its
variance is DeLong's (1988), for several scores of one customer in Obuchowski's (1997) form: the
structural components of a customer are added up, so that repeated scores do not count as new
evidence. With one score per customer both are the same. Counts and ranks are exact integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Ints

LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Auc:
    """`value` exact; `low` and `high` bound its 95 % interval, None with fewer than two customers
    on either side."""

    value: Fraction
    low: float | None
    high: float | None


def auc(chi: Ints, churned: Bools, customer: Ints) -> Auc | None:
    """AUC of scores (low = at risk); None unless some churned and some stayed. `customer` tells
    which rows belong together."""
    lost, kept = chi[churned], chi[~churned]
    if not len(lost) or not len(kept):
        return None
    above_lost = _twice_above(kept, lost)
    twice = int(above_lost.sum())
    value = Fraction(twice, 2 * len(lost) * len(kept))
    below_kept = _twice_above(-lost, -kept)
    spread = _deviation(
        above_lost / (2 * len(kept)),
        below_kept / (2 * len(lost)),
        customer[churned],
        customer[~churned],
        float(value),
    )
    if spread is None:
        return Auc(value, None, None)
    low, high = float(value) - Z * spread, float(value) + Z * spread
    return Auc(value, max(0.0, low), min(1.0, high))


def _twice_above(values: Ints, than: Ints) -> Ints:
    """For each of `than`: twice the number of `values` above it plus the number equal to it."""
    ordered = np.sort(values)
    strictly = len(ordered) - np.searchsorted(ordered, than, side="right")
    at_least = len(ordered) - np.searchsorted(ordered, than, side="left")
    both: Ints = (strictly + at_least).astype(np.int64)
    return both


def _deviation(
    lost: Floats, kept: Floats, lost_of: Ints, kept_of: Ints, value: float
) -> float | None:
    """Standard deviation of the AUC from its structural components, by customer."""
    owners = np.unique(np.concatenate([lost_of, kept_of]))
    first = _sums(lost - value, np.searchsorted(owners, lost_of), len(owners))
    second = _sums(kept - value, np.searchsorted(owners, kept_of), len(owners))
    some_lost, some_kept = len(np.unique(lost_of)), len(np.unique(kept_of))
    if some_lost < 2 or some_kept < 2:
        return None
    m, n, count = len(lost), len(kept), len(owners)
    variance = some_lost / (some_lost - 1) * float(first @ first) / m**2
    variance += some_kept / (some_kept - 1) * float(second @ second) / n**2
    variance += 2 * count / (count - 1) * float(first @ second) / (m * n)
    return sqrt(max(0.0, variance))


def _sums(values: Floats, place: Ints, count: int) -> Floats:
    out = np.zeros(count, dtype=np.float64)
    np.add.at(out, place, values)
    return out


def top_decile_lift(chi: Ints, churned: Bools) -> Fraction | None:
    """Churn rate of the tenth with the lowest scores ÷ that of all. Of equal scores at its edge the
    same share counts of each. None without churn."""
    total, number = len(chi), int(churned.sum())
    if not number:
        return None
    size = -(-total // 10)
    edge = int(np.partition(chi, size - 1)[size - 1])
    inside, tied = chi < edge, chi == edge
    share = Fraction(size - int(inside.sum()), int(tied.sum()))
    hits = int((churned & inside).sum()) + share * int((churned & tied).sum())
    return hits / size / Fraction(number, total)
