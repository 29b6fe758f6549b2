"""Start, progress, finish, snooze and comment for the tasks selected in a table: buttons, keys, menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu

from csmdesk.domain.edits import Edit
from csmdesk.domain.texts import date_text, plural
from csmdesk.views.table import DataTable
from csmdesk.views.widgets.controls import button

if TYPE_CHECKING:
    from csmdesk.runtime.desk import Desk

SNOOZES = (("Tomorrow", 1), ("3 days", 3), ("1 week", 7), ("2 weeks", 14), ("1 month", 30))


class TaskActions(QObject):
    """Put `buttons` beside the table's controls; row ids of the table must be task ids."""

    def __init__(self, table: DataTable, desk: Desk) -> None:
        super().__init__(table)
        self._table, self._desk = table, desk
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        made = (
            button("Snooze", self.snooze, tip="Snooze (Z)"),
            button("Comment", self.comment, tip="Comment (C)"),
            button("Finish", self.finish, tip="Finish (F)"),
            button("Start", self.start, kind="primary", tip="Start (S)"),
        )
        for one in made:
            self.buttons.addWidget(one)
        self._made = made
        keys: tuple[tuple[str, Callable[[], None]], ...] = (
            ("S", self.start),
            ("F", self.finish),
            ("Z", self.snooze),
            ("C", self.comment),
        )
        for key, run in keys:
            shortcut = QShortcut(QKeySequence(key), table.grid)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(run)
        table.fill_menu = self.fill_menu
        table.selectionChanged.connect(self._selection_changed)
        self._selection_changed()

    def start(self) -> None:
        self._edit("start")

    def progress(self) -> None:
        self._edit("progress")

    def finish(self) -> None:
        self._edit("finish")

    def snooze(self) -> None:
        if self._table.selected():
            menu = QMenu(self._table)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._fill_snooze(menu)
            anchor = self._made[0]
            menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def comment(self) -> None:
        keys = self._table.selected()
        if not keys:
            return
        dialog = QInputDialog(self._table)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Comment")
        dialog.setLabelText(f"Comment on {plural(len(keys), 'task')}")
        dialog.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput)
        dialog.textValueSelected.connect(
            lambda text: self._desk.edit(Edit("comment", keys, {"text": text}))
        )
        dialog.open()

    def fill_menu(self, menu: QMenu, _keys: tuple[str, ...]) -> None:
        menu.addAction("Start", self.start)
        menu.addAction("In progress", self.progress)
        menu.addAction("Finish", self.finish)
        menu.addAction("Reopen", lambda: self._edit("reopen"))
        self._fill_snooze(menu.addMenu("Snooze"))
        menu.addAction("Comment…", self.comment)

    def _fill_snooze(self, menu: QMenu) -> None:
        for words, days in SNOOZES:
            until = self._desk.today() + days
            menu.addAction(f"{words} · {date_text(until)}", self._snoozer(until))
        menu.addSeparator()
        menu.addAction("Wake up now", self._snoozer(None))

    def _snoozer(self, until: int | None) -> Callable[[], None]:
        return lambda: self._edit("snooze", until=until)

    def _edit(self, verb: str, **args: object) -> None:
        keys = self._table.selected()
        if keys:
            self._desk.edit(Edit(verb, keys, args))

    @Slot()
    def _selection_changed(self) -> None:
        some = bool(self._table.selected())
        for one in self._made:
            one.setEnabled(some)
