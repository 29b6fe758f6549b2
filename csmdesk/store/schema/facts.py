"""Fact tables, made from the classes of `domain.facts`, and the packed daily usage."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from csmdesk.domain.facts import FACTS, Fact
from csmdesk.store.schema.meta import blob, integer, key, key_int, table, text

_SQL_TYPES = {
    "str": Text,
    "int": BigInteger,
    "Day": BigInteger,
    "Instant": BigInteger,
    "Minor": BigInteger,
    "bool": Boolean,
    "Names": Text,
    "Json": Text,
}
_OPTIONAL = " | None"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a fact. `kind` is its annotation without "| None"."""

    name: str
    kind: str
    optional: bool

    @property
    def numeric(self) -> bool:
        return self.kind in ("int", "Day", "Instant", "Minor")

    @property
    def packed(self) -> bool:
        """Stored as JSON text."""
        return self.kind in ("Names", "Json")


@dataclass(frozen=True, slots=True)
class Shape:
    """A fact class, its fields in table order and its table."""

    name: str
    cls: type[Fact]
    fields: tuple[Field, ...]
    table: Table

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    def has(self, name: str) -> bool:
        return any(field.name == name for field in self.fields)


def _shape(name: str, cls: type[Fact]) -> Shape:
    found = []
    for item in fields(cls):
        annotation = str(item.type)
        kind = annotation.removesuffix(_OPTIONAL)
        found.append(Field(item.name, kind, annotation.endswith(_OPTIONAL)))
    columns: list[Column[Any]] = [
        Column(
            field.name,
            _SQL_TYPES[field.kind],
            primary_key=field.name in ("source", "source_id"),
            nullable=field.optional,
        )
        for field in found
    ]
    made = table(f"fact_{name}", *columns)
    for parent in ("account_id", "subscription_id", "contact_id"):
        if parent in made.c:
            Index(f"ix_fact_{name}_{parent}", made.c[parent], made.c.source)
    return Shape(name, cls, tuple(found), made)


SHAPES: dict[str, Shape] = {name: _shape(name, cls) for name, cls in FACTS.items()}
BY_CLASS: dict[type[Fact], Shape] = {shape.cls: shape for shape in SHAPES.values()}

USAGE_CELLS = table(
    "usage_cells",
    key("source"),
    key("account_id"),
    key("kind"),
    integer("first_day"),
    text("names"),
    blob("cells"),
)
"""One packed array per account and kind; see `store.usage`."""

USAGE_NAME = table("usage_name", key("source"), key("name"), text("module"), text("product"))
"""Module and product of every feature name, as the source last told them."""

USAGE_COVERAGE = table("usage_coverage", key("source"), key("kind"), integer("first_day"))
"""First day for which the source ever gave data of this kind."""

FX_RATE = table("fx_rate", key("currency"), key_int("from_day"), integer("num"), integer("den", 1))
"""Minor units of the reporting currency for one minor unit, from this day on. Owned by work."""
