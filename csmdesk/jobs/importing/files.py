"""Reading a folder: each file as rows of texts, whatever its format."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from csmdesk.domain.errors import BadInput

ENDINGS = (".csv", ".csv.gz", ".parquet", ".xlsx")


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How a foreign file is read: its columns and values under our names."""

    file: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_format: str = ""
    """strptime format of the file's dates, where they are not ISO 8601."""


def read_mapping(path: Path | None) -> dict[str, FileMapping]:
    """The mapping file: one table per import file, see docs/import.md."""
    if path is None:
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: FileMapping(**table) for name, table in document.items()}
    except OSError as error:
        raise BadInput(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise BadInput(
            f"The mapping {path} is not valid: {error}.", "Correct that line."
        ) from error


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


def read_frame(path: Path, mapping: FileMapping) -> pd.DataFrame:
    """A file as a frame of stripped texts ("" = missing) under our column names."""
    try:
        frame = _read(path)
    except (OSError, ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(
            f"{path.name} cannot be read: {reason}.", "Save it again as UTF-8 CSV."
        ) from error
    frame.columns = [str(column).strip() for column in frame.columns]
    frame = frame.rename(columns=dict(mapping.columns))
    duplicated = sorted(frame.columns[frame.columns.duplicated()])
    if duplicated:
        raise BadInput(f"{path.name} has the column {duplicated[0]} twice.")
    for column, names in mapping.values.items():
        if column in frame:
            frame[column] = frame[column].replace(dict(names))
    return _iso_dates(frame, mapping.date_format)


def _read(path: Path) -> pd.DataFrame:
    if path.name.endswith(".parquet"):
        return _texts(pd.read_parquet(path))
    if path.name.endswith(".xlsx"):
        return _texts(pd.read_excel(path, dtype=object, engine="calamine"))
    frame: pd.DataFrame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    stripped: pd.DataFrame = frame.apply(lambda column: column.str.strip())
    return stripped


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Typed cells (dates, numbers, booleans) as the text the CSV form would have."""
    texts: pd.DataFrame = frame.apply(lambda column: column.map(_cell_text))
    return texts


def _cell_text(value: Any) -> str:
    if value is None or value is pd.NaT or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        midnight = value == value.normalize() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _iso_dates(frame: pd.DataFrame, date_format: str) -> pd.DataFrame:
    """Dates in a foreign format as ISO text; a cell that does not match stays and is refused."""
    if not date_format:
        return frame
    for column in frame.columns:
        if column.endswith(("_on", "_at")) or column in ("day", "cancel_at", "trial_end", "at"):
            parsed = pd.to_datetime(frame[column], format=date_format, errors="coerce")
            iso = parsed.dt.strftime("%Y-%m-%d")
            frame[column] = iso.where(parsed.notna(), frame[column])
    return frame
