"""Writing settings into a file that people keep: what they did not change stays as they wrote it."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import tomlkit
from tomlkit.items import AoT, Array

from csmdesk.config.reading import read_settings
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import Settings

_NAMES = ("name", "system", "title")
"""Keys by which an entry of a list is known again after others came or went."""


def write_settings(path: Path, settings: Settings) -> None:
    """Write the settings that differ from the defaults, keeping comments, order and layout.

    A key that a person wrote stays while its value is the same, even when it is the default. Raises
    `BadInput` for a file that cannot be read as it is: what a person wrote is never thrown away.
    """
    text = ""
    if path.exists():
        read_settings(path)
        text = path.read_text(encoding="utf-8")
    document = tomlkit.parse(text)
    _merge(document, as_document(settings), as_document(settings, full=True))
    replace_file(path, tomlkit.dumps(document).encode())


def as_document(settings: Settings, *, full: bool = False) -> dict[str, Any]:
    """Settings as plain TOML values: what differs from the defaults, or (`full`) everything."""
    plain: dict[str, Any] = _plain(settings, full)
    return plain


def replace_file(path: Path, content: bytes) -> None:
    """Put a whole new file in the place of `path`: a crash leaves the old one."""
    staged = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with open(staged, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(staged, path)
    except OSError as error:
        with suppress(OSError):  # a read-only folder refuses this too
            staged.unlink(missing_ok=True)
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error


def _plain(value: Any, full: bool) -> Any:
    if isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(type(value))
        told = ((field, getattr(value, field.name)) for field in fields)
        return {
            field.name: _plain(one, full)
            for field, one in told
            if one is not None and (full or field.required or one != _default(field))
        }
    if isinstance(value, dict):
        return {key: _plain(one, full) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one, full) for one in value]
    return value


def _default(field: Any) -> Any:
    factory = field.default_factory
    return field.default if factory is msgspec.NODEFAULT else factory()


def _merge(target: MutableMapping[str, Any], wanted: dict[str, Any], current: Any) -> None:
    """Make `target` say `wanted`; a key beside them stays while it says what is `current`."""
    for key in list(target):
        same = isinstance(current, dict) and key in current and current[key] == _said(target[key])
        if key not in wanted and not same:
            del target[key]
    for key, value in wanted.items():
        whole = current.get(key, value) if isinstance(current, dict) else value
        if key not in target:
            target[key] = _item(value)
        elif isinstance(value, dict) and isinstance(target[key], MutableMapping):
            _merge(target[key], value, whole)
        elif _said(target[key]) not in (value, whole):
            _replace(target, key, value, whole)


def _said(item: Any) -> Any:
    """The plain value of an item; true and false come as they are."""
    return item.unwrap() if hasattr(item, "unwrap") else item


def _replace(target: MutableMapping[str, Any], key: str, value: Any, whole: Any) -> None:
    old = target[key]
    entries = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    if isinstance(old, AoT | Array) and entries and _merge_entries(old, value, whole):
        return
    if isinstance(old, Array) and isinstance(value, list) and _merge_values(old, value):
        return
    target[key] = _item(value)


def _merge_entries(old: AoT | Array, wanted: list[Any], whole: list[Any]) -> bool:
    """Change a list of tables in place: entries known by name keep their comments. False when their
    order changed, so that the list has to be written anew."""
    names = [_name(one) for one in wanted]
    kept = [name for name in map(_name, old) if name in names]
    if kept != names[: len(kept)] or len(set(names)) < len(names):
        return False
    for place in reversed(range(len(old))):
        if _name(old[place]) not in names:
            del old[place]
    for place, (value, full) in enumerate(zip(wanted, whole, strict=True)):
        if place < len(kept):
            _merge(old[place], value, full)
        else:
            old.append(tomlkit.item(value) if isinstance(old, AoT) else _inline(value))
    return True


def _merge_values(old: Array, wanted: list[Any]) -> bool:
    """Drop and append plain values in place; False when what stays is in another order."""
    kept = [one for one in old.unwrap() if one in wanted]
    if kept != wanted[: len(kept)]:
        return False
    for place in reversed(range(len(old))):
        if old[place] not in wanted:
            del old[place]
    for value in wanted[len(kept) :]:
        old.append(value)
    return True


def _name(entry: Any) -> Any:
    return next((entry[key] for key in _NAMES if key in entry), None)


def _item(value: Any) -> Any:
    return tomlkit.item(value)


def _inline(value: dict[str, Any]) -> Any:
    table = tomlkit.inline_table()
    table.update(value)
    return table
