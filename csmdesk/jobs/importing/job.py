"""The import job: reads every file, refuses bad rows by name, writes the rest, reports both."""

from __future__ import annotations

from pathlib import Path

from csmdesk.domain.cancel import CancelToken, Progress, Report
from csmdesk.domain.errors import BadInput
from csmdesk.domain.source_status import Reading
from csmdesk.engine.money.statuses import status_codes
from csmdesk.jobs.importing import files, usage
from csmdesk.jobs.importing.files import FileMapping, Sheet
from csmdesk.jobs.importing.known import SOURCE, Known
from csmdesk.jobs.importing.report import ImportSummary, TableReport
from csmdesk.jobs.importing.tables import TABLES, ImportTable
from csmdesk.jobs.importing.values import BadCell, Row
from csmdesk.jobs.importing.write import Made, write_products, write_rows
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.session import Session
from csmdesk.store import cursors, identity
from csmdesk.store import usage as stored_usage


def import_folder(
    session: Session,
    folder: Path,
    cancel: CancelToken,
    report: Report,
    mapping: Path | None = None,
    *,
    mirror: bool = False,
) -> ImportSummary:
    """Import every known file of a folder. `BadInput` when there is no customers file at all.

    `mirror`: rows that are gone from a file are deleted (usage keeps its days).
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder.", "Name a folder that holds customers.csv.")
    mappings = files.read_mapping(mapping)
    unknown = sorted(set(mappings) - {*(table.name for table in TABLES), "usage"})
    if unknown:
        raise BadInput(
            f"The mapping {mapping} speaks of {unknown[0]}, which is no import file.",
            "Use the names of docs/import.md.",
        )
    with workspace_lock(session.workspace.folder):
        run = _Import(session, folder, mappings, cancel, mirror=mirror)
        sheets = {table.name: run.read(table.name, table.required) for table in TABLES}
        sheets["usage"] = run.read("usage", usage.REQUIRED)
        if sheets["customers"] is None:
            raise BadInput(
                f"{folder} holds no customers file.",
                "Add customers.csv with at least customer_id and name.",
            )
        for place, table in enumerate(TABLES):
            cancel.check()
            report(Progress("import", f"Importing {table.name}", place, len(TABLES) + 1))
            run.table(table, sheets.pop(table.name))
        report(Progress("import", "Importing usage", len(TABLES), len(TABLES) + 1))
        run.usage(sheets["usage"])
        run.finish()
    return run.summary


class _Import:
    """One import: what is known so far and what it reports."""

    def __init__(
        self,
        session: Session,
        folder: Path,
        mappings: dict[str, FileMapping],
        cancel: CancelToken,
        *,
        mirror: bool,
    ) -> None:
        self._session, self._folder, self._mappings = session, folder, mappings
        self._cancel, self._mirror = cancel, mirror
        currency = session.settings.money.reporting_currency
        self._known = Known(currency, session.today(), session.zone)
        self.summary = ImportSummary()

    def read(self, name: str, required: tuple[str, ...]) -> Sheet | None:
        """The file of a table, None without one. Every file is read before anything is written."""
        mapping = self._mappings.get(name, FileMapping())
        path = files.find_file(self._folder, name, mapping)
        if path is None:
            return None
        sheet = files.read_sheet(path, mapping)
        missing = [column for column in required if column not in sheet.columns]
        if missing:
            raise BadInput(
                f"{path.name} lacks the column {', '.join(missing)}.",
                "Add it, or name the file's own column in a mapping file (--mapping).",
            )
        return sheet

    def table(self, table: ImportTable, sheet: Sheet | None) -> None:
        if sheet is None:
            return
        if table.name != "customers":
            self._name_ignored(sheet, table.columns)
        counts = self._begin(sheet)
        made = self._rows(table, sheet, counts)
        write_rows(self._session.store, table, made, counts, self._cancel, mirror=self._mirror)

    def usage(self, sheet: Sheet | None) -> None:
        if sheet is None:
            return
        self._name_ignored(sheet, usage.COLUMNS)
        counts = self._begin(sheet)
        typed, refused = usage.check(sheet.frame(), self._known)
        for line, column, reason in refused:
            self.summary.refuse(counts, line, column, reason)
        inside, outside = usage.split_window(typed, self._known.today)
        if outside:
            self.summary.messages.append(f"{sheet.path.name}: {outside}")
        for product, module in usage.modules(inside):
            self._known.products.used[product].add(module)
        for batch in usage.batches(inside):
            self._cancel.check()
            with self._session.store.write() as conn:
                added, changed = stored_usage.fold_counts(conn, batch, self._known.today)
            if batch.kind == "feature":
                counts.added += added
                counts.changed += changed
                counts.unchanged += len(batch.days) - added - changed

    def finish(self) -> None:
        """Products, who is who, the source as read, and the list of refused rows."""
        settings = self._session.settings
        strange = sorted(self._known.statuses - set(status_codes(settings.statuses)))
        for status in strange:
            self.summary.messages.append(
                f"The subscription status “{status}” is not known: it counts for no money. "
                "Map it under [statuses] in workspace.toml."
            )
        write_products(self._session.store, self._known.products)
        with self._session.store.write() as conn:
            identity.assign(conn)
            cursors.set_source_result(conn, SOURCE, self._session.now(), Reading())
        self.summary.write_refused(self._session.workspace.exports)

    def _begin(self, sheet: Sheet) -> TableReport:
        counts = TableReport(sheet.path.name)
        self.summary.tables.append(counts)
        for line, reason in sheet.broken:
            self.summary.refuse(counts, line, "", reason)
        return counts

    def _rows(self, table: ImportTable, sheet: Sheet, counts: TableReport) -> list[Made]:
        """The facts of every good row; an id that came before in the file is refused."""
        order = range(len(sheet.rows))
        if table.sort_by in sheet.columns:
            by = sheet.columns.index(table.sort_by)
            order = sorted(order, key=lambda place: sheet.rows[place][by])  # type: ignore[assignment]
        made: list[Made] = []
        seen: dict[str, int] = {}
        for place in order:
            line = sheet.lines[place]
            cells = Row(dict(zip(sheet.columns, sheet.rows[place], strict=True)), self._known.zone)
            try:
                own, *parts = table.make(cells, self._known)
            except BadCell as bad:
                self.summary.refuse(counts, line, bad.column, bad.reason)
                continue
            first = seen.setdefault(own.source_id, line)
            if first != line:
                reason = f"repeats line {first}"
                self.summary.refuse(counts, line, table.columns[0], reason)
                continue
            made.append(Made(own, parts))
        return made

    def _name_ignored(self, sheet: Sheet, columns: tuple[str, ...]) -> None:
        ignored = [column for column in sheet.columns if column not in columns]
        if ignored:
            self.summary.messages.append(f"{sheet.path.name}: ignored {', '.join(ignored)}.")
