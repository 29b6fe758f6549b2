"""Metered charges: what customers were billed for use, beside the MRR (definitions.md section 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Ints, where_text
from csmdesk.domain.days import MISSING, last_month
from csmdesk.domain.inputs import Facts
from csmdesk.engine.money.rates import RateTable, sum_converted

_NEVER_BILLED = frozenset({"void", "voided", "uncollectible", "written_off", "draft", "deleted"})


@dataclass(frozen=True)
class Charges:
    """Invoices that bill use, or do not tell whether they do: sorted by customer."""

    customer: Ints
    currency: Ints  # index into Prepared.currencies
    issued: Ints
    voided: Ints  # first day on which it is void or written off
    amount: Ints  # minor units of the currency, MISSING: not told


def build_charges(facts: Facts, currency: Ints) -> Charges:
    """An invoice that has such a status and no day of it was never billed."""
    table = facts.tables["invoice"]
    amount, voided = table.ints("metered"), table.ints("voided_on")
    never = where_text(table.texts("status"), lambda text: (text or "").lower() in _NEVER_BILLED)
    billed = (voided != MISSING) | ~never
    row = np.flatnonzero((table.ints("customer") != MISSING) & (amount != 0) & billed)
    far = np.iinfo(np.int64).max
    return Charges(
        customer=table.ints("customer")[row],
        currency=currency[row],
        issued=table.ints("issued_on")[row],
        voided=np.where(voided != MISSING, voided, far)[row],
        amount=amount[row],
    )


def metered_charges(charges: Charges, rates: RateTable, joined: Bools, day: int) -> dict[str, Ints]:
    """metered (reporting minor units, MISSING without billing, an invoice that does not tell or a
    rate) and metered_lost (1: for want of a rate), each amount at the rate of its invoice's day.

    By calendar month, as bills come: 30 days may hold none of a monthly customer's, or two.
    """
    first, last = last_month(day)
    rows = (charges.issued >= first) & (charges.issued <= last) & (charges.voided > day)
    untold = np.zeros(len(joined), dtype=np.bool_)
    untold[charges.customer[rows & (charges.amount == MISSING)]] = True
    row = np.flatnonzero(rows & (charges.amount != MISSING))
    total, lost = sum_converted(
        charges.customer[row],
        len(joined),
        charges.amount[row],
        charges.currency[row],
        charges.issued[row],
        1,
        rates,
    )
    known = joined & ~untold
    return {
        "metered": np.where(known & ~lost, total, MISSING),
        "metered_lost": (known & lost).astype(np.int64),
    }
