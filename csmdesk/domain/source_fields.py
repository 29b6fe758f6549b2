"""Which field of a system feeds which field here: what the system has, and what is chosen."""

from __future__ import annotations

from dataclasses import dataclass

CURRENCY = "currency"
"""Kind of what is no field but a currency: that of all rows, where the system tells none."""


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of the account at the system. `kind`: text, number, date, choice, yes or no; `example`
    a value of it, "" when none was seen; `custom`: the account's own, not the vendor's."""

    name: str
    label: str
    kind: str = "text"
    example: str = ""
    custom: bool = False


@dataclass(frozen=True, slots=True)
class FieldTable:
    """`now`: our field -> name of the system's, "" for none; `defaults`: the same before anybody
    chose; `own`: every field that can be chosen."""

    system: str
    now: dict[str, str]
    defaults: dict[str, str]
    own: tuple[OwnField, ...]
