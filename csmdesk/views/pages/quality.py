"""Data quality: what is wrong with the data and wants a person, and the decisions that settle it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QInputDialog, QMenu, QPushButton

from csmdesk.domain.edits import Edit
from csmdesk.domain.texts import plural
from csmdesk.models.quality import QUALITY_COLUMNS, quality_rows
from csmdesk.models.rows import ColumnRows
from csmdesk.views.memory import Memory
from csmdesk.views.pages.list_page import ListPage
from csmdesk.views.widgets.controls import button
from csmdesk.views.widgets.states import Saying

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.runtime.desk import Desk

GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("ambiguous", "unjoined"),
    ("duplicate",),
    ("disagree",),
    ("conflict", "unwritten"),
    ("stale", "refused"),
)
"""Kinds behind each chip; none = all."""


class QualityPage(ListPage):
    NAME = "quality"
    TITLE = "Data quality"
    REMARK = "every decision can be undone and survives each sync"
    COLUMNS = QUALITY_COLUMNS
    CHIPS = ("All", "Accounts", "Duplicates", "Disagreements", "CRM", "Sources")
    EMPTY = Saying("Nothing to decide", "Every record is joined and no source fails.", icon="tasks")

    def __init__(self, desk: Desk, memory: Memory) -> None:
        super().__init__(desk, memory)
        self._actions: tuple[tuple[QPushButton, tuple[str, ...]], ...] = (
            (button("Take theirs", self.take_theirs), ("conflict",)),
            (button("Keep mine", self.keep_mine, kind="primary"), ("conflict",)),
            (button("Accept…", self.accept), ("disagree",)),
            (button("Not the same", self.keep_apart), ("duplicate",)),
            (button("Merge", self.merge, kind="primary"), ("duplicate",)),
            (button("Join…", self.join, kind="primary"), ("ambiguous", "unjoined")),
        )
        for made, _ in self._actions:
            self.controls.addWidget(made)
        self.table.fill_menu = self._fill_menu
        self.table.selectionChanged.connect(self._selection_changed)
        self._selection_changed()

    def make_rows(self, portfolio: Portfolio) -> ColumnRows:
        return quality_rows(portfolio)

    def make_mask(self, portfolio: Portfolio, scope: Scope, chosen: int) -> NDArray[Any]:
        import numpy as np

        wanted = GROUPS[chosen] if chosen < len(GROUPS) else ()
        return np.array([not wanted or kind in wanted for kind in portfolio.quality["kind"]], bool)

    def open_row(self, key: str) -> None:
        """The customer that the issue is about; the sources where it is about one of them."""
        if self._is(key, "stale", "refused"):
            self.pageWanted.emit("sources")
            return
        known = set(self._portfolio.customers["id"]) if self._portfolio is not None else set()
        for customer in self._told(key, "customers"):
            if customer in known:
                self.customerWanted.emit(customer, "")
                return

    def merge(self) -> None:
        self._decide("merge", "duplicate", "customers")

    def keep_apart(self) -> None:
        self._decide("apart", "duplicate", "customers")

    def keep_mine(self) -> None:
        self._decide("crm_mine", "conflict", "key")

    def take_theirs(self) -> None:
        self._decide("crm_theirs", "conflict", "key")

    def accept(self) -> None:
        """The records may disagree, for a reason that a person gives; the task is settled with it."""
        tasks = tuple(
            str(self._told(key, "key"))
            for key in self.table.selected()
            if self._is(key, "disagree")
        )
        if not tasks:
            return
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Accept")
        dialog.setLabelText(f"Why {plural(len(tasks), 'record')} may disagree")
        dialog.textValueSelected.connect(lambda reason: self._accept(tasks, reason.strip()))
        dialog.open()

    def _accept(self, tasks: tuple[str, ...], reason: str) -> None:
        """Without a reason nothing is accepted."""
        if reason:
            self.desk.edit(Edit("accept", tasks, {"reason": reason}))

    def join(self) -> None:
        """All chosen accounts to one customer that a person picks."""
        from csmdesk.views.dialogs.pick_customer import PickCustomer

        keys = [key for key in self.table.selected() if self._is(key, "ambiguous", "unjoined")]
        if not keys or self._portfolio is None:
            return
        accounts = tuple(str(self._told(key, "account")) for key in keys)
        first = tuple(dict.fromkeys(one for key in keys for one in self._told(key, "customers")))
        title = str(self._told(keys[0], "title")) if len(keys) == 1 else f"{len(keys)} accounts"
        dialog = PickCustomer(f"Join {title} to", self._portfolio, first, self)
        dialog.picked.connect(
            lambda customer: self.desk.edit(Edit("join", accounts, {"customer": customer}))
        )
        dialog.open()

    def _decide(self, verb: str, kind: str, target: str) -> None:
        """One edit for all chosen conflicts; one for each duplicate, whose customers are its own."""
        keys = [key for key in self.table.selected() if self._is(key, kind)]
        if target == "key" and keys:
            self.desk.edit(Edit(verb, tuple(str(self._told(key, target)) for key in keys)))
        elif target == "customers":
            for key in keys:
                self.desk.edit(Edit(verb, self._told(key, target)))

    def _fill_menu(self, menu: QMenu, keys: tuple[str, ...]) -> None:
        choices: tuple[tuple[str, Callable[[], None], tuple[str, ...]], ...] = (
            ("Join to a customer…", self.join, ("ambiguous", "unjoined")),
            ("Merge", self.merge, ("duplicate",)),
            ("Not the same", self.keep_apart, ("duplicate",)),
            ("Accept…", self.accept, ("disagree",)),
            ("Keep mine", self.keep_mine, ("conflict",)),
            ("Take theirs", self.take_theirs, ("conflict",)),
        )
        for text, run, kinds in choices:
            if any(self._is(key, *kinds) for key in keys):
                menu.addAction(text, run)
        if len(keys) == 1 and self._told(keys[0], "customers"):
            menu.addAction("Open customer", lambda: self.open_row(keys[0]))

    @Slot()
    def _selection_changed(self) -> None:
        """Only what the chosen rows can be settled with is offered."""
        keys = self.table.selected()
        for made, kinds in self._actions:
            made.setVisible(any(self._is(key, *kinds) for key in keys))

    def _is(self, key: str, *kinds: str) -> bool:
        return key.partition("/")[0] in kinds

    def _told(self, key: str, name: str) -> Any:
        rows = self.rows
        return rows.get(name, list(rows.keys).index(key))
