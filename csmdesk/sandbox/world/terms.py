"""Draws the contracts of plain customers and newcomers: size, plan, term, every later change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from csmdesk.sandbox.shapes import Product
from csmdesk.sandbox.world import catalog
from csmdesk.sandbox.world.cast import cast_contracts
from csmdesk.sandbox.world.clock import HORIZON, add_months, next_boundary, plus
from csmdesk.sandbox.world.contract import Change, Contract, Deduction, Paying, addon_of
from csmdesk.sandbox.world.rng import stream
from csmdesk.sandbox.world.roles import LEAD_DAYS, Role
from csmdesk.sandbox.world.sizes import PACK, Deal, drawn_deal
from csmdesk.sandbox.world.temper import temper_of


def contracts_of(seed: int, role: Role) -> tuple[Contract, ...]:
    """All contracts the customer ever has, in the order of their numbers."""
    if role.part == "leads":
        return ()
    rng = stream(seed, role.index, "contract")
    if role.part == "newcomer":
        return _newcomer(seed, rng, role)
    if role.part == "plain":
        return _plain(seed, rng, role)
    return cast_contracts(seed, rng, role)


def _newcomer(seed: int, rng: np.random.Generator, role: Role) -> tuple[Contract, ...]:
    """A prospect for LEAD_DAYS, then a customer, one in four by way of a trial."""
    assert role.created is not None
    assert role.leaves is not None
    begin = plus(role.created, LEAD_DAYS)
    trial = 14 if role.number % 4 == 1 else 0
    deal = drawn_deal(rng, temper_of(seed, role))
    start = plus(begin, -trial)
    if role.number % 18 == 13:  # a trial that comes to nothing
        price = catalog.price(catalog.STARTER, "usd", 1)
        return (Contract(0, start, 14, 1, (Change(start, price, 5),), decided=begin, ended=begin),)
    end = next_boundary(begin, deal.term, role.leaves)
    return _returning(rng, role, _sold(rng, role, start, trial, deal, end), end)


def _plain(seed: int, rng: np.random.Generator, role: Role) -> tuple[Contract, ...]:
    """An established customer; leaves at a term's end and, one in seven, comes back."""
    assert role.leaves is not None
    deal = drawn_deal(rng, temper_of(seed, role))
    months = deal.term
    end = role.leaves
    if months == 1:
        terms = (end.year - 2024) * 12 + end.month - 7 - int(rng.integers(0, 6))
        start = add_months(end, -max(2, terms))
    else:
        terms = -(-((end.year - 2025) * 12 + end.month) // months) + int(rng.integers(0, 3))
        start = add_months(end, -max(1, terms) * months)
    end = next_boundary(start, months, end - timedelta(days=6))
    return _returning(rng, role, _sold(rng, role, start, 0, deal, end), end)


def _paying(rng: np.random.Generator, role: Role, months: int) -> Paying:
    """Monthly bills by card; longer terms on account, by some a few days late."""
    if months == 1:
        return Paying()
    late = int(rng.integers(2, 13)) if role.number % 4 == 1 else int(rng.integers(-25, 0))
    return Paying(30, late)


def _returning(
    rng: np.random.Generator, role: Role, sold: tuple[Contract, ...], end: date
) -> tuple[Contract, ...]:
    """The contracts sold, and for those who return the one they sign some months later."""
    if not role.returns:
        return sold
    main = sold[0]
    again = plus(end, int(rng.integers(120, 200)))
    change = replace(main.at(end), day=again)
    again_sold = Contract(len(sold), again, 0, main.months, (change,), main.paying, term=main.term)
    return *sold, again_sold


def _sold(
    rng: np.random.Generator, role: Role, start: date, trial: int, deal: Deal, end: date
) -> tuple[Contract, ...]:
    """The main contract with its changes, and perhaps a second one for an add-on."""
    product, seats, months = deal.product, deal.seats, deal.months
    currency = ("usd", "usd", "usd", "eur", "usd", "usd", "gbp", "usd")[role.number % 8]
    price = catalog.price(product, currency, months)
    notice = int(rng.integers(60, 91)) if deal.term >= 12 else int(rng.integers(8, 25))
    decided = end - timedelta(days=notice if role.number % 5 else 0)
    anchor = plus(start, trial)
    metered = months == 1 and role.number % 3 == 0 and not deal.bare
    main = Contract(
        0,
        start,
        trial,
        months,
        (
            Change(start, price, seats),
            *(() if seats < 5 else _changes(rng, anchor, months, end, product, seats, currency)),
        ),
        _paying(rng, role, months),
        _deductions(rng, anchor, months, currency, end),
        decided=decided,
        ended=end,
        metered=catalog.METERED[currency] if metered else None,
        term=deal.term,
    )
    if deal.bare or rng.random() > 0.22:
        return (main,)
    first = add_months(anchor, int(rng.integers(3, 14)))
    if first >= end - timedelta(days=40):
        return (main,)
    addon = catalog.AUTOMATION if product is not catalog.ENTERPRISE else catalog.SCANPACK
    return main, _whole_terms(
        addon_of(main, 1, first, addon, 1 if addon is catalog.AUTOMATION else 4)
    )


def _whole_terms(contract: Contract) -> Contract:
    """An add-on ends with the main contract, whatever its own term."""
    return replace(contract, decided=contract.ended)


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
            seats += PACK * max(1, round(seats * float(rng.uniform(0.06, 0.25)) / PACK))
        elif kind < 0.85:
            fewer = PACK * max(1, round(seats * float(rng.uniform(0.05, 0.2)) / PACK))
            seats = max(PACK, seats - fewer)
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
