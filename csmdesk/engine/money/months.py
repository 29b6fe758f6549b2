"""Movements summed by month, and what follows from them: GRR, NRR, logo churn (section 4).

The identity opening + New + Reactivation + Expansion + Contraction + Churn + FX = closing holds to
the minor unit for any month and any set of customers: every figure is a sum of integers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING, month_start, month_starts
from csmdesk.engine.money.exact import first_of_run, round_half_even
from csmdesk.engine.money.movements import CHURN, FX, KINDS

SHARE = 10_000
"""Shares are integers in 1/10,000."""


@dataclass(frozen=True)
class Months:
    """Sums per customer and month. `sums` (kinds, months, customers); `opening`, `closing`
    (months, customers); `starts` are the first days of the months, oldest first."""

    starts: tuple[int, ...]
    sums: NDArray[np.int64]
    opening: NDArray[np.int64]
    closing: NDArray[np.int64]


def sum_months(movements: Columns, mrr: Ints, day: int, count: int) -> Months:
    """The `count` months that end with that of `day` (counted up to `day`).

    `mrr` is M(day) per customer; `movements` must reach back to the first of these months. Earlier
    rows, and rows after `day`, are left out.
    """
    starts = month_starts(day, count)
    sums = np.zeros((len(KINDS), count, len(mrr)), dtype=np.int64)
    dated = movements.ints("day")
    inside = np.flatnonzero((dated >= starts[0]) & (dated <= day))
    month = np.searchsorted(starts, dated[inside], side="right") - 1
    number = {name: index for index, name in enumerate(KINDS)}
    kinds = movements.texts("kind")
    kind = np.array([number[kinds[row] or ""] for row in inside.tolist()], dtype=np.int64)
    customer, amount = movements.ints("customer")[inside], movements.ints("amount")[inside]
    np.add.at(sums, (kind, month, customer), amount)
    change = sums.sum(axis=0)
    closing = mrr - (change[::-1].cumsum(axis=0)[::-1] - change)
    return Months(tuple(starts), sums, closing - change, closing)


def month_table(months: Months, members: Bools | None = None) -> Columns:
    """One row per month: month (its first day), opening, the movements, fx, net, closing."""
    chosen = slice(None) if members is None else members
    sums = months.sums[:, :, chosen].sum(axis=2)
    data: dict[str, object] = {"month": np.array(months.starts, dtype=np.int64)}
    data["opening"] = months.opening[:, chosen].sum(axis=1)
    data |= {kind: sums[index] for index, kind in enumerate(KINDS)}
    data["net"] = sums[: KINDS.index(FX)].sum(axis=0)
    data["closing"] = months.closing[:, chosen].sum(axis=1)
    return Columns(data, len(months.starts))


def customer_table(months: Months, members: Bools | None = None) -> Columns:
    """The same per customer: rows sorted by (customer, month), all-zero rows left out."""
    busy = (months.opening != 0) | (months.closing != 0) | (months.sums != 0).any(axis=0)
    if members is not None:
        busy &= members[None, :]
    customer, month = np.nonzero(busy.T)
    data: dict[str, object] = {
        "customer": customer,
        "month": np.array(months.starts, dtype=np.int64)[month],
        "opening": months.opening[month, customer],
    }
    sums = months.sums[:, month, customer]
    data |= {kind: sums[index] for index, kind in enumerate(KINDS)}
    data["net"] = sums[: KINDS.index(FX)].sum(axis=0)
    data["closing"] = months.closing[month, customer]
    return Columns(data, len(customer))


def retention(movements: Columns, months: Months, members: Bools | None = None) -> Columns:
    """Per month: grr and nrr in 1/10,000 (MISSING without opening MRR), churned (customers lost),
    active_opening (customers with MRR at its opening), logo_churn in 1/10,000."""
    table = month_table(months, members)
    opening = table.ints("opening")
    kept = opening + table.ints("contraction") + table.ints("churn")
    chosen = np.ones(months.opening.shape[1], dtype=np.bool_) if members is None else members
    active = (months.opening[:, chosen] > 0).sum(axis=1).astype(np.int64)
    churned = _churned(movements, months, chosen)
    return Columns(
        {
            "month": table.ints("month"),
            "grr": _share(kept, opening),
            "nrr": _share(kept + table.ints("expansion"), opening),
            "churned": churned,
            "active_opening": active,
            "logo_churn": _share(churned, active),
        },
        table.length,
    )


def _churned(movements: Columns, months: Months, chosen: Bools) -> Ints:
    """Distinct customers with a churn in each month."""
    result = np.zeros(len(months.starts), dtype=np.int64)
    is_churn = np.array([kind == CHURN for kind in movements.texts("kind")], dtype=np.bool_)
    rows = np.flatnonzero(is_churn & chosen[movements.ints("customer")])
    starts = np.array([month_start(day) for day in movements.ints("day")[rows].tolist()], np.int64)
    customer = movements.ints("customer")[rows]
    order = np.lexsort((customer, starts))
    starts, customer = starts[order], customer[order]
    once = first_of_run(starts) | first_of_run(customer)
    for index, start in enumerate(months.starts):
        result[index] = int((once & (starts == start)).sum())
    return result


def _share(part: Ints, whole: Ints) -> Ints:
    share = round_half_even(part * SHARE, np.maximum(whole, 1))
    return np.where(whole > 0, share, MISSING)
