"""Exchange rates as arrays, and exact conversion rounded half-even once per customer and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.inputs import Rates
from csmdesk.engine.money.exact import SAFE, Exact, largest, round_half_even, widen


@dataclass(frozen=True)
class RateTable:
    """Rates of a list of currencies: per currency the days (ascending) and numerators/denominators
    that hold from each; empty for a currency without any rate."""

    days: tuple[Ints, ...]
    num: tuple[Exact, ...]
    den: tuple[Exact, ...]

    def at(self, currency: Ints, day: Ints) -> tuple[Exact, Exact, Bools]:
        """(numerator, denominator, known) per row; 0/1 where no rate is known on that day."""
        wide = any(part.dtype == object for part in (*self.num, *self.den))
        num = np.zeros(len(currency), dtype=object if wide else np.int64)
        den = np.ones(len(currency), dtype=num.dtype)
        known = np.zeros(len(currency), dtype=np.bool_)
        for index, days in enumerate(self.days):
            mine = np.flatnonzero(currency == index)
            place = np.searchsorted(days, day[mine], side="right") - 1
            mine, place = mine[place >= 0], place[place >= 0]
            num[mine], den[mine] = self.num[index][place], self.den[index][place]
            known[mine] = True
        return num, den, known

    def changes(self, currency: int, first: int, last: int) -> Ints:
        """Days in first … last on which the currency gets another rate."""
        days = self.days[currency]
        return days[(days >= first) & (days <= last)]


def build_rates(rates: Rates, currencies: tuple[str, ...]) -> RateTable:
    """Rates of these currencies; the reporting currency is 1 on every day."""
    reporting = rates.reporting.upper()
    by_code = {code.upper(): code for code in rates.days}
    days: list[Ints] = []
    nums: list[Exact] = []
    dens: list[Exact] = []
    for currency in currencies:
        code = by_code.get(currency, currency)
        own = currency == reporting
        values = rates.values.get(code, [])
        days.append(np.array([-(10**6)] if own else rates.days.get(code, []), dtype=np.int64))
        nums.append(_integers([1] if own else [value.numerator for value in values]))
        dens.append(_integers([1] if own else [value.denominator for value in values]))
    return RateTable(tuple(days), tuple(nums), tuple(dens))


def _integers(values: list[int]) -> Exact:
    fits = all(abs(value) < SAFE for value in values)
    return np.array(values, dtype=np.int64 if fits else object)


def sum_converted(
    slot: Ints, count: int, value: Exact, currency: Ints, day: Ints, scale: int, table: RateTable
) -> tuple[Ints, Bools]:
    """Sums of amounts in any currencies, exact, converted and rounded half-even once per slot.

    `value` are numerators over `scale` in native minor units, rows sorted by slot. Returns
    (reporting minor units per slot, slots that have an amount without a rate): such an amount is
    left out of the sum and flagged.
    """
    num, den, known = table.at(currency, day)
    lost = ~known & (value != 0)
    missing = np.zeros(count, dtype=np.bool_)
    missing[slot[lost]] = True
    use = np.flatnonzero(known & (value != 0))
    slot, value, num, den = slot[use], value[use], num[use], den[use]
    fits = largest(value) * largest(num) < SAFE and max(largest(den), 1) * scale < SAFE
    value, num, den = (widen(part, fits) for part in (value, num, den))
    total, below = value * num, den
    rank = np.arange(len(slot)) - np.searchsorted(slot, slot)
    result = np.zeros(count, dtype=np.int64)
    single = np.flatnonzero(rank == 0)
    sum_num, sum_den, owner = total[single], below[single], slot[single]
    for later in range(1, int(rank.max()) + 1 if len(rank) else 0):
        rows = np.flatnonzero(rank == later)
        into = np.searchsorted(owner, slot[rows])
        sum_num, sum_den = widen(sum_num, False), widen(sum_den, False)
        more, over = widen(total[rows], False), widen(below[rows], False)
        sum_num[into] = sum_num[into] * over + more * sum_den[into]
        sum_den[into] = sum_den[into] * over
    result[owner] = round_half_even(sum_num, sum_den * scale)
    return result, missing
