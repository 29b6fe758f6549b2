"""Exact integer arithmetic on arrays: int64 while it provably fits, Python integers beyond."""

from __future__ import annotations

from collections.abc import Iterable
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Ints

Exact = NDArray[Any]
"""int64, or object holding Python integers: the same operators work on both."""

SAFE = 2**61
"""Bound under which sums of two and doubled remainders stay inside int64."""

_SHIFT, _OFFSET = 21, 1 << 20


def common_denominator(values: Iterable[int]) -> int:
    return lcm(1, *set(values))


def largest(values: Exact) -> int:
    """The greatest absolute value, as a Python integer."""
    return max(abs(int(values.max())), abs(int(values.min()))) if len(values) else 0


def widen(values: Exact, fits: bool) -> Exact:
    """The same numbers as int64 if they (and what is made of them) fit, else as Python integers."""
    return values.astype(np.int64 if fits else object)


def round_half_even(numerator: Exact, denominator: Exact | int) -> Ints:
    """numerator ÷ denominator to the nearest integer, ties to the even one; int64."""
    quotient = numerator // denominator
    twice = (numerator - quotient * denominator) * 2
    odd = (quotient % 2) != 0
    up = (twice > denominator) | ((twice == denominator) & odd)
    result: Ints = (quotient + up).astype(np.int64)
    return result


def keys(owner: Ints, day: Ints | int) -> Ints:
    """One sortable number for (owner, day); days lie within a million of 1970."""
    return (owner << _SHIFT) + (day + _OFFSET)


def key_owner(key: Ints) -> Ints:
    return key >> _SHIFT


def key_day(key: Ints) -> Ints:
    return (key & ((1 << _SHIFT) - 1)) - _OFFSET


def last_at(sorted_keys: Ints, owner: Ints, day: Ints | int) -> Ints:
    """Index of the last key of `owner` dated on or before `day`, -1 when there is none."""
    place = np.searchsorted(sorted_keys, keys(owner, day), side="right") - 1
    if not len(sorted_keys):
        return place
    found = (place >= 0) & (key_owner(sorted_keys[place]) == owner)
    return np.where(found, place, -1)


def running_totals(sorted_keys: Ints, deltas: Exact) -> Exact:
    """Running total of deltas within each owner of sorted keys.

    One running total over all owners may wrap around in int64; the differences are exact anyway.
    """
    if not len(deltas):
        return deltas
    total = np.add.accumulate(deltas)
    starts = first_of_run(key_owner(sorted_keys))
    first = np.maximum.accumulate(np.where(starts, np.arange(len(deltas)), 0))
    before = total[first] - deltas[first]
    result: Exact = total - before
    return result


def distinct(values: Ints) -> Ints:
    """Sorted distinct values (a sort beats np.unique's hashing on nearly sorted keys)."""
    ordered = np.sort(values, kind="stable")
    result: Ints = ordered[first_of_run(ordered)]
    return result


def last_of_run(values: Ints) -> Bools:
    """Marks the last of equal neighbours."""
    marks = np.ones(len(values), dtype=np.bool_)
    marks[:-1] = values[1:] != values[:-1]
    return marks


def first_of_run(values: Ints) -> Bools:
    """Marks the first of equal neighbours."""
    marks = np.ones(len(values), dtype=np.bool_)
    marks[1:] = values[1:] != values[:-1]
    return marks


def spans(owner: Ints, count: int) -> tuple[Ints, Ints]:
    """First row and number of rows of each of `count` owners in a column sorted by owner."""
    edges = np.searchsorted(owner, np.arange(count + 1))
    return edges[:-1], np.diff(edges)


def expand(first: Ints, length: Ints) -> tuple[Ints, Ints]:
    """(slot, row) pairs of every row of every span: slot i has rows first[i] … + length[i]."""
    slot = np.repeat(np.arange(len(first)), length)
    start = np.repeat(first - (np.cumsum(length) - length), length)
    return slot, start + np.arange(len(slot))
