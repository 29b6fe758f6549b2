"""Which days of usage are known as of a day, and exact sums over windows of them.

A window that the data does not fully cover is missing, never zero; usage windows end on D-1
(definitions.md section 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.engine.metrics.grouping import blank

Cells = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Window:
    """The known part of a usage matrix: days `first` … `last`; column 0 is `begin`.

    Known days beyond the matrix's last column had no use: a sync that brought no rows moves no window.
    """

    begin: int
    first: int
    last: int

    def covers(self, first: int, last: int) -> bool:
        return self.first <= first and last <= self.last

    @property
    def days(self) -> int:
        return max(0, self.last - self.first + 1)

    def cut(self, cells: Cells, first: int, last: int) -> Cells:
        """The columns of days `first` … `last`, which must be covered: one for each day."""
        found = cells[:, max(0, first - self.begin) : last - self.begin + 1]
        beyond = last - first + 1 - found.shape[1]
        return np.pad(found, ((0, 0), (0, beyond))) if beyond else found

    def known(self, cells: Cells) -> Cells:
        """All columns up to the last known day; nothing later may be looked at."""
        return cells[:, : max(0, self.last - self.begin + 1)]


def usage_window(facts: Facts, day: int) -> Window:
    """Days of account and feature usage known as of `day`."""
    usage = facts.usage
    width = int(usage.events.shape[1])
    return _window(facts, day, usage.covered_from, usage.first_day, width)


def person_window(facts: Facts, day: int) -> Window:
    """Days of usage by person known as of `day`."""
    usage = facts.usage
    width = int(usage.person_events.shape[1])
    return _window(facts, day, usage.users_covered_from, usage.person_first_day, width)


def _window(facts: Facts, day: int, covered_from: int, begin: int, width: int) -> Window:
    if covered_from == MISSING or not facts.connected("usage"):
        return Window(begin, begin, begin - 1)
    fresh = max(source.fresh_on for source in facts.sources if "usage" in source.kinds)
    if fresh == MISSING:  # the first read is still going on: only what is there is known
        last = min(day - 1, begin + width - 1)
    elif fresh < day - 1:  # nothing was told of the days since; the day of the read is not complete
        last = min(day - 1, fresh - 1)
    else:  # a read of D-1 is taken as complete: a morning before the first sync
        last = day - 1
    return Window(begin, max(covered_from, begin), last)


def window_sum(window: Window, cells: Cells, joined: Bools, first: int, last: int) -> Ints:
    """Sum per row over `first` … `last`; MISSING where not covered or not joined."""
    if not window.covers(first, last):
        return blank(len(joined))
    sums: Ints = window.cut(cells, first, last).sum(axis=1, dtype=np.int64)
    return np.where(joined, sums, MISSING)


def last_used(window: Window, cells: Cells) -> Ints:
    """Last known day with a count per row, MISSING where there is none."""
    known: NDArray[Any] = window.known(cells) > 0
    if not known.shape[1]:
        return blank(len(cells))
    back = np.argmax(known[:, ::-1], axis=1)
    day = window.begin + known.shape[1] - 1 - back.astype(np.int64)
    return np.where(known.any(axis=1), day, MISSING)
