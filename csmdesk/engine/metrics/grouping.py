"""Per-customer reductions of child tables: one pass over the rows, no loop over customers."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING


def blank(count: int) -> Ints:
    """`count` missing values."""
    return np.full(count, MISSING, dtype=np.int64)


def count_by(customer: Ints, count: int) -> Ints:
    """Rows per customer index."""
    return np.bincount(customer, minlength=count).astype(np.int64)


def sum_by(customer: Ints, values: Ints, count: int) -> Ints:
    """Exact sum of `values` per customer index."""
    out = np.zeros(count, dtype=np.int64)
    np.add.at(out, customer, values)
    return out


def latest_by(customer: Ints, values: Ints, count: int) -> Ints:
    """Largest value per customer index, MISSING where there is no row."""
    out = blank(count)
    np.maximum.at(out, customer, values)
    return out


def rows_known(table: Columns, column: str, day: int) -> Bools:
    """Rows of a customer whose event happened on or before `day` (definitions.md section 2)."""
    on = table.ints(column)
    known: Bools = (table.ints("customer") != MISSING) & (on != MISSING) & (on <= day)
    return known
