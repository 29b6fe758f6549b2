"""Monthly values of item rows and discounts as integers over one common denominator.

Every price, interval and percentage of the workspace is a fraction; their common denominator makes
all sums exact (definitions.md section 3: rational in native currency).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import MISSING
from csmdesk.engine.money.exact import SAFE, Exact, common_denominator
from csmdesk.engine.money.intervals import monthly
from csmdesk.engine.money.rows import DiscountRows, ItemLog

MILLION = 1_000_000


@dataclass(frozen=True)
class Values:
    """`scale` is the common denominator; `item` one numerator per row of the item log (metered: 0).

    `factor[i]` is what 1 minor unit an interval i is worth a month, times `scale`. A discount keeps
    `keep_num / keep_den` of the value (1/1 when it is an amount).
    """

    scale: int
    item: Exact
    factor: Exact
    keep_num: Ints
    keep_den: Ints
    amount: Exact


def build_values(log: ItemLog, discounts: DiscountRows, customer: Ints) -> Values:
    """`customer` is that of each subscription."""
    monthlies = [monthly(name, count) for name, count in log.intervals]
    denominators = {part.denominator for part in monthlies}
    num, quantity, den = _reduced(log)
    for index, part in enumerate(monthlies):
        mine = np.unique(den[(log.interval == index) & ~log.metered])
        denominators |= {int(den) * part.denominator for den in mine}
    keep_num, keep_den = _kept_share(discounts)
    scale = common_denominator(denominators)
    for rank in range(_ranks(discounts)):
        scale *= common_denominator(keep_den[discounts.rank == rank].tolist())
    kind = np.int64 if _fits(log, discounts, customer, scale) else object
    per_unit = [part.numerator * (scale // part.denominator) for part in monthlies]
    factor: Exact = np.array(per_unit, dtype=kind)
    live = np.where(log.metered, 0, 1)
    below = np.where(log.metered, 1, den).astype(kind)
    share = factor[log.interval] // below if len(factor) else below
    item = num.astype(kind) * (quantity * live).astype(kind) * share
    amount = np.where(discounts.amount == MISSING, 0, discounts.amount).astype(kind)
    return Values(scale, item, factor, keep_num, keep_den, amount)


def _reduced(log: ItemLog) -> tuple[Ints, Ints, Ints]:
    """Numerators, quantities and denominators without common factors.

    An imported unit price is an amount over a quantity: times that quantity it is whole again, and
    must not bring every quantity of the workspace into the common denominator.
    """
    price = np.gcd(log.num, log.den)
    den = log.den // price
    shared = np.gcd(log.quantity, den)
    return log.num // price, log.quantity // shared, den // shared


def _ranks(discounts: DiscountRows) -> int:
    return int(discounts.rank.max()) + 1 if len(discounts.rank) else 0


def _kept_share(discounts: DiscountRows) -> tuple[Ints, Ints]:
    """What a percentage leaves, reduced: 25 % off keeps 3/4; more than all keeps 0/1."""
    off = np.where(discounts.percent == MISSING, 0, discounts.percent)
    kept = np.clip(MILLION - off, 0, MILLION)
    common = np.array([gcd(int(value), MILLION) for value in kept], dtype=np.int64)
    return kept // common, MILLION // common


def _fits(log: ItemLog, discounts: DiscountRows, customer: Ints, scale: int) -> bool:
    """Whether every sum over a customer fits int64, by a bound with a wide margin.

    A factor is at most 365/12 < 31; the float only chooses the width of integers, never a value.
    """
    items = np.abs(log.num.astype(np.float64)) * np.maximum(np.abs(log.quantity), 1)
    off = np.where(discounts.amount == MISSING, 0, discounts.amount).astype(np.float64)
    owner = customer[np.concatenate([log.head, discounts.head])]
    sums = np.bincount(owner, weights=np.concatenate([items, np.abs(off)]), minlength=1)
    return scale < SAFE and float(sums.max() + 1) * 31 * scale < SAFE
