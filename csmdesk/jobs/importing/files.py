"""Reading a folder: each file as rows of texts, whatever its format."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from csmdesk.domain.errors import BadInput
from csmdesk.jobs.importing.foreign import plain_dates, plain_numbers, rename_values
from csmdesk.jobs.importing.mapping import FileMapping
from csmdesk.jobs.importing.texts import ENDINGS, opened, separator

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_CELL = 10_000_000  # characters; the body of a ticket may be long
_DIGITS = 15
"""Of a binary number: what a spreadsheet shows of 0.1 + 0.2 is 0.3."""


@dataclass(slots=True)
class Sheet:
    """A file as stripped texts ("" = missing) under our column names.

    `lines[i]` is the line of row i in the file (the header is line 1); `broken` are lines that are
    no rows, with the reason.
    """

    path: Path
    columns: list[str]
    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    broken: list[tuple[int, str]] = field(default_factory=list)

    def frame(self) -> pd.DataFrame:
        """The same rows as a frame, indexed by line."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=self.columns, index=self.lines, dtype=str)


def find_file(folder: Path, name: str, mapping: FileMapping) -> Path | None:
    """The file of an import table: the mapping's, or name + one of the known endings."""
    if mapping.file:
        path = folder / mapping.file
        if path.resolve().parent != folder.resolve():
            raise BadInput(f"The mapping names {mapping.file}, which is outside {folder}.")
        if not path.exists():
            raise BadInput(f"The mapping names {path}, which does not exist.")
        return path
    found = [path for ending in ENDINGS if (path := folder / f"{name}{ending}").exists()]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise BadInput(f"{folder} holds both {names}.", "Keep one of them.")
    return found[0] if found else None


def read_raw(path: Path) -> Sheet:
    """Read a file of any known ending, as it stands."""
    try:
        return _read(path)
    except (OSError, EOFError, ValueError, csv.Error, zlib.error) as error:
        reason = str(error).splitlines()[0]
        remedy = "Save it again, a text file as UTF-8."
        raise BadInput(f"{path.name} cannot be read: {reason}.", remedy) from error
    except ImportError as error:
        raise BadInput(
            f"{path.name} cannot be read without the import extras.",
            'Run “pip install "csmdesk[import]"”, or save the file as CSV.',
        ) from error


def under_our_names(raw: Sheet, mapping: FileMapping) -> Sheet:
    """A sheet with the columns, values, dates and numbers of the import format. A column that is
    mapped to "" is left out."""
    names = [mapping.columns.get(column, column) for column in raw.columns]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise BadInput(
            f"{raw.path.name} has the column {twice[0]} twice.", "Leave one of them out."
        )
    kept = [place for place, name in enumerate(names) if name]
    columns, rows = names, raw.rows
    if len(kept) < len(names):
        columns = [names[place] for place in kept]
        rows = [[row[place] for place in kept] for row in raw.rows]
    rename_values(columns, rows, mapping.values)
    plain_dates(columns, rows, mapping.date_format)
    plain_numbers(columns, rows, mapping.decimal)
    return replace(raw, columns=columns, rows=rows)


def read_sheet(path: Path, mapping: FileMapping) -> Sheet:
    return under_our_names(read_raw(path), mapping)


def _read(path: Path) -> Sheet:
    name = path.name.lower()
    if name.endswith(".xlsx"):
        return _workbook(path)
    if name.endswith(".parquet"):
        import pandas as pd

        return _typed(path, pd.read_parquet(path))
    with opened(path) as text:
        return _csv(path, text)


def _workbook(path: Path) -> Sheet:
    import pandas as pd
    import python_calamine

    try:
        frame = pd.read_excel(path, dtype=object, engine="calamine", keep_default_na=False)
    except python_calamine.CalamineError as error:
        raise ValueError(str(error)) from error
    return _typed(path, frame)


def _csv(path: Path, text: TextIO) -> Sheet:
    csv.field_size_limit(_LONGEST_CELL)
    lines = _numbered(csv.reader(text, delimiter=separator(text), strict=True))
    _, header = next(lines, (1, []))
    sheet = Sheet(path, [name.strip() for name in header])
    width = len(header)
    for line, cells in lines:
        if any(cell.strip() for cell in cells[width:]):
            sheet.broken.append((line, f"has {len(cells)} cells, the header has {width}"))
        elif any(cells):
            sheet.lines.append(line)
            padded = cells[:width] + [""] * (width - len(cells))
            sheet.rows.append([cell.strip() for cell in padded])
    return sheet


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins (a quoted cell may span several)."""
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise csv.Error(f"line {line}: {error}") from error


def _typed(path: Path, frame: pd.DataFrame) -> Sheet:
    """Typed cells (dates, numbers, booleans) as the text the CSV form would have."""
    columns = [[_cell_text(value) for value in frame[name]] for name in frame.columns]
    rows = [list(cells) for cells in zip(*columns, strict=True)]
    filled = [place for place, cells in enumerate(rows) if any(cells)]
    names = [str(name).strip() for name in frame.columns]
    return Sheet(path, names, [place + 2 for place in filled], [rows[place] for place in filled])


def _cell_text(value: Any) -> str:
    import pandas as pd

    if isinstance(value, str):
        return value.strip()
    if pd.api.types.is_list_like(value):
        return ";".join(map(_cell_text, value))
    if pd.isna(value):
        return ""
    if isinstance(value, datetime):
        whole = value.tzinfo is None and value.time() == time()
        return value.date().isoformat() if whole else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.{_DIGITS}g}"
    return str(value).strip()
