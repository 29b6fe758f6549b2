"""The sandbox's own books, kept from the stories' decisions and never from the bills.

Figures follow definitions.md sections 3 and 4. The books close on the last visible day, the day
before the world's today, and speak USD minor units at the rates of `domain.demo_rates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from csmdesk.domain.demo_rates import rate
from csmdesk.sandbox.world import World
from csmdesk.sandbox.world import ids as world_ids
from csmdesk.sandbox.world.clock import add_months
from csmdesk.sandbox.world.contract import Contract

MONTHS = 24
MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn")


@dataclass(slots=True)
class Book:
    """The MRR history of one customer up to the last visible day."""

    native: list[tuple[date, Fraction]] = field(default_factory=list)  # by day of change
    entries: list[tuple[date, str, int]] = field(default_factory=list)  # day, movement or "fx", USD
    closing: list[tuple[date, int]] = field(default_factory=list)  # M(d) by day of change
    churned_on: list[date] = field(default_factory=list)


def ledger(world: World) -> dict[str, object]:
    """Per customer its story, MRR and churn days; per month of the last 24 the movements.

    Shape: {"seed", "today", "through", "currency", "customers": [{"hubspot_id", "account_key",
    "story", "part", "currency", "mrr": [[day, "num/den"]], "movements": [[day, kind, minor]],
    "churned_on": [day]}], "months": [{"month", "opening", "new", "reactivation", "expansion",
    "contraction", "churn", "fx", "net", "closing"}]}. Amounts in USD minor units; `mrr` in native
    minor units, holding from its day until the next.
    """
    last = world.today - timedelta(days=1)
    months = _months(last)
    customers: list[dict[str, object]] = []
    for index in range(world.count):
        contracts = world.contracts(index)
        book = book_of(contracts, last)
        _add_to_months(months, book)
        customers.append(
            {
                "hubspot_id": world_ids.hubspot_id("company", index),
                "account_key": world_ids.account_key(index),
                "story": world.story(index),
                "part": world.role(index).part,
                "currency": contracts[0].currency.upper() if contracts else None,
                "mrr": [[day.isoformat(), str(value)] for day, value in book.native],
                "movements": [[day.isoformat(), kind, usd] for day, kind, usd in book.entries],
                "churned_on": [day.isoformat() for day in book.churned_on],
            }
        )
    return {
        "seed": world.seed,
        "today": world.today.isoformat(),
        "through": last.isoformat(),
        "currency": "USD",
        "customers": customers,
        "months": months,
    }


def native_mrr(contracts: Sequence[Contract], day: date) -> Fraction:
    """MRR of a customer on `day`, exact, in native minor units (definitions.md section 3)."""
    return sum((contract.mrr(day) for contract in contracts), Fraction(0))


def book_of(contracts: Sequence[Contract], last: date) -> Book:
    """The history of one customer through `last` (definitions.md section 4)."""
    book = Book()
    if not contracts:
        return book
    currency = contracts[0].currency
    turning = {day for contract in contracts for day in contract.turning_days() if day <= last}
    native, usd, paid_before = Fraction(0), 0, False
    for day in sorted(turning | _rate_days(min(turning, default=last), last)):
        before = round(native * rate(currency, day))
        if before != usd:
            book.entries.append((day, "fx", before - usd))
        now = native_mrr(contracts, day)
        after = round(now * rate(currency, day))
        if after != before:
            kind = _movement(contracts, day, before, after, paid_before=paid_before)
            book.entries.append((day, kind, after - before))
        if now != native:
            book.native.append((day, now))
        if after != usd:
            book.closing.append((day, after))
        paid_before = paid_before or after > 0
        native, usd = now, after
        if _left(contracts, day):
            book.churned_on.append(day)
    return book


def _rate_days(first: date, last: date) -> set[date]:
    """The days on which a rate may change: the first of each month in first … last."""
    days: set[date] = set()
    day = add_months(first.replace(day=1), 1)
    while day <= last:
        days.add(day)
        day = add_months(day, 1)
    return days


def _movement(
    contracts: Sequence[Contract], day: date, before: int, after: int, *, paid_before: bool
) -> str:
    """The name of a movement: the first rule of definitions.md section 4 that holds."""
    if before == 0:
        if not paid_before:
            return "new"
        return "expansion" if _halted(contracts, day - timedelta(days=1)) else "reactivation"
    if after == 0:
        return "contraction" if _halted(contracts, day) else "churn"
    return "expansion" if after > before else "contraction"


def _halted(contracts: Sequence[Contract], day: date) -> bool:
    """Whether a subscription is paused or free on `day`."""
    return any(
        contract.runs(day) and day >= contract.anchor and contract.mrr(day) == 0
        for contract in contracts
    )


def _left(contracts: Sequence[Contract], day: date) -> bool:
    """Whether the last service ended on `day` after having been paid for, a pause included."""
    ended = any(contract.ended == day and contract.anchor < day for contract in contracts)
    return ended and not any(contract.runs(day) for contract in contracts)


def _months(last: date) -> list[dict[str, object]]:
    first = add_months(last.replace(day=1), 1 - MONTHS)
    names = ("opening", *MOVEMENTS, "fx", "net", "closing")
    return [
        {"month": f"{add_months(first, k):%Y-%m}", **dict.fromkeys(names, 0)} for k in range(MONTHS)
    ]


def _add_to_months(months: list[dict[str, object]], book: Book) -> None:
    """Add one customer's movements and balances to the monthly rows."""
    place = {str(row["month"]): n for n, row in enumerate(months)}
    for day, kind, usd in book.entries:
        n = place.get(f"{day:%Y-%m}")
        if n is not None:
            _add(months[n], kind, usd)
            if kind != "fx":
                _add(months[n], "net", usd)
    balance = 0
    steps = iter(book.closing)
    step = next(steps, None)
    for row in months:
        name = str(row["month"])
        while step is not None and f"{step[0]:%Y-%m}" < name:
            balance, step = step[1], next(steps, None)
        _add(row, "opening", balance)
        while step is not None and f"{step[0]:%Y-%m}" == name:
            balance, step = step[1], next(steps, None)
        _add(row, "closing", balance)


def _add(row: dict[str, object], name: str, amount: int) -> None:
    held = row[name]
    assert isinstance(held, int)
    row[name] = held + amount
