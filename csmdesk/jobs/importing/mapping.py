"""The mapping file: how foreign files are read, one table per import file (docs/import.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from csmdesk.config.writing import replace_file
from csmdesk.domain.errors import BadInput

DECIMALS = (".", ",")
MAPPING_NAME = "mapping.toml"
"""What the window calls a mapping file, and looks for beside the files."""


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How a foreign file is read: its columns and values under our names ("" = left out)."""

    file: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_format: str = ""
    """strptime format of the file's dates, where they are not ISO 8601."""
    decimal: str = ""
    """The sign between whole and part of the file's numbers, "." or ","; what parts thousands is
    then left out. "" = numbers are written as they are."""


def read_mapping(path: Path | None) -> dict[str, FileMapping]:
    """The mapping file, {} without one."""
    if path is None:
        return {}
    try:
        return mappings_of(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadInput(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise BadInput(
            f"The mapping {path} is not valid: {error}.", "Correct that line."
        ) from error


def mappings_of(document: Mapping[str, Any]) -> dict[str, FileMapping]:
    """The tables of a mapping file. Raises TypeError that names what is wrong."""
    return {name: _mapping(name, table) for name, table in document.items()}


def write_mapping(path: Path, document: Mapping[str, Any]) -> None:
    """Keep a mapping for the next time; what says nothing is left out."""
    mappings_of(document)
    told = {
        name: {key: value for key, value in table.items() if value}
        for name, table in document.items()
    }
    replace_file(path, tomlkit.dumps(told).encode())


def _mapping(name: str, table: Any) -> FileMapping:
    if not isinstance(table, dict):
        raise TypeError(f"{name} is no table")
    unknown = sorted(set(table) - {"file", "columns", "values", "date_format", "decimal"})
    if unknown:
        raise TypeError(f"{name}.{unknown[0]} is not known")
    columns, values = table.get("columns", {}), table.get("values", {})
    renames = [columns, *values.values()] if isinstance(values, dict) else [None]
    texts = [table.get(key, "") for key in ("file", "date_format", "decimal")]
    for rename in renames:
        if not isinstance(rename, dict):
            raise TypeError(f"{name}.columns and {name}.values take tables of names")
        texts += rename.values()
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"{name} takes texts only")
    if table.get("decimal", "") not in ("", *DECIMALS):
        raise TypeError(f'{name}.decimal is neither "." nor ","')
    return FileMapping(**table)
