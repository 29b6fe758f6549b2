"""The comparison operators of a CRM search, on rendered property values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from csmdesk.sandbox.hubspot.values import number

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "EQ": operator.eq,
    "NEQ": operator.ne,
    "LT": operator.lt,
    "LTE": operator.le,
    "GT": operator.gt,
    "GTE": operator.ge,
}
NEEDS_VALUE = frozenset({*COMPARE, "BETWEEN", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"})
OPERATORS = NEEDS_VALUE | {"IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"}


def matches(
    value: str | None, op: str, wanted: str, high: str, values: list[str], numeric: bool
) -> bool:
    """Whether a property value passes one filter; a missing value passes only the negations."""
    if op == "HAS_PROPERTY":
        return value is not None
    if op == "NOT_HAS_PROPERTY":
        return value is None
    if value is None:
        return op in {"NEQ", "NOT_IN", "NOT_CONTAINS_TOKEN"}
    if op in {"IN", "NOT_IN"}:
        inside = value.casefold() in {item.casefold() for item in values}
        return inside is (op == "IN")
    if op in {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}:
        inside = _has_token(value, wanted)
        return inside is (op == "CONTAINS_TOKEN")
    if op == "BETWEEN":
        return _compare(value, "GTE", wanted, numeric) and _compare(value, "LTE", high, numeric)
    return _compare(value, op, wanted, numeric)


def _compare(value: str, op: str, wanted: str, numeric: bool) -> bool:
    left, right = (number(value), number(wanted)) if numeric else (None, None)
    if left is not None and right is not None:
        return bool(COMPARE[op](left, right))
    return bool(COMPARE[op](value.casefold(), wanted.casefold()))


def _has_token(value: str, wanted: str) -> bool:
    """Whole words; `*` stands for anything at an end of the word."""
    words = value.casefold().replace("@", " ").replace(".", " ").split()
    token = wanted.casefold().strip("*")
    if not wanted.startswith("*") and not wanted.endswith("*"):
        return token in words
    return any(token in word for word in words)
