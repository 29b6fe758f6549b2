"""The import job: reads every file, refuses bad rows by name, writes the rest, reports both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from csmdesk.domain.cancel import CancelToken, Progress, Report
from csmdesk.domain.errors import BadInput
from csmdesk.domain.source_status import Reading
from csmdesk.engine.money.statuses import status_codes
from csmdesk.jobs.importing import files, usage
from csmdesk.jobs.importing.earlier import recall
from csmdesk.jobs.importing.files import Sheet
from csmdesk.jobs.importing.known import SOURCE, Known
from csmdesk.jobs.importing.mapping import FileMapping, read_mapping
from csmdesk.jobs.importing.report import ImportSummary, TableReport
from csmdesk.jobs.importing.tables import (
    BY_NAME,
    CUSTOMERS,
    NAMES,
    USAGE,
    ImportTable,
    columns_of,
    missing_columns,
)
from csmdesk.jobs.importing.usage import Kept
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

    `mirror`: rows that are gone from a file are deleted; a refused row is not gone.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder.", "Name a folder that holds customers.csv.")
    mappings = read_mapping(mapping)
    _check_names(mappings)
    places = {}
    for name in NAMES:
        path = files.find_file(folder, name, mappings.get(name, FileMapping()))
        if path is not None:
            places[name] = path
    if CUSTOMERS not in places:
        raise BadInput(
            f"{folder} holds no customers file.",
            "Add customers.csv with at least customer_id and name.",
        )
    return import_places(session, places, mappings, cancel, report, mirror=mirror)


def import_places(
    session: Session,
    places: Mapping[str, Path],
    mappings: Mapping[str, FileMapping],
    cancel: CancelToken,
    report: Report,
    *,
    mirror: bool = False,
) -> ImportSummary:
    """Import the file of each import table, wherever it lies; see `import_folder`."""
    refuse_demo(session)
    _check_names(mappings)
    if CUSTOMERS not in places:
        raise BadInput("No file holds customers.", "Choose which file it is.")
    with workspace_lock(session):
        run = Import(session, cancel, mirror=mirror)
        run.everything({name: read(path, name, mappings) for name, path in places.items()}, report)
        run.finish()
    return run.summary


def refuse_demo(session: Session) -> None:
    """Its customers are invented, and the next run tells them anew: nobody's own belong among them."""
    if session.settings.demo:
        raise BadInput(
            "The demo workspace takes no files: its customers are invented.",
            "Open CSMDesk without --demo and import into your own workspace.",
        )


def read(path: Path, name: str, mappings: Mapping[str, FileMapping]) -> Sheet:
    """The file of a table. Every file is read before anything is written."""
    sheet = files.read_sheet(path, mappings.get(name, FileMapping()))
    missing = missing_columns(name, sheet.columns)
    if missing:
        raise BadInput(
            f"{path.name} lacks the column {', '.join(missing)}.",
            "Add it, or name the file's own column in a mapping file (--mapping).",
        )
    return sheet


def _check_names(mappings: Mapping[str, FileMapping]) -> None:
    unknown = sorted(set(mappings) - set(NAMES))
    if unknown:
        raise BadInput(
            f"The mapping speaks of {unknown[0]}, which is no import file.",
            "Use the names of docs/import.md.",
        )


class Import:
    """One import: what is known so far and what it reports. `writes` false: it only looks."""

    def __init__(
        self, session: Session, cancel: CancelToken, *, mirror: bool = False, writes: bool = True
    ) -> None:
        self._session, self._cancel = session, cancel
        self._mirror, self._writes = mirror, writes
        currency = session.settings.money.reporting_currency
        self._known = Known(currency, session.today(), session.zone)
        self.summary = ImportSummary()

    def everything(self, sheets: dict[str, Sheet], report: Report) -> None:
        """Every sheet by the name of its table, in the order in which they refer to each other."""
        with self._session.store.read() as conn:
            recall(conn, self._known, sheets.keys(), mirror=self._mirror)
        verb = "Importing" if self._writes else "Looking at"
        for place, name in enumerate(NAMES):
            self._cancel.check()
            sheet = sheets.pop(name, None)
            if sheet is None:
                continue
            report(Progress("import", f"{verb} {name}", place, len(NAMES)))
            if name == USAGE:
                self.usage(sheet)
            else:
                self.table(BY_NAME[name], sheet)

    def table(self, table: ImportTable, sheet: Sheet) -> None:
        if table.name != "customers":
            self._name_ignored(sheet, table.columns)
        counts = self._begin(sheet)
        made, ids = self._rows(table, sheet, counts)
        if not self._writes:
            return
        whole = "" not in ids and not sheet.broken
        kept = ids if self._mirrors(sheet, whole=whole) else None
        write_rows(self._session.store, table, made, counts, self._cancel, kept)

    def _mirrors(self, sheet: Sheet, *, whole: bool) -> bool:
        """Whether what is gone from this file is deleted: not while it has rows nobody can name."""
        if self._mirror and not whole:
            self.summary.messages.append(
                f"{sheet.path.name}: nothing was deleted, for a refused row may be any of those that "
                "are stored. Correct it and import again."
            )
        return self._mirror and whole

    def usage(self, sheet: Sheet) -> None:
        self._name_ignored(sheet, columns_of(USAGE))
        counts = self._begin(sheet)
        typed, refused = usage.check(sheet.frame(), self._known)
        for line, column, reason in refused:
            self.summary.refuse(counts, line, column, reason)
        if not self._writes:
            return
        inside, outside = usage.split_window(typed, self._known.today)
        if outside:
            self.summary.messages.append(f"{sheet.path.name}: {outside}")
        for product, module in usage.modules(inside):
            self._known.products.used[product].add(module)
        mirrors = self._mirrors(sheet, whole=not counts.refused)
        kept = Kept()
        for batch in usage.batches(inside):
            self._cancel.check()
            with self._session.store.write() as conn:
                added, changed = stored_usage.fold_counts(conn, batch, self._known.today)
            if batch.kind == "feature":
                counts.added += added
                counts.changed += changed
                counts.unchanged += len(batch.days) - added - changed
            if mirrors:
                kept.add(batch)
        if mirrors:
            counts.gone = self._empty_others(kept)

    def _empty_others(self, kept: Kept) -> int:
        """Counts that are gone from the file; told by feature, as the others are."""
        with self._session.store.write() as conn:
            gone = {
                kind: stored_usage.keep_only(conn, SOURCE, kind, kept.cells[kind])
                for kind in stored_usage.LAYERS
            }
        return gone["feature"]

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

    def _rows(
        self, table: ImportTable, sheet: Sheet, counts: TableReport
    ) -> tuple[list[Made], set[str]]:
        """The facts of every good row, and the ids of all, "" for one that tells none. An id that
        came before in the file is refused."""
        order = range(len(sheet.rows))
        if table.sort_by in sheet.columns:
            by = sheet.columns.index(table.sort_by)
            order = sorted(order, key=lambda place: sheet.rows[place][by])  # type: ignore[assignment]
        made: list[Made] = []
        ids: set[str] = set()
        taken: dict[str, int] = {}
        for place in order:
            line = sheet.lines[place]
            cells = Row(dict(zip(sheet.columns, sheet.rows[place], strict=True)), self._known.zone)
            own_id = table.row_id(cells)
            ids.add(own_id)
            try:
                if own_id in taken:
                    raise BadCell(table.columns[0], f"repeats line {taken[own_id]}")
                own, *parts = table.make(cells, self._known)
            except BadCell as bad:
                self.summary.refuse(counts, line, bad.column, bad.reason)
                continue
            taken[own_id] = line
            made.append(Made(own, parts))
        return made, ids

    def _name_ignored(self, sheet: Sheet, columns: tuple[str, ...]) -> None:
        ignored = [column for column in sheet.columns if column not in columns]
        if ignored:
            self.summary.messages.append(f"{sheet.path.name}: ignored {', '.join(ignored)}.")
