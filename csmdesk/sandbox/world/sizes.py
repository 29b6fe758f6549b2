"""What a customer signs first: the mixture of portfolio sizes, plans, bills and terms."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from csmdesk.sandbox.shapes import Product
from csmdesk.sandbox.world import catalog
from csmdesk.sandbox.world.temper import Temper

# sort of customer -> its share, yearly value in USD (lognormal: median, sigma), shares of terms of
# a month, a year and three years, and how many with a term are billed by the month all the same
_SORTS = (
    (0.46, 6_000, 0.9, (0.45, 0.50, 0.05), 0.6),
    (0.34, 28_000, 0.7, (0.10, 0.75, 0.15), 0.4),
    (0.20, 150_000, 0.9, (0.0, 0.70, 0.30), 0.15),
)

PACK = 4  # seats are sold in fours
_PLAN_LIMITS = (
    (2_500, catalog.STARTER),
    (30_000, catalog.TEAM),
    (90_000, catalog.BUSINESS),
    (10**9, catalog.ENTERPRISE),
)


@dataclass(frozen=True, slots=True)
class Deal:
    """What is signed first: plan, seats, months of a bill and of the term; `bare` = no add-on ever."""

    product: Product
    seats: int
    months: int
    term: int
    bare: bool = False


def drawn_deal(rng: np.random.Generator, temper: Temper) -> Deal:
    """A first deal from the mixture of portfolio sizes; light users who are small have few seats."""
    kind, by_month = float(rng.random()), float(rng.random())
    scale, draw = float(rng.normal()), float(rng.random())
    sort = 0 if temper.small or kind < _SORTS[0][0] else 1 if kind < 1 - _SORTS[2][0] else 2
    _, median, sigma, terms, monthly_bills = _SORTS[sort]
    term = 1 if draw < terms[0] else 12 if draw < terms[0] + terms[1] else 36
    months = 1 if term == 1 or by_month < monthly_bills else 12 if by_month < 0.9 else term
    yearly = min(900_000.0, median * float(np.exp(sigma * scale)))
    if temper.small:
        plan = catalog.BUSINESS if kind < 0.7 else catalog.TEAM
        return Deal(plan, 4, months, term, bare=True)
    product = next(plan for limit, plan in _PLAN_LIMITS if yearly < limit)
    a_month = Fraction(catalog.price(product, "usd", months).unit_amount or 1, months)
    packs = max(1, round(yearly * 100 / 12 / float(a_month) / PACK))
    return Deal(product, packs * PACK, months, term, temper.light)
