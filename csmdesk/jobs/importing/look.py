"""Looking at files before they are imported: what each is, its first rows, what would be refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from csmdesk.domain.cancel import CancelToken, Progress, Report
from csmdesk.domain.errors import BadInput
from csmdesk.jobs.importing import files, guess
from csmdesk.jobs.importing.files import Sheet
from csmdesk.jobs.importing.job import Import, refuse_demo
from csmdesk.jobs.importing.mapping import MAPPING_NAME, FileMapping, mappings_of, read_mapping
from csmdesk.jobs.importing.report import TableReport
from csmdesk.jobs.importing.tables import NAMES, missing_columns
from csmdesk.jobs.importing.texts import ENDINGS
from csmdesk.jobs.session import Session

SHOWN_ROWS, SHOWN_REASONS = 8, 12
CHOICES = ("table", "columns", "values", "date_format", "decimal")
"""What a person may say of a file."""
GUESSED_FROM = 200
"""Rows by which the sign of numbers is guessed."""


def look(
    session: Session,
    paths: Sequence[Path],
    given: Mapping[str, Any],
    cancel: CancelToken,
    report: Report,
) -> list[dict[str, Any]]:
    """What importing these files (or those of these folders) would do; nothing is written.

    `given`: path -> any of `CHOICES` as a person chose; what is not there is as the mapping file
    beside the files says, or guessed. Returns one entry a file in the same words, with `rows` (the
    first ones, as they stand), `count`, `refused`, `reasons` ([column, reason, how many, first
    line]) and `problem`.
    """
    refuse_demo(session)
    listed = _listed(paths)
    found = []
    for place, path in enumerate(listed):
        cancel.check()
        report(Progress("look", f"Reading {path.name}", place, len(listed)))
        found.append(_look_at(path, given.get(str(path)) or _kept(path)))
    sheets: dict[str, Sheet] = {}
    entries: dict[str, dict[str, Any]] = {}
    for entry, raw in found:
        cancel.check()
        if raw is None or not entry["table"]:
            continue
        try:
            sheet = files.under_our_names(raw, _mapping_of(entry))
        except BadInput as error:
            entry["problem"] = error.sentence()
            continue
        missing = missing_columns(entry["table"], sheet.columns)
        if missing:
            entry["problem"] = f"No column feeds {', '.join(missing)}, which is required."
        elif entry["table"] in sheets:
            entry["problem"] = f"Another file is {entry['table']} already; leave one of them out."
        else:
            sheets[entry["table"]], entries[entry["table"]] = sheet, entry
    _try(session, sheets, entries, cancel, report)
    return [entry for entry, _ in found]


def mapping_document(entries: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The mapping file that says what a person chose for these files."""
    return {
        entry["table"]: {
            "file": Path(entry["path"]).name,
            "columns": {k: v for k, v in entry["columns"].items() if k != v},
            "values": entry["values"],
            "date_format": entry["date_format"],
            "decimal": entry["decimal"],
        }
        for entry in entries
        if entry["table"]
    }


def _listed(paths: Sequence[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        found.update((one, None) for one in inside if one.name.lower().endswith(ENDINGS))
    return list(found)


def _look_at(path: Path, given: Mapping[str, Any]) -> tuple[dict[str, Any], Sheet | None]:
    entry: dict[str, Any] = {
        "path": str(path), "table": "", "columns": {}, "values": {},
        "date_format": "", "decimal": "",
        "header": [], "rows": [], "count": 0, "refused": 0, "reasons": [], "problem": "",
    }  # fmt: skip
    try:
        raw = files.read_raw(path)
    except BadInput as error:
        return entry | {"problem": error.sentence()}, None
    entry |= _guessed(path, raw, given)
    entry |= {
        "header": raw.columns,
        "rows": raw.rows[:SHOWN_ROWS],
        "count": len(raw.rows) + len(raw.broken),
    }
    # Read in place below, so that what is shown must not change with it.
    entry["rows"] = [list(row) for row in entry["rows"]]
    return entry, raw


def _kept(path: Path) -> dict[str, Any]:
    """What the mapping file beside a file says of it; BadInput when it cannot be read."""
    place = path.parent / MAPPING_NAME
    for name, mapping in read_mapping(place if place.exists() else None).items():
        if path.name == mapping.file or (not mapping.file and path.name.split(".")[0] == name):
            return {"table": name} | {key: getattr(mapping, key) for key in CHOICES[1:]}
    return {}


def _guessed(path: Path, raw: Sheet, given: Mapping[str, Any]) -> dict[str, Any]:
    """How a file is read: as a person chose, else as it looks."""
    table = given.get("table")
    if table is None:
        table = guess.table_of(path.name.split(".")[0], raw.columns)
    columns = given.get("columns")
    if columns is None:
        columns = guess.columns_for(table, raw.columns) if table else {}
    named = [columns.get(column, column) for column in raw.columns]
    first = raw.rows[:GUESSED_FROM]
    dates, decimal = given.get("date_format"), given.get("decimal")
    return {
        "table": table,
        "columns": columns,
        "values": given.get("values", {}),
        "date_format": guess.date_format(named, raw.rows) if dates is None else dates,
        "decimal": guess.decimal_sign(named, first) if decimal is None else decimal,
    }


def _mapping_of(entry: Mapping[str, Any]) -> FileMapping:
    return mappings_of(mapping_document([entry]))[entry["table"]]


def _try(
    session: Session,
    sheets: dict[str, Sheet],
    entries: Mapping[str, dict[str, Any]],
    cancel: CancelToken,
    report: Report,
) -> None:
    """Make the facts of every row, and count what would be refused."""
    trial = Import(session, cancel, writes=False)
    trial.everything(sheets, report)
    tried = [entries[name] for name in NAMES if name in entries]
    first: dict[tuple[str, str, str], int] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for file, line, column, reason in trial.summary.refused:
        first.setdefault((file, column, reason), line)
        counts[file, column, reason] += 1
    for entry, table in zip(tried, trial.summary.tables, strict=True):
        _tell(entry, table, counts, first)


def _tell(
    entry: dict[str, Any],
    table: TableReport,
    counts: Counter[tuple[str, str, str]],
    first: Mapping[tuple[str, str, str], int],
) -> None:
    entry["refused"] = table.refused
    entry["reasons"] = [
        [column, reason, count, first[file, column, reason]]
        for (file, column, reason), count in counts.most_common()
        if file == table.file
    ][:SHOWN_REASONS]


def places_of(entries: Sequence[Mapping[str, Any]]) -> dict[str, Path]:
    """The file of each import table; BadInput when two are said to be the same."""
    places: dict[str, Path] = {}
    for entry in entries:
        name = entry["table"]
        if not name:
            continue
        if name not in NAMES or name in places:
            raise BadInput(f"Two files are said to be {name}.", "Leave one of them out.")
        places[name] = Path(entry["path"])
    return places
