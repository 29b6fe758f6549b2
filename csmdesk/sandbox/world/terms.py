"""Draws the contracts of a customer: size, plan, term, and every later change of them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from csmdesk.sandbox.shapes import Product
from csmdesk.sandbox.world import catalog
from csmdesk.sandbox.world.clock import HORIZON, add_months, cycle_starts, next_boundary, plus
from csmdesk.sandbox.world.contract import Change, Contract, Deduction, Paying
from csmdesk.sandbox.world.rng import stream
from csmdesk.sandbox.world.roles import LEAD_DAYS, Role

_LATE = {"pays_12_late": 13, "pays_27_late": 27, "pays_50_late": 50, "collapse": 48}
_ADDON_PARTS = {"addon_rare", "addon_seldom", "addon_never"}
_ON_BUSINESS = {"fails_9", "fails_20", "fails_45", "sync_lapsed", "key_one_off"}
_ON_ENTERPRISE = {"key_half_off"}
_YEARLY = {
    "acv_5_off",
    "acv_20_off",
    "renewal_off",
    "renewal_past",
    "wavers",
    "other_name",
    "other_currency",
    "billed_twice",
}
_LARGE = {
    "crisis",
    "collapse",
    "fills_up",
    "booms",
    "slump_mild",
    "slump",
    "slump_deep",
    "seats_65",
    "seats_40",
    "seats_15",
}
_MIXED = {"plain", "newcomer"}
_CURRENCY = {
    "yen": "jpy",
    "dinar": "kwd",
    "other_name": "gbp",
    "other_currency": "eur",
    "champion_leaves": "eur",
}
# yearly value in USD: three sorts of customer, lognormal (median, sigma)
_SIZES = ((6_000, 0.9), (28_000, 0.7), (150_000, 0.9))

_PLAN_LIMITS = (
    (2_500, catalog.STARTER),
    (30_000, catalog.TEAM),
    (90_000, catalog.BUSINESS),
    (10**9, catalog.ENTERPRISE),
)


def contracts_of(seed: int, role: Role) -> tuple[Contract, ...]:
    """All contracts the customer ever has, in the order of their numbers."""
    if role.part == "leads":
        return ()
    rng = stream(seed, role.index, "contract")
    if role.part == "newcomer":
        return _newcomer(rng, role)
    if role.part == "plain":
        return _plain(rng, role)
    return _cast(rng, role)


def _cast(rng: np.random.Generator, role: Role) -> tuple[Contract, ...]:
    months = 12 if role.part in _YEARLY or role.part in {"champion_leaves", "one_contact"} else 1
    product, seats = _size(rng, role)
    currency = _CURRENCY.get(role.part, "usd")
    start = _old_start(rng, months, role)
    price = catalog.price(product, currency, months)
    main = Contract(0, start, 0, months, (Change(start, price, seats),), _paying(role))
    special = _SPECIAL.get(role.part)
    if special:
        return special(rng, role, main)
    if role.part in _ADDON_PARTS:
        return main, _addon(main, 1, start, catalog.AUTOMATION, 1)
    return (main,)


def _size(rng: np.random.Generator, role: Role) -> tuple[Product, int]:
    """Product and seats of a cast member: mid-size, so that shares of seats are exact enough."""
    if role.part == "free":
        return catalog.COMMUNITY, 5
    if role.part in _ON_BUSINESS:
        return catalog.BUSINESS, int(rng.integers(24, 60))
    if role.part in _ON_ENTERPRISE:
        return catalog.ENTERPRISE, int(rng.integers(20, 50))
    if role.part in _LARGE:
        return catalog.TEAM, int(rng.integers(90, 160))
    return catalog.TEAM, int(rng.integers(16, 72))


def _old_start(rng: np.random.Generator, months: int, role: Role) -> date:
    """A first day well before 2026; monthly bills go back to 2024 at most."""
    if months == 12:
        first = date(2021, 1, 10) + timedelta(days=int(rng.integers(0, 1500)))
        season = rng.random() < 0.2
        return date(first.year, 12, 31) if season and first.year < 2025 else first
    month = int(rng.integers(0, 8))
    day = (
        1 + role.number * 10
        if role.part in _LATE or role.part == "card_fails"
        else int(rng.integers(1, 29))
    )
    return add_months(date(2024, 1, 1), month).replace(day=min(day, 28))


def _paying(role: Role) -> Paying:
    if role.part in _LATE:
        return Paying(14, _LATE[role.part])
    if role.part == "card_fails":
        return Paying(0, 27, card_fails=True)
    return Paying(30, -6) if role.number % 3 == 1 else Paying()


def _addon(main: Contract, number: int, start: date, product: Product, quantity: int) -> Contract:
    price = catalog.price(product, main.currency, main.months)
    ended = main.ended
    return Contract(
        number, start, 0, main.months, (Change(start, price, quantity),), main.paying, ended=ended
    )


def _comes_back(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    """Leaves for 100 to 160 days every few years and comes back under a new subscription."""
    made: list[Contract] = []
    start, number = main.start, 0
    leave_at = date(2025, 11, 1) + timedelta(days=70 * role.number)
    while start < HORIZON:
        end = next_boundary(start, main.months, leave_at)
        change = Change(start, main.changes[0].price, int(rng.integers(12, 60)))
        decided = end - timedelta(days=11)
        made.append(
            Contract(
                number, start, 0, main.months, (change,), main.paying, decided=decided, ended=end
            )
        )
        start = plus(end, int(rng.integers(100, 160)))
        leave_at, number = plus(start, 900), number + 1
    return tuple(made)


def _swaps(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    """Cancels and signs anew on the same day, every year: the money movement is the difference."""
    made: list[Contract] = []
    start, number = main.start, 0
    while start < HORIZON:
        end = add_months(start, 12)
        change = Change(start, main.changes[0].price, int(rng.integers(20, 40)))
        made.append(Contract(number, start, 0, 1, (change,), main.paying, decided=end, ended=end))
        start, number = end, number + 1
    return tuple(made)


def _gone(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    """Left in 2025, between the world's beginning and its first today."""
    end = next_boundary(
        main.start, main.months, date(2025, 3, 1) + timedelta(days=95 * role.number)
    )
    return (_ending(main, end - timedelta(days=12), end),)


def _seasonal(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    """Pauses for three to four months of every cycle of half a year; from bill to bill."""
    pauses: list[tuple[date, date | None]] = []
    for _, first in cycle_starts(role.cycle, role.offset, plus(main.start, 60), HORIZON):
        begin = next_boundary(main.start, 1, first)
        pauses.append((begin, next_boundary(main.start, 1, plus(first, 91))))
    return (_with(main, pauses=tuple(pauses)),)


def _paused_then_left(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    begin = next_boundary(main.start, 1, date(2026, 2, 1))
    end = add_months(begin, 3)
    return (_with(_ending(main, end, end), pauses=((begin, None),)),)


def _wavers(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    """Schedules a cancellation in every cycle and takes it back after 50 days."""
    starts = cycle_starts(role.cycle, role.offset, date(2025, 4, 1), HORIZON)
    return (_with(main, withdrawn=tuple((first, plus(first, 50)) for _, first in starts)),)


def _billed_twice(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    second = Contract(1, plus(main.start, 20), 0, 12, (_shift(main.changes[0], 20),), main.paying)
    return main, second


_SPECIAL = {
    "comes_back": _comes_back,
    "swaps": _swaps,
    "gone": _gone,
    "uses_unpaid": _gone,
    "seasonal": _seasonal,
    "paused_then_left": _paused_then_left,
    "wavers": _wavers,
    "billed_twice": _billed_twice,
}


def _shift(change: Change, days: int) -> Change:
    return Change(plus(change.day, days), change.price, max(1, change.quantity // 3))


def _ending(contract: Contract, decided: date, ended: date) -> Contract:
    return _with(contract, decided=decided, ended=ended)


def _with(contract: Contract, **changes: object) -> Contract:
    fields = {name: getattr(contract, name) for name in Contract.__slots__}
    return Contract(**{**fields, **changes})


def _newcomer(rng: np.random.Generator, role: Role) -> tuple[Contract, ...]:
    """A prospect for LEAD_DAYS, then a customer, one in four by way of a trial."""
    assert role.created is not None
    assert role.leaves is not None
    begin = plus(role.created, LEAD_DAYS)
    trial = 14 if role.number % 4 == 1 else 0
    months = (1, 12, 12, 3, 1, 12)[role.number % 6]
    if role.number % 9 == 5:
        months = 1
    start = plus(begin, -trial)
    if role.number % 18 == 13:  # a trial that comes to nothing
        price = catalog.price(catalog.STARTER, "usd", 1)
        return (Contract(0, start, 14, 1, (Change(start, price, 5),), decided=begin, ended=begin),)
    end = next_boundary(begin, months, role.leaves)
    return _sold(rng, role, start, trial, months, end)


def _plain(rng: np.random.Generator, role: Role) -> tuple[Contract, ...]:
    """An established customer; leaves at a term's end and, one in seven, comes back."""
    assert role.leaves is not None
    months = (12, 12, 1, 12, 3, 12, 1, 12, 36, 12)[role.number % 10]
    end = role.leaves
    if months == 1:
        terms = (end.year - 2024) * 12 + end.month - 7 - int(rng.integers(0, 6))
        start = add_months(end, -max(2, terms))
    else:
        terms = -(-((end.year - 2025) * 12 + end.month) // months) + int(rng.integers(0, 3))
        start = add_months(end, -max(1, terms) * months)
    end = next_boundary(start, months, end - timedelta(days=6))
    sold = _sold(rng, role, start, 0, months, end)
    if not role.returns:
        return sold
    again = plus(end, int(rng.integers(120, 200)))
    change = Change(again, sold[0].at(end).price, sold[0].at(end).quantity)
    return *sold, Contract(len(sold), again, 0, months, (change,), sold[0].paying)


def _sold(
    rng: np.random.Generator, role: Role, start: date, trial: int, months: int, end: date
) -> tuple[Contract, ...]:
    """The main contract with its changes, and perhaps a second one for an add-on."""
    product, seats = _drawn_size(rng)
    currency = ("usd", "usd", "usd", "eur", "usd", "usd", "gbp", "usd")[role.number % 8]
    price = catalog.price(product, currency, months)
    notice = int(rng.integers(60, 91)) if months >= 12 else int(rng.integers(8, 25))
    decided = end - timedelta(days=notice if role.number % 5 else 0)
    anchor = plus(start, trial)
    main = Contract(
        0,
        start,
        trial,
        months,
        (
            Change(start, price, seats),
            *_changes(rng, anchor, months, end, product, seats, currency),
        ),
        Paying(30, int(rng.integers(-25, 0))) if months >= 3 else Paying(),
        _deductions(rng, anchor, months, currency, end),
        decided=decided,
        ended=end,
        metered=catalog.METERED[currency] if months == 1 and role.number % 3 == 0 else None,
    )
    if rng.random() > 0.22:
        return (main,)
    first = add_months(anchor, int(rng.integers(3, 14)))
    if first >= end - timedelta(days=40):
        return (main,)
    addon = catalog.AUTOMATION if product is not catalog.ENTERPRISE else catalog.SCANPACK
    return main, _whole_terms(
        _addon(main, 1, first, addon, 1 if addon is catalog.AUTOMATION else 4)
    )


def _whole_terms(contract: Contract) -> Contract:
    """An add-on ends with the main contract, whatever its own term."""
    return _with(contract, decided=contract.ended)


def _drawn_size(rng: np.random.Generator) -> tuple[Product, int]:
    """Product and seats from the mixture of portfolio sizes."""
    median, sigma = _SIZES[int(rng.choice(3, p=(0.6, 0.3, 0.1)))]
    yearly = min(900_000.0, median * float(np.exp(rng.normal(0, sigma))))
    product = next(plan for limit, plan in _PLAN_LIMITS if yearly < limit)
    monthly = catalog.price(product, "usd", 1).unit_amount or 1
    return product, max(3, round(yearly * 100 / 12 / monthly))


def _changes(
    rng: np.random.Generator,
    anchor: date,
    months: int,
    end: date,
    product: Product,
    seats: int,
    currency: str,
) -> list[Change]:
    """Seats up and down and plan swaps, each inside a period, until the contract ends."""
    made: list[Change] = []
    day = plus(anchor, float(rng.exponential(260)) + 25)
    while day < min(end, HORIZON):
        kind = rng.random()
        if kind < 0.62:
            seats += max(1, round(seats * float(rng.uniform(0.06, 0.25))))
        elif kind < 0.85:
            seats = max(3, seats - max(1, round(seats * float(rng.uniform(0.05, 0.2)))))
        else:
            product = _other_plan(product, up=kind < 0.95)
        inside = plus(day, 1) if next_boundary(anchor, months, plus(day, -1)) == day else day
        made.append(Change(inside, catalog.price(product, currency, months), seats))
        day = plus(day, float(rng.exponential(330)) + 25)
    return made


_LADDER = (catalog.STARTER, catalog.TEAM, catalog.BUSINESS, catalog.ENTERPRISE)


def _other_plan(product: Product, *, up: bool) -> Product:
    place = _LADDER.index(product) + (1 if up else -1)
    return _LADDER[min(max(place, 0), 3)]


def _deductions(
    rng: np.random.Generator, anchor: date, months: int, currency: str, end: date
) -> tuple[Deduction, ...]:
    """A third have a discount: for ever, for some months, for one bill, or an amount off."""
    kind, percent, length = (
        rng.random(),
        int(rng.choice((5, 10, 15, 20, 30, 50))),
        int(rng.choice((3, 6, 12))),
    )
    if kind > 0.34:
        return ()
    until = add_months(anchor, max(length, months))
    if kind < 0.14:
        return (Deduction(anchor, None, percent, None, "forever"),)
    if kind < 0.24:
        return (Deduction(anchor, until, percent, None, "repeating"),)
    if kind < 0.29:
        return (Deduction(anchor, add_months(anchor, months), percent, None, "once"),)
    amount = int(Fraction(catalog.price(catalog.STARTER, currency, months).unit_amount_decimal))
    return (
        Deduction(
            anchor,
            until if until < end else None,
            None,
            amount,
            "repeating" if until < end else "forever",
        ),
    )
