"""The contract of a customer as a list of dated decisions; bills and the ledger read it.

Days are whole; a change holds from its day on (12:00 UTC). Nothing here looks at invoices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from csmdesk.sandbox.shapes import Price, Product
from csmdesk.sandbox.world import catalog
from csmdesk.sandbox.world.clock import add_months, plus


@dataclass(frozen=True, slots=True)
class Change:
    """From `day` on the item has this price and quantity."""

    day: date
    price: Price
    quantity: int


@dataclass(frozen=True, slots=True)
class Deduction:
    """A discount of `percent` or `amount` minor units a period; `until` is its first day without."""

    since: date
    until: date | None
    percent: int | None
    amount: int | None
    duration: str  # once, repeating, forever


@dataclass(frozen=True, slots=True)
class Paying:
    """How bills are paid: `net` days to the due date (0 = by card), paid `late` days after it."""

    net: int = 0
    late: int = -3
    card_fails: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """One subscription. `ended` is the first day without service."""

    number: int
    start: date
    trial_days: int
    months: int
    changes: tuple[Change, ...]
    paying: Paying = Paying()
    deductions: tuple[Deduction, ...] = ()
    pauses: tuple[tuple[date, date | None], ...] = ()
    decided: date | None = None
    ended: date | None = None
    withdrawn: tuple[tuple[date, date], ...] = ()  # cancellations scheduled and taken back
    metered: Price | None = None
    term: int = 0  # months agreed on, where longer than those of a bill

    @property
    def anchor(self) -> date:
        """The first paid day."""
        return plus(self.start, self.trial_days)

    @property
    def currency(self) -> str:
        return self.changes[0].price.currency

    def at(self, day: date) -> Change:
        """Price and quantity in force on `day`."""
        held = self.changes[0]
        for change in self.changes:
            if change.day > day:
                break
            held = change
        return held

    def paused(self, day: date) -> bool:
        """Whether collection is paused on `day`."""
        return any(a <= day and (b is None or day < b) for a, b in self.pauses)

    def runs(self, day: date) -> bool:
        """Whether the service runs on `day`, trial and pause included."""
        return self.start <= day and (self.ended is None or day < self.ended)

    @property
    def agreed(self) -> int:
        """Months of the term, at least those of a bill."""
        return max(self.term, self.months)

    def boundaries(self, until: date, months: int = 0) -> Iterator[date]:
        """The first days before `until` of the paid periods, or of spans of `months`."""
        k, day, step = 0, self.anchor, months or self.months
        while day < until and (self.ended is None or day < self.ended):
            yield day
            k += 1
            day = add_months(self.anchor, k * step)

    def mrr(self, day: date) -> Fraction:
        """Monthly recurring revenue in native minor units, exact (definitions.md section 3)."""
        if not self.runs(day) or day < self.anchor or self.paused(day):
            return Fraction(0)
        held = self.at(day)
        period = amount_of(held.price.unit_amount_decimal) * held.quantity
        for deduction in self.deductions:
            if deduction.duration != "once" and _in_force(deduction, day):
                period = reduce_by(period, deduction)
        return period / self.months

    def turning_days(self) -> set[date]:
        """The days on which the MRR may change."""
        days = {self.start, self.anchor, *(change.day for change in self.changes)}
        for deduction in self.deductions:
            days.add(deduction.since)
            if deduction.until:
                days.add(deduction.until)
        for first, end in self.pauses:
            days.add(first)
            if end:
                days.add(end)
        if self.ended:
            days.add(self.ended)
        return days


@lru_cache(maxsize=256)
def amount_of(decimal: str) -> Fraction:
    """A price in minor units, exact."""
    return Fraction(decimal)


def _in_force(deduction: Deduction, day: date) -> bool:
    return deduction.since <= day and (deduction.until is None or day < deduction.until)


def reduce_by(amount: Fraction, deduction: Deduction) -> Fraction:
    """`amount` of a period less the deduction, never below zero."""
    if deduction.percent is not None:
        return amount * (100 - deduction.percent) / 100
    return max(Fraction(0), amount - (deduction.amount or 0))


def addon_of(main: Contract, number: int, start: date, product: Product, quantity: int) -> Contract:
    """A second subscription beside `main`, with its term, payment and end."""
    price = catalog.price(product, main.currency, main.months)
    ended = main.ended
    return Contract(
        number, start, 0, main.months, (Change(start, price, quantity),), main.paying, ended=ended
    )
