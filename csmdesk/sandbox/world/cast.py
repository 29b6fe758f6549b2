"""The contracts of the cast: made so that each part's problem can come back for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from csmdesk.sandbox.shapes import Product
from csmdesk.sandbox.world import catalog
from csmdesk.sandbox.world.clock import HORIZON, add_months, cycle_starts, next_boundary, plus
from csmdesk.sandbox.world.contract import Change, Contract, Paying, addon_of
from csmdesk.sandbox.world.roles import Role
from csmdesk.sandbox.world.sizes import Deal, drawn_deal
from csmdesk.sandbox.world.temper import CALM, temper_of

_LATE = {"pays_12_late": 13, "pays_27_late": 27, "collapse": 48, "dormant": 24, "disputes": 330}
_EVERY = {"collapse": 3}  # of these one in so many pays late
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
    "disputes",
}
# billed by the month under a term of a year
_TERMED = {
    "fills_up",
    "nearly_full",
    "over_full",
    "slump_mild",
    "slump",
    "slump_deep",
    "fails_9",
    "fails_20",
    "fails_45",
    "key_one_off",
    "key_half_off",
    "sync_lapsed",
    "addon_rare",
    "addon_never",
    "seats_65",
    "seats_15",
    "internal",
    "booms",
    "one_user",
    "one_contact",
    "nps_5",
    "nps_3",
    "nps_1",
}
_BUSY = {"crisis", "collapse"}  # much used, so that their fall shows in the ranks
_LARGE = {
    "fills_up",
    "booms",
    "slump_mild",
    "slump",
    "slump_deep",
    "seats_65",
    "seats_40",
    "seats_15",
}
_CURRENCY = {
    "yen": "jpy",
    "dinar": "kwd",
    "other_name": "gbp",
    "other_currency": "eur",
    "champion_leaves": "eur",
}


def cast_contracts(seed: int, rng: np.random.Generator, role: Role) -> tuple[Contract, ...]:
    """All contracts of a member of the cast."""
    deal = _deal(seed, rng, role)
    currency = _CURRENCY.get(role.part, "usd")
    start = _old_start(rng, deal, role)
    price = catalog.price(deal.product, currency, deal.months)
    change = Change(start, price, deal.seats)
    main = Contract(0, start, 0, deal.months, (change,), _paying(role), term=deal.term)
    special = _SPECIAL.get(role.part)
    if special:
        return special(rng, role, main)
    if role.part in _ADDON_PARTS:
        return main, addon_of(main, 1, start, catalog.AUTOMATION, 1)
    return (main,)


def _deal(seed: int, rng: np.random.Generator, role: Role) -> Deal:
    """A calm part's deal is drawn like anybody's; the size of the others is given by the part."""
    if role.part in CALM:
        drawn = drawn_deal(rng, temper_of(seed, role))
        months = 12 if role.part in _YEARLY else 1 if _by_card(role) else min(12, drawn.months)
        return replace(drawn, months=months, term=max(months, drawn.term))
    months = 12 if role.part in _YEARLY or role.part == "one_contact" else 1
    product, seats = _size(rng, role)
    return Deal(product, seats, months, 12 if role.part in _TERMED else months)


def _by_card(role: Role) -> bool:
    """Parts that are billed on certain days of each month."""
    return (role.part in _LATE and role.part not in _YEARLY) or role.part == "card_fails"


def _size(rng: np.random.Generator, role: Role) -> tuple[Product, int]:
    """Product and seats of a cast member: mid-size, so that shares of seats are exact enough."""
    if role.part == "free":
        return catalog.COMMUNITY, 5
    if role.part in ("dormant", "gaps"):
        return catalog.TEAM, 3 + role.number % 2
    if role.part in _ON_BUSINESS:
        return catalog.BUSINESS, int(rng.integers(24, 44))
    if role.part in _ON_ENTERPRISE:
        return catalog.ENTERPRISE, int(rng.integers(14, 28))
    if role.part in _LARGE:
        return (catalog.BUSINESS, catalog.ENTERPRISE)[role.number % 2], int(rng.integers(130, 230))
    if role.part in _BUSY:
        return catalog.TEAM, int(rng.integers(70, 120))
    return catalog.TEAM, 4 * int(rng.integers(3, 11))


def _old_start(rng: np.random.Generator, deal: Deal, role: Role) -> date:
    """A first day well before 2026, terms evenly over the year; monthly bills since 2024 at most."""
    in_year = timedelta(days=int(role.index * 0.6180339887498949 % 1.0 * 365))
    if deal.months == 12:
        first = date(int(rng.integers(2021, 2025)), 1, 1) + in_year
        return first.replace(month=12, day=31) if rng.random() < 0.1 else first
    if deal.term > 1 and not _by_card(role):
        return date(2024, 1, 1) + in_year
    month = int(in_year.days / 30.5) if deal.term > 1 else int(rng.integers(0, 8))
    day = 1 + role.number * 10 if _by_card(role) else int(rng.integers(1, 29))
    return add_months(date(2024, 1, 1), month).replace(day=min(day, 28))


def _paying(role: Role) -> Paying:
    if role.part in _LATE and not role.number % _EVERY.get(role.part, 1):
        return Paying(30 if role.part in _YEARLY else 14, _LATE[role.part])
    if role.part == "card_fails":
        return Paying(0, 27, card_fails=True)
    return Paying(30, -6) if role.number % 3 == 1 else Paying()


def _comes_back(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    """Leaves for 100 to 160 days every two years and comes back under a new subscription."""
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
        leave_at, number = plus(start, 540), number + 1
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
    return (replace(main, decided=end - timedelta(days=12), ended=end),)


def _seasonal(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    """Pauses for about four months of every cycle of half a year; from bill to bill."""
    pauses: list[tuple[date, date | None]] = []
    for _, first in cycle_starts(role.cycle, role.offset, plus(main.start, 60), HORIZON):
        begin = next_boundary(main.start, 1, first)
        pauses.append((begin, next_boundary(main.start, 1, plus(first, 125))))
    return (replace(main, pauses=tuple(pauses)),)


def _paused_then_left(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    begin = next_boundary(main.start, 1, date(2026, 2, 1))
    end = add_months(begin, 3)
    return (replace(replace(main, decided=end, ended=end), pauses=((begin, None),)),)


def _wavers(rng: np.random.Generator, role: Role, main: Contract) -> tuple[Contract, ...]:
    """Schedules a cancellation in every cycle and takes it back after 50 days."""
    starts = cycle_starts(role.cycle, role.offset, date(2025, 4, 1), HORIZON)
    return (replace(main, withdrawn=tuple((first, plus(first, 50)) for _, first in starts)),)


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
