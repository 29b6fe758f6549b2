"""Import files: choose or drop them, see what they are, map foreign columns, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.texts import number, plural
from csmdesk.models import importing as words
from csmdesk.models.importing import Entry
from csmdesk.models.table import TableModel
from csmdesk.runtime import state as states
from csmdesk.views.dialogs.import_file import FilePanel
from csmdesk.views.memory import Memory
from csmdesk.views.shell.dropping import FileDrop
from csmdesk.views.table import DataTable
from csmdesk.views.widgets.controls import button, foot
from csmdesk.views.widgets.states import EmptyState, Saying
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.runtime.desk import Desk
    from csmdesk.runtime.state import DeskState

LOOK_AFTER_MS = 250
FILES_WIDTH = 300
FILES = "Files (*.csv *.csv.gz *.parquet *.xlsx)"
NO_DEMO = Saying(
    "The demo takes no files",
    "Its customers are invented. Open CSMDesk without --demo to import your own.",
    icon="warning",
)
CHOOSING, MAPPING, WORKING, DONE = range(4)


class ImportDialog(QDialog):
    """Beside the window, not in front of it: an import goes on when this is closed.

    `refusedWanted`: a person wants to see the refused rows.
    """

    refusedWanted = Signal()

    def __init__(
        self, desk: Desk, memory: Memory, parent: QWidget, paths: Sequence[Path] = ()
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Import files")
        self.resize(940, 620)
        self.entries: list[Entry] = []
        self._desk, self._paths = desk, list(paths)
        self._given: dict[str, dict[str, Any]] = {}
        self._looking = self._stale = False
        self.choosing = EmptyState(Saying(""))
        self.files = QListWidget()
        self.files.setAccessibleName("Files")
        self.files.setFixedWidth(FILES_WIDTH)
        self.files.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.panel = FilePanel()
        self.mirror = QCheckBox("Delete rows that are gone from these files")
        self.mapping_button = button("Save the mapping…", self._choose_mapping)
        self.import_button = button("Import", self.start, kind="primary")
        self.said = plain_label(role="small")
        self.said.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.working = plain_label()
        self.outcome = DataTable(
            TableModel(words.RESULT_COLUMNS, self),
            "imported",
            "Imported",
            memory,
            Saying("Nothing"),
        )
        self.messages = plain_label(role="small")
        self.messages.setWordWrap(True)
        self.refused_button = button("Show the refused rows", self._show_refused)
        self._stack = QStackedWidget()
        pages = (self._choosing_page(), self._mapping_page(), self._working_page())
        for page in (*pages, self._done_page()):
            self._stack.addWidget(page)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.addWidget(self._stack)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LOOK_AFTER_MS)
        self._soon.timeout.connect(self._look)
        self.files.currentRowChanged.connect(self._file_chosen)
        self.panel.changed.connect(self._changed)
        self.panel.tableChanged.connect(self._table_changed)
        desk.jobSummary.connect(self._summary)
        desk.jobFailed.connect(self._failed)
        desk.jobFinished.connect(self._finished)
        desk.stateChanged.connect(self._state_changed)
        self._begin()

    # -- what a person does -------------------------------------------------------------------
    def choose_folder(self) -> None:
        dialog = self._file_dialog("Folder with files to import")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()

    def choose_files(self) -> None:
        dialog = self._file_dialog("Files to import")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(FILES)
        dialog.open()

    def take(self, paths: Sequence[Path]) -> None:
        """Look at these files too."""
        self._paths += [path for path in paths if path not in self._paths]
        self._begin()

    def start(self) -> None:
        """Import what is chosen; the job goes on when this dialog is closed."""
        chosen = [entry for entry in self.entries if entry["table"]]
        self._stack.setCurrentIndex(WORKING)
        self.working.setText("Waiting for the running job…")
        self.bar.setRange(0, 0)
        self._desk.submit("import", {"files": chosen, "mirror": self.mirror.isChecked()})

    def save_mapping(self, path: str) -> None:
        chosen = [entry for entry in self.entries if entry["table"]]
        self._desk.submit("save_mapping", {"path": path, "files": chosen})

    # -- looking ------------------------------------------------------------------------------
    def _begin(self) -> None:
        if self._desk.demo:
            self._stack.setCurrentIndex(CHOOSING)
            self.choosing.say(NO_DEMO)
            return
        if not self._paths:
            self._stack.setCurrentIndex(CHOOSING)
            self.choosing.say(
                Saying(
                    "Drop files or a folder here",
                    "CSV, Parquet or XLSX: customers at least, and subscriptions, invoices, usage,"
                    " tickets as you have them.",
                    "Choose files…",
                    self.choose_files,
                )
            )
            return
        if not self.entries:
            self.choosing.say(
                Saying("Looking at the files…", "Nothing is written yet.", icon="sync")
            )
            self._stack.setCurrentIndex(CHOOSING)
        self._look()

    def _look(self) -> None:
        """One look at a time; what changes meanwhile is looked at afterwards."""
        if self._looking:
            self._stale = True
            return
        self._looking = True
        self.said.setText("Counting what would be refused…")
        paths = [str(path) for path in self._paths]
        self._desk.submit("look", {"paths": paths, "given": self._given})

    @Slot(str, object)
    def _summary(self, verb: str, summary: dict[str, Any]) -> None:
        if verb == "look" and self._looking:
            self._looking = False
            if self._stale:
                self._stale = False
                self._look()
                return
            self._show_entries(summary["files"])
        elif verb == "import" and self._stack.currentIndex() == WORKING:
            self._show_result(summary)

    @Slot(str, str, bool, str)
    def _failed(self, sentence: str, _details: str, _again: bool, verb: str) -> None:
        waits_for = "look" if self._looking else "import"
        if verb == waits_for and (self._looking or self._stack.currentIndex() == WORKING):
            self._looking = False
            self._stack.setCurrentIndex(CHOOSING)
            self.choosing.say(
                Saying("That did not work", sentence, "Try again", self._begin, "warning")
            )

    @Slot(str, str)
    def _finished(self, verb: str, sentence: str) -> None:
        if verb == "save_mapping":
            self.said.setText(sentence)
        elif verb == "look" and self._looking:  # cancelled
            self._looking = False
            self.said.setText(sentence)
        elif verb == "import" and self._stack.currentIndex() == WORKING:
            self._stack.setCurrentIndex(MAPPING)
            self.said.setText(sentence)

    @Slot(object)
    def _state_changed(self, state: DeskState) -> None:
        progress = state.progress
        if state.state == states.WORKING and progress is not None:
            self.working.setText(progress.text)
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done if progress.total else 0)

    # -- showing ------------------------------------------------------------------------------
    def _show_entries(self, entries: list[Entry]) -> None:
        self.entries = entries
        if not entries:
            self._paths = []
            self._begin()
            self.choosing.say(
                Saying(
                    "There is no file to import",
                    "CSV, Parquet and XLSX files can be imported.",
                    "Choose files…",
                    self.choose_files,
                    "warning",
                )
            )
            return
        row = max(self.files.currentRow(), 0)
        self.files.blockSignals(True)
        self.files.clear()
        for entry in entries:
            self.files.addItem(f"{Path(entry['path']).name}\n{words.file_line(entry)}")
        self.files.setCurrentRow(min(row, len(entries) - 1))
        self.files.blockSignals(False)
        self.panel.show_entry(entries[self.files.currentRow()])
        rows = words.importable(entries)
        self.import_button.setEnabled(bool(rows))
        self.import_button.setText(f"Import {plural(rows, 'row')}" if rows else "Import")
        self.mapping_button.setEnabled(any(entry["table"] for entry in entries))
        refused = sum(entry["refused"] for entry in entries if entry["table"])
        good = f"{number(refused)} of the rows would be refused, and listed." if refused else ""
        self.said.setText(words.in_the_way(entries) or good or "Every row can be used.")
        if self._stack.currentIndex() != MAPPING:
            self._stack.setCurrentIndex(MAPPING)
            self.files.setFocus()

    def _show_result(self, summary: dict[str, Any]) -> None:
        imported = summary["imported"]
        self.outcome.set_rows(words.result_rows(imported))
        self.messages.setText("\n".join(imported["messages"]))
        self.refused_button.setVisible(bool(imported["refused"]))
        self._stack.setCurrentIndex(DONE)

    @Slot(int)
    def _file_chosen(self, row: int) -> None:
        if 0 <= row < len(self.entries):
            self.panel.show_entry(self.entries[row])

    @Slot(object)
    def _changed(self, entry: Entry) -> None:
        keys = ("table", "columns", "values", "date_format", "decimal")
        self._given[entry["path"]] = {key: entry[key] for key in keys}
        self.entries[self.files.currentRow()] = entry
        self._ask_soon()

    @Slot(str, str)
    def _table_changed(self, path: str, table: str) -> None:
        self._given[path] = {"table": table}
        self._ask_soon()

    def _ask_soon(self) -> None:
        self.import_button.setEnabled(False)
        self._soon.start()

    def _show_refused(self) -> None:
        self.refusedWanted.emit()
        self.accept()

    # -- building -----------------------------------------------------------------------------
    def _choosing_page(self) -> QWidget:
        folder = button("Choose a folder…", self.choose_folder)
        page = _page(self.choosing, foot(folder, None, button("Cancel", self.reject)))
        FileDrop(self, self.take)
        return page

    def _mapping_page(self) -> QWidget:
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.files)
        body.addWidget(self.panel, 1)
        return _page(
            body,
            self.said,
            self.mirror,
            foot(
                button("Add files…", self.choose_files),
                self.mapping_button,
                None,
                button("Cancel", self.reject),
                self.import_button,
            ),
        )

    def _working_page(self) -> QWidget:
        told = plain_label(
            "You can close this; the import goes on and the sync card tells.", "small"
        )
        stop = button("Cancel the import", lambda: self._desk.cancel("import"))
        return _page(None, self.working, self.bar, told, None, foot(None, stop))

    def _done_page(self) -> QWidget:
        close = button("Close", self.accept, kind="primary")
        return _page(
            plain_label("Imported", "heading"),
            self.outcome,
            self.messages,
            foot(self.refused_button, None, close),
        )

    def _choose_mapping(self) -> None:
        dialog = QFileDialog(self, "Keep the mapping as")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDirectory(str(Path(self.entries[0]["path"]).parent))
        dialog.selectFile("mapping.toml")
        dialog.fileSelected.connect(self.save_mapping)
        dialog.open()

    def _file_dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda chosen: self.take([Path(path) for path in chosen]))
        return dialog


def _page(*parts: QWidget | QHBoxLayout | None) -> QWidget:
    """Parts below each other, the last one at the bottom; None is a stretch."""
    made = QWidget()
    box = QVBoxLayout(made)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(10)
    for part in parts:
        if part is None:
            box.addStretch(1)
        elif isinstance(part, QWidget):
            box.addWidget(part)
        else:
            box.addLayout(part, 0 if part is parts[-1] else 1)
    return made
