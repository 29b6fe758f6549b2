"""Checking a parsed file against the typed shapes: every wrong key and value, not the first only."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin

import msgspec

from csmdesk.domain.errors import BadSetting
from csmdesk.domain.settings import Settings

Path = tuple[str | int, ...]

_WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple[str, ...]: "a list of texts",
    tuple[int, ...]: "a list of whole numbers",
    tuple[tuple[float, int], ...]: "a list of [value, whole score] pairs",
}


def shape_problems(document: dict[str, Any]) -> list[BadSetting]:
    """Everything in a parsed file that is not of the shape of `Settings`, in the file's order."""
    return _check(document, Settings, ())


def _check(value: Any, kind: Any, path: Path) -> list[BadSetting]:
    kind = _without_none(kind)
    if _is_struct(kind):
        return _check_table(value, kind, path)
    arguments = get_args(kind)
    if get_origin(kind) is dict:
        if not isinstance(value, dict):
            return [BadSetting(path, _shown(value), "a table")]
        return [p for key, one in value.items() for p in _check(one, arguments[1], (*path, key))]
    if get_origin(kind) is tuple and _is_struct(arguments[0]):
        if not isinstance(value, list):
            return [BadSetting(path, _shown(value), "a list of tables")]
        return [p for at, one in enumerate(value) for p in _check(one, arguments[0], (*path, at))]
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return [BadSetting(path, _shown(value), _WORDS[kind])]
    return []


def _check_table(value: Any, kind: Any, path: Path) -> list[BadSetting]:
    if not isinstance(value, dict):
        return [BadSetting(path, _shown(value), "a table")]
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    found = []
    for key, one in value.items():
        if key in fields:
            found += _check(one, fields[key].type, (*path, key))
        else:
            rule = f"one of {', '.join(sorted(fields))}"
            found.append(BadSetting((*path, key), "not a known key", rule))
    for name, field in fields.items():
        if field.required and name not in value:
            found.append(BadSetting((*path, name), "missing", _WORDS[field.type]))
    return found


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _without_none(kind: Any) -> Any:
    """The type of a key that may be left out: TOML knows no null."""
    if get_origin(kind) in (Union, types.UnionType):
        return next(one for one in get_args(kind) if one is not type(None))
    return kind


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str | list | dict) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
