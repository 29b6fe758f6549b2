"""As much SOQL as clients of the sandbox speak: one object, conditions joined by AND, order, limit."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from csmdesk.sandbox.salesforce import errors

_QUERY = re.compile(
    r"\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<object>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+ORDER\s+BY\s+(?P<order>.+?))?"
    r"(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(
    r"\s*(?P<field>\w+)\s*(?P<op>>=|<=|!=|=|>|<|\s+IN\s+)\s*(?P<value>.+?)\s*", re.IGNORECASE
)
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.000)?(?:Z|\+00:00)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "IN": lambda value, wanted: value in wanted,
}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    op: str
    value: Any

    def holds(self, row: Mapping[str, Any]) -> bool:
        found = row[self.field]
        if (found is None or self.value is None) and self.op not in ("=", "!="):
            return False
        return _COMPARE[self.op](found, self.value)


@dataclass(frozen=True, slots=True)
class Query:
    sobject: str
    fields: tuple[str, ...]
    where: tuple[Condition, ...]
    order: tuple[str, ...]
    limit: int | None

    @property
    def names(self) -> set[str]:
        """Every field that the query speaks of."""
        return {*self.fields, *self.order, *(condition.field for condition in self.where)}


def parsed(text: str) -> Query:
    """The query, or 400 MALFORMED_QUERY."""
    found = _QUERY.fullmatch(text)
    if found is None:
        raise _malformed(text)
    order = [part.split() for part in (found["order"] or "").split(",") if part.strip()]
    if any(word.upper() != "ASC" for part in order for word in part[1:]):
        raise _malformed(text)
    return Query(
        found["object"],
        tuple(name.strip() for name in found["fields"].split(",")),
        tuple(_condition(part) for part in _parts(found["where"] or "")),
        tuple(part[0] for part in order),
        int(found["limit"]) if found["limit"] else None,
    )


def _parts(where: str) -> list[str]:
    return re.split(r"\s+AND\s+", where, flags=re.IGNORECASE) if where else []


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise _malformed(text)
    op = found["op"].strip().upper()
    return Condition(found["field"], op, _value(found["value"], op))


def _value(text: str, op: str) -> Any:
    if op == "IN":
        return {_value(part.strip(), "=") for part in text.strip("()").split(",")}
    if text.startswith("'") and text.endswith("'"):
        return text[1:-1]
    if (instant := _INSTANT.fullmatch(text)) is not None:
        return f"{instant[1]}.000+0000"
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return float(text)
    except ValueError:
        raise _malformed(text) from None


def _malformed(text: str) -> Exception:
    return errors.refuse(400, "MALFORMED_QUERY", f"unexpected token: {text[:80]}")
