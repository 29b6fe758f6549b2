"""What rows of one file need from another, and what the products turn out to be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from fractions import Fraction

from csmdesk.domain.facts import SEAT, SEAT_WORDS, Product, SubscriptionItem

SOURCE = "import"
_FLAT = " (without seats)"
"""Marks the id of a product's subscriptions that state no quantity: they contract no seats."""


@dataclass
class Products:
    """Products named by subscriptions, entitlements and usage.

    A product's modules are those that every customer entitled to it has (what some have besides is
    their entitlement), else those under which usage names it.
    """

    ids: set[str] = field(default_factory=set)
    units: dict[str, str] = field(default_factory=dict)
    entitled: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    used: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def counts_seats(self, product: str) -> bool:
        return self.units.get(product, "") in SEAT_WORDS

    def entitle(self, customer: str, product: str, module: str | None, unit: str) -> None:
        self.ids.add(product)
        modules = self.entitled[product].setdefault(customer, set())
        if module:
            modules.add(module)
        if unit:
            self.units.setdefault(product, unit)

    def sold(self, product: str, quantity: int | None) -> str:
        """The id under which a subscription names its product."""
        flat = not quantity and self.counts_seats(product)
        found = product + _FLAT if flat else product
        self.ids.add(found)
        return found

    def facts(self) -> list[Product]:
        made = []
        for one in sorted(self.ids):
            name = one.removesuffix(_FLAT)
            unit = SEAT if self.counts_seats(name) else self.units[name]
            unit = "contract" if one != name else unit
            modules = tuple(sorted(self._modules(name)))
            made.append(
                Product(
                    source=SOURCE,
                    source_id=one,
                    name=name,
                    modules=modules,
                    unit=unit,
                    capacity_per_unit=int(unit == SEAT),
                )
            )
        return made

    def _modules(self, name: str) -> set[str]:
        told = [modules for modules in self.entitled.get(name, {}).values() if modules]
        return set.intersection(*told) if told else self.used.get(name, set())


@dataclass
class Known:
    """The workspace's currency and zone, the day of the import, and rows of earlier files."""

    currency: str
    today: int
    zone: tzinfo = UTC
    customers: set[str] = field(default_factory=set)
    contacts: dict[tuple[str, str], str] = field(default_factory=dict)
    """(customer id, e-mail in lower case) -> contact id."""
    seats: dict[tuple[str, str], int] = field(default_factory=dict)
    """(customer id, product) -> seats that its entitlement states."""
    products: Products = field(default_factory=Products)
    items: dict[str, SubscriptionItem] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    changed: dict[str, tuple[Fraction, int]] = field(default_factory=dict)
    statuses: set[str] = field(default_factory=set)

    def entitle(
        self,
        customer: str,
        product: str,
        module: str | None,
        unit: str,
        capacity: int | None,
        since: int | None,
        until: int | None,
    ) -> None:
        """A customer may use a product; seats count on the days from `since` to before `until`."""
        self.products.entitle(customer, product, module, unit)
        here = (since is None or since <= self.today) and (until is None or until > self.today)
        if here and capacity and self.products.counts_seats(product):
            held = self.seats.get((customer, product), 0)
            self.seats[customer, product] = max(held, capacity)
