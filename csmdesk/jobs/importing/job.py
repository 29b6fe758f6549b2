"""The import job: reads every file, refuses bad rows by name, writes the rest, reports both."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from csmdesk.domain.cancel import CancelToken, Progress, Report
from csmdesk.domain.errors import BadInput
from csmdesk.domain.facts import FACTS, Fact
from csmdesk.jobs.importing import files, usage
from csmdesk.jobs.importing.files import FileMapping
from csmdesk.jobs.importing.rows import SOURCE, Known
from csmdesk.jobs.importing.tables import TABLES, ImportTable
from csmdesk.jobs.importing.values import BadCell
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.session import Session
from csmdesk.store import cursors, facts, identity
from csmdesk.store import usage as stored_usage

PAGE = 5_000
REFUSED_NAME = "import-refused.csv"


@dataclass
class TableReport:
    """What happened to one file."""

    file: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    gone: int = 0

    def as_json(self) -> dict[str, str | int]:
        return dict(vars(self))


@dataclass
class ImportSummary:
    """All files, the refused rows (file, line, column, reason) and other messages."""

    tables: list[TableReport] = field(default_factory=list)
    refused: list[tuple[str, int, str, str]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {
            "files": [table.as_json() for table in self.tables],
            "refused": [
                {"file": file, "line": line, "column": column, "reason": reason}
                for file, line, column, reason in self.refused
            ],
            "messages": self.messages,
        }


def import_folder(
    session: Session,
    folder: Path,
    cancel: CancelToken,
    report: Report,
    mapping: Path | None = None,
    *,
    mirror: bool = False,
) -> ImportSummary:
    """Import every known file of a folder. `BadInput` when there is no customers file at all."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder.", "Name a folder that holds customers.csv.")
    mappings = files.read_mapping(mapping)
    with workspace_lock(session.workspace.folder):
        run = _Import(session, folder, mappings, mirror)
        for place, table in enumerate(TABLES):
            cancel.check()
            report(Progress("import", f"Importing {table.name}", place, len(TABLES) + 1))
            run.table(table)
        report(Progress("import", "Importing usage", len(TABLES), len(TABLES) + 1))
        run.usage(cancel)
        run.finish()
    return run.summary


class _Import:
    """One import: what is known so far and what it reports."""

    def __init__(
        self, session: Session, folder: Path, mappings: dict[str, FileMapping], mirror: bool
    ) -> None:
        self._session, self._folder, self._mappings = session, folder, mappings
        self._mirror = mirror
        self._known = Known(session.settings.money.reporting_currency)
        self.summary = ImportSummary()

    def table(self, table: ImportTable) -> None:
        found = self._read(table.name, table.required)
        if found is None:
            if table.name == "customers":
                raise BadInput(
                    f"{self._folder} holds no customers file.",
                    "Add customers.csv with at least customer_id and name.",
                )
            return
        path, frame = found
        if table.name != "customers":
            self._name_ignored(path, frame, table.columns)
        if table.name == "subscription_changes":
            frame = frame.sort_values("changed_on", kind="stable")
        counts = TableReport(path.name)
        made: list[Fact] = []
        own = FACTS[table.fact]
        for index, row in zip(frame.index, frame.to_dict("records"), strict=True):
            try:
                made += table.make(
                    {str(key): str(value) for key, value in row.items()}, self._known
                )
            except BadCell as bad:
                counts.refused += 1
                self.summary.refused.append((path.name, int(index) + 2, bad.column, bad.reason))
        self._write(made, own, counts)
        self.summary.tables.append(counts)

    def usage(self, cancel: CancelToken) -> None:
        found = self._read("usage", usage.REQUIRED)
        if found is None:
            return
        path, frame = found
        self._name_ignored(path, frame, usage.COLUMNS)
        typed, refused = usage.check(frame, self._known.customers)
        counts = TableReport(path.name, refused=len(refused))
        self.summary.refused += [
            (path.name, index + 2, column, reason) for index, column, reason in refused
        ]
        changed = 0
        for batch in usage.batches(typed):
            cancel.check()
            with self._session.store.write() as conn:
                changed += stored_usage.fold(conn, batch, self._session.today())
        counts.changed, counts.unchanged = changed, max(0, len(typed) - changed)
        self.summary.tables.append(counts)

    def finish(self) -> None:
        """Join the accounts, note the source as read, list the refused rows in a file."""
        with self._session.store.write() as conn:
            identity.assign(conn)
            cursors.set_source_result(conn, SOURCE, self._session.now())
        if not self.summary.refused:
            return
        exports = self._session.workspace.exports
        exports.mkdir(exist_ok=True)
        with open(exports / REFUSED_NAME, "w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(("file", "line", "column", "reason"))
            writer.writerows(self.summary.refused)
        count = len(self.summary.refused)
        rows = "row was" if count == 1 else "rows were"
        self.summary.messages.append(
            f"{count} {rows} refused; {exports / REFUSED_NAME} lists them with the reasons."
        )

    def _read(self, name: str, required: tuple[str, ...]) -> tuple[Path, pd.DataFrame] | None:
        mapping = self._mappings.get(name, FileMapping())
        path = files.find_file(self._folder, name, mapping)
        if path is None:
            return None
        frame = files.read_frame(path, mapping)
        missing = [column for column in required if column not in frame]
        if missing:
            raise BadInput(
                f"{path.name} lacks the column {', '.join(missing)}.",
                "Add it, or name the file's own column in a mapping file (--mapping).",
            )
        return path, frame

    def _name_ignored(self, path: Path, frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
        ignored = [column for column in frame.columns if column not in columns]
        if ignored:
            self.summary.messages.append(f"{path.name}: ignored {', '.join(ignored)}.")

    def _write(self, made: list[Fact], own: type[Fact], counts: TableReport) -> None:
        table = next(name for name, cls in FACTS.items() if cls is own)
        ids = {fact.source_id for fact in made if type(fact) is own}
        store = self._session.store
        with store.read() as conn:
            present = facts.present_ids(conn, table, SOURCE)
        changed: set[str] = set()
        for start in range(0, len(made), PAGE):
            page = made[start : start + PAGE]
            with store.write() as conn:
                owned = facts.upsert(conn, [fact for fact in page if type(fact) is own])
                facts.upsert(conn, [fact for fact in page if type(fact) is not own])
            changed |= owned
        counts.added = len(changed - present)
        counts.changed = len(changed & present)
        counts.unchanged = len(ids) - len(changed)
        if self._mirror:
            with store.write() as conn:
                counts.gone = facts.archive(conn, table, SOURCE, present - ids)
