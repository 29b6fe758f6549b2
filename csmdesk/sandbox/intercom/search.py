"""The search bodies of contacts, conversations and tickets: filters nested by AND and OR."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from csmdesk.sandbox.intercom import errors
from csmdesk.sandbox.wire import Json

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "IN": lambda value, wanted: value in wanted,
    "NIN": lambda value, wanted: value not in wanted,
    "~": lambda value, wanted: str(wanted).casefold() in str(value).casefold(),
    "!~": lambda value, wanted: str(wanted).casefold() not in str(value).casefold(),
    "^": lambda value, wanted: str(value).startswith(str(wanted)),
    "$": lambda value, wanted: str(value).endswith(str(wanted)),
}
_NEGATIONS = frozenset({"!=", "NIN", "!~"})

Test = Callable[[Json], bool]


def test_of(query: object) -> Test:
    """The predicate of a query on a rendered row; 400 for what is no query."""
    if not isinstance(query, dict):
        raise errors.refuse(400, "parameter_invalid", "query must be an object")
    op, value = query.get("operator"), query.get("value")
    if op in {"AND", "OR"}:
        if not isinstance(value, list):
            raise errors.refuse(400, "parameter_invalid", f"value of {op} must be a list")
        parts = [test_of(part) for part in value]
        join = all if op == "AND" else any
        return lambda row: join(part(row) for part in parts)
    field = query.get("field")
    if not isinstance(field, str) or op not in _COMPARE:
        raise errors.refuse(400, "parameter_invalid", "a filter needs a field and an operator")
    return lambda row: _passes(_value(row, field), str(op), value)


def _value(row: Json, field: str) -> Any:
    found: Any = row
    for part in field.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _passes(value: Any, op: str, wanted: Any) -> bool:
    if value is None or wanted is None:
        return (value is wanted) is (op not in _NEGATIONS)
    if isinstance(value, int) and isinstance(wanted, str) and wanted.lstrip("-").isdigit():
        wanted = int(wanted)
    try:
        return bool(_COMPARE[op](value, wanted))
    except TypeError as error:
        raise errors.refuse(400, "parameter_invalid", f"{wanted!r} does not fit") from error
