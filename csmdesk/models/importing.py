"""What the import dialog says: choices, examples as they will be read, reasons, the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.texts import number, plural
from csmdesk.jobs.importing.foreign import NUMBERS, is_dated, plain_dates, plain_numbers
from csmdesk.jobs.importing.tables import CUSTOMERS, NAMES, columns_of, required_of
from csmdesk.models.columns import Cell, Column, plain
from csmdesk.models.rows import ColumnRows

Entry = dict[str, Any]
"""A file as `jobs.importing.look` tells it."""
LEAVE_OUT, AS_IT_IS = "", "\0"
"""Choices for a column beside ours: not read; as a custom property under its own name."""
DATES = (
    ("2026-12-31 (ISO)", ""),
    ("31.12.2026", "%d.%m.%Y"),
    ("31/12/2026", "%d/%m/%Y"),
    ("12/31/2026", "%m/%d/%Y"),
    ("31-12-2026", "%d-%m-%Y"),
    ("2026/12/31", "%Y/%m/%d"),
)
DECIMALS = (("1234.50", ""), ("1,234.50", "."), ("1.234,50", ","))
EXAMPLES, REASONS = 3, 5


def table_choices() -> list[tuple[str, str]]:
    return [("Nothing: leave it out", ""), *((words(name), name) for name in NAMES)]


def column_choices(table: str) -> list[tuple[str, str]]:
    """What a column of a file may feed; required ones are marked."""
    own = [("Custom property", AS_IT_IS)] if table == CUSTOMERS else []
    required = required_of(table)
    ours = [(f"{words(c)}{' *' if c in required else ''}", c) for c in columns_of(table)]
    return [("Not read", LEAVE_OUT), *own, *ours]


def words(name: str) -> str:
    """ "customer_id" -> "Customer id"."""
    return name.replace("_", " ").capitalize()


def feeds(entry: Entry, column: str) -> str:
    """What a column feeds now, as one of `column_choices`."""
    ours: str = entry["columns"].get(column, column)
    if ours in columns_of(entry["table"]):
        return ours
    named = column not in entry["columns"]
    return AS_IT_IS if named and entry["table"] == CUSTOMERS else LEAVE_OUT


def with_choice(entry: Entry, column: str, choice: str) -> Entry:
    """The entry after a person chose what a column feeds; nothing else feeds the same then."""
    kept = {
        other: ours
        for other, ours in entry["columns"].items()
        if other != column and (ours != choice or choice == LEAVE_OUT)
    }
    if choice != AS_IT_IS:
        kept[column] = choice
    lost = [
        other
        for other in entry["header"]
        if other not in kept and other != column and other == choice
    ]
    return entry | {"columns": kept | dict.fromkeys(lost, LEAVE_OUT)}


def examples(entry: Entry, column: str) -> str:
    """The first values of a column; dates and numbers as they are read."""
    place = entry["header"].index(column)
    cells = [row[place] for row in entry["rows"] if row[place]][:EXAMPLES]
    ours = feeds(entry, column)
    if not (is_dated(ours) or ours in NUMBERS):
        return " · ".join(cells)
    read = [[cell] for cell in cells]
    plain_dates([ours], read, entry["date_format"])
    plain_numbers([ours], read, entry["decimal"])
    return " · ".join(
        cell if cell == now else f"{cell} → {now}" for cell, [now] in zip(cells, read, strict=True)
    )


def file_line(entry: Entry) -> str:
    """ "214 rows, 3 would be refused"."""
    if entry["problem"]:
        return str(entry["problem"])
    if not entry["table"]:
        return "Left out"
    refused = f", {number(entry['refused'])} would be refused" if entry["refused"] else ""
    return f"{words(entry['table'])}: {plural(entry['count'], 'row')}{refused}"


def reasons(entry: Entry) -> str:
    """Why rows would be refused, the most frequent reasons first; "" without any."""
    lines = [
        f"{column or 'Row'}: {reason} ({plural(count, 'row')}, first in line {number(line)})"
        for column, reason, count, line in entry["reasons"][:REASONS]
    ]
    return "\n".join(lines)


def importable(entries: Sequence[Entry]) -> int:
    """Rows that would go in; 0 while something stands in the way."""
    if any(one["problem"] for one in entries if one["table"]):
        return 0
    if not any(one["table"] == CUSTOMERS for one in entries):
        return 0
    return sum(one["count"] - one["refused"] for one in entries if one["table"])


def in_the_way(entries: Sequence[Entry]) -> str:
    """Why nothing can be imported yet, "" when it can."""
    problem = next((one for one in entries if one["table"] and one["problem"]), None)
    if problem is not None:
        return f"{Path(problem['path']).name}: {problem['problem']}"
    if not any(one["table"] == CUSTOMERS for one in entries):
        return "Say which file holds the customers: every other file refers to them."
    return "" if importable(entries) else "No row of these files can be used."


RESULT_COLUMNS = (
    Column("file", "File", 190, plain("file"), Cell.STRONG),
    *(
        Column(key, title, 92, plain(key), Cell.NUMBER, right=True)
        for key, title in (
            ("added", "Added"),
            ("changed", "Changed"),
            ("unchanged", "Unchanged"),
            ("refused", "Refused"),
            ("gone", "Deleted"),
        )
    ),
)


def result_rows(imported: Mapping[str, Any]) -> ColumnRows:
    files = imported["files"]
    numbers = {
        column.key: np.array([one[column.key] for one in files], dtype=np.int64)
        for column in RESULT_COLUMNS[1:]
    }
    names = [str(one["file"]) for one in files]
    return ColumnRows(Columns({"file": names, **numbers}, len(files)), 0, "", names)
