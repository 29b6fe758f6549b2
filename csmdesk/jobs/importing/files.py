"""Reading a folder: each file as rows of texts, whatever its format."""

from __future__ import annotations

import csv
import gzip
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from csmdesk.domain.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".csv.gz", ".parquet", ".xlsx")
_DATED = ("day", "at", "cancel_at", "trial_end", "since", "until")


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How a foreign file is read: its columns and values under our names."""

    file: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_format: str = ""
    """strptime format of the file's dates, where they are not ISO 8601."""


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


def read_mapping(path: Path | None) -> dict[str, FileMapping]:
    """The mapping file: one table per import file, see docs/import.md."""
    if path is None:
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: _mapping(name, table) for name, table in document.items()}
    except OSError as error:
        raise BadInput(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise BadInput(
            f"The mapping {path} is not valid: {error}.", "Correct that line."
        ) from error


def _mapping(name: str, table: Any) -> FileMapping:
    """One table of the mapping file. Raises TypeError that names what is wrong."""
    if not isinstance(table, dict):
        raise TypeError(f"{name} is no table")
    unknown = sorted(set(table) - {"file", "columns", "values", "date_format"})
    if unknown:
        raise TypeError(f"{name}.{unknown[0]} is not known")
    columns, values = table.get("columns", {}), table.get("values", {})
    renames = [columns, *values.values()] if isinstance(values, dict) else [None]
    texts = [table.get("file", ""), table.get("date_format", "")]
    for rename in renames:
        if not isinstance(rename, dict):
            raise TypeError(f"{name}.columns and {name}.values take tables of names")
        texts += rename.values()
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"{name} takes texts only")
    return FileMapping(**table)


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


def read_sheet(path: Path, mapping: FileMapping) -> Sheet:
    """Read a file of any known ending and put it under our names."""
    try:
        sheet = _read(path)
    except (OSError, EOFError, ValueError, csv.Error) as error:
        reason = str(error).splitlines()[0]
        remedy = "Save it again." if path.suffix in (".parquet", ".xlsx") else "Save it as UTF-8."
        raise BadInput(f"{path.name} cannot be read: {reason}.", remedy) from error
    except ImportError as error:
        raise BadInput(
            f"{path.name} cannot be read without the import extras.",
            'Run “pip install "csmdesk[import]"”, or save the file as CSV.',
        ) from error
    sheet.columns = [mapping.columns.get(column, column) for column in sheet.columns]
    twice = sorted({name for name in sheet.columns if name and sheet.columns.count(name) > 1})
    if twice:
        raise BadInput(f"{path.name} has the column {twice[0]} twice.")
    _rename_values(sheet, mapping)
    _iso_dates(sheet, mapping.date_format)
    return sheet


def _read(path: Path) -> Sheet:
    name = path.name.lower()
    if name.endswith((".parquet", ".xlsx")):
        import pandas as pd

        if name.endswith(".parquet"):
            return _typed(path, pd.read_parquet(path))
        return _typed(path, pd.read_excel(path, dtype=object, engine="calamine"))
    if name.endswith(".gz"):
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as text:
            return _csv(path, text)
    with open(path, encoding="utf-8-sig", newline="") as text:
        return _csv(path, text)


def _csv(path: Path, text: TextIO) -> Sheet:
    lines = _numbered(csv.reader(text, strict=True))
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
    for cells in reader:
        yield line, cells
        line = reader.line_num + 1


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
    if pd.isna(value):
        return ""
    if isinstance(value, datetime):
        whole = value.tzinfo is None and value.time() == time()
        return value.date().isoformat() if whole else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _rename_values(sheet: Sheet, mapping: FileMapping) -> None:
    for column, names in mapping.values.items():
        if column in sheet.columns:
            place = sheet.columns.index(column)
            for row in sheet.rows:
                row[place] = names.get(row[place], row[place])


def _iso_dates(sheet: Sheet, date_format: str) -> None:
    """Dates in a foreign format as ISO text; a cell that does not match stays and is refused."""
    if not date_format:
        return
    for place, column in enumerate(sheet.columns):
        if not column.endswith(("_on", "_at")) and column not in _DATED:
            continue
        for row in sheet.rows:
            row[place] = _iso_date(row[place], date_format)


def _iso_date(text: str, date_format: str) -> str:
    try:
        moment = datetime.strptime(text, date_format)
    except ValueError:
        return text
    whole = moment.tzinfo is None and moment.time() == time()
    return moment.date().isoformat() if whole else moment.isoformat()
