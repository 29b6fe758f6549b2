"""What of the money can be prepared once and used for every day of a back-fill."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from csmdesk.domain.columns import Bools, Ints, by_text, where_text
from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import SEAT, SEAT_WORDS
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.fields import FieldLog, build_field_logs
from csmdesk.engine.money.ledger import Ledger, build_ledger
from csmdesk.engine.money.metered import Charges, build_charges
from csmdesk.engine.money.rates import RateTable, build_rates

CLOSED = frozenset({"paid", "void", "voided", "uncollectible", "written_off", "draft", "deleted"})
"""Statuses of invoices that nobody owes."""


@dataclass(frozen=True)
class Catalog:
    """Products by the product ids of the item log: `of_row[i]` indexes `names`."""

    of_row: Ints
    ids: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]  # in lower case
    seats_per_unit: Ints  # 0 where the product does not count seats
    units_per_unit: Ints  # 0 where it counts seats, or its capacity is not in the quantity


@dataclass(frozen=True)
class Dues:
    """Invoices that can be open: sorted by customer; `currency` indexes `Prepared.currencies`."""

    customer: Ints
    currency: Ints
    issued: Ints
    due: Ints
    closed: Ints  # first day on which it is paid, void or written off
    rest: Ints  # minor units left to pay, after the payments that have no date


@dataclass(frozen=True)
class Prepared:
    """Held by a run and passed to every `money_metrics` of it. Independent of the day.

    `past` keeps what was counted on recent days (number of subscriptions, seats), because every day
    is compared with the one 30 days before.
    """

    ledger: Ledger
    fields: dict[str, FieldLog]
    catalog: Catalog
    dues: Dues
    charges: Charges
    currencies: tuple[str, ...]
    rates: RateTable
    acv_currency: Ints  # index into currencies, MISSING none
    past: dict[int, tuple[Ints, Ints]] = field(default_factory=dict)


def prepare(facts: Facts, settings: Settings) -> Prepared:
    """Reads subscriptions, invoices, products and CRM history once (some 10 µs a customer)."""
    ledger = build_ledger(facts, settings)
    stated = facts.customers.texts("acv_currency")
    billed = facts.tables["invoice"].texts("currency")
    told = {*stated, *billed, *ledger.heads.currencies, facts.rates.reporting}
    currencies = tuple(sorted({(code or "").upper() for code in told} - {""}))
    place = {code: index for index, code in enumerate(currencies)}

    def of_code(code: str | None) -> int:
        return place.get((code or "").upper(), MISSING)

    billed_in = by_text(billed, of_code)
    return Prepared(
        ledger=ledger,
        fields=build_field_logs(facts),
        catalog=_catalog(facts, ledger),
        dues=_dues(facts, billed_in),
        charges=build_charges(facts, billed_in),
        currencies=currencies,
        rates=build_rates(facts.rates, currencies),
        acv_currency=by_text(stated, of_code),
    )


def _catalog(facts: Facts, ledger: Ledger) -> Catalog:
    table = facts.tables["product"]
    ids, names, units = table.texts("source_id"), table.texts("name"), table.texts("unit")
    per_unit = table.ints("capacity_per_unit").tolist()
    known = {
        key: (name or key or "", (unit or "").lower(), count)
        for key, name, unit, count in zip(ids, names, units, per_unit, strict=True)
    }
    used = ledger.items.products
    found = [known.get(key, (key, SEAT, 1)) for key in used]
    seats = np.array([unit in SEAT_WORDS for _, unit, _ in found], dtype=np.bool_)
    capacity = np.array([count for _, _, count in found], dtype=np.int64)
    return Catalog(
        of_row=ledger.items.product,
        ids=used,
        names=tuple(name for name, _, _ in found),
        units=tuple(unit for _, unit, _ in found),
        seats_per_unit=np.where(seats, capacity, 0),
        units_per_unit=np.where(seats, 0, capacity),
    )


def _dues(facts: Facts, currency: Ints) -> Dues:
    table = facts.tables["invoice"]
    paid, voided = table.ints("paid_on"), table.ints("voided_on")
    issued, due = table.ints("issued_on"), table.ints("due_on")
    amount, settled = table.ints("amount_due"), table.ints("amount_paid")
    dated: Bools = (paid != MISSING) | (voided != MISSING)
    ended = where_text(table.texts("status"), lambda text: (text or "").lower() in CLOSED)
    rest = np.where(paid != MISSING, amount, amount - settled)
    usable = (table.ints("customer") != MISSING) & (dated | ~ended) & (rest > 0)
    row = np.flatnonzero(usable & (currency != MISSING))
    far = np.iinfo(np.int64).max
    paid, voided = (np.where(day != MISSING, day, far) for day in (paid, voided))
    return Dues(
        customer=table.ints("customer")[row],
        currency=currency[row],
        issued=issued[row],
        due=np.where(due != MISSING, due, issued)[row],
        closed=np.minimum(paid, voided)[row],
        rest=rest[row],
    )
