"""What a person does to the customer of a tab: note, tags, risk, sentiment, fields of the CRM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from csmdesk.domain.page import Cell, CustomerPage, Fields
from csmdesk.views.customer.crm_dialog import CrmDialog
from csmdesk.views.customer.dialogs import EditDialog, NoteDialog, RiskDialog, SentimentDialog
from csmdesk.views.customer.records_dialog import RecordsDialog
from csmdesk.views.dialogs.tags import TagDialog

if TYPE_CHECKING:
    from csmdesk.runtime.desk import Desk


class CustomerActions:
    """Dialogs open over `parent`; what they start from is the page shown last."""

    def __init__(self, desk: Desk, customer_id: str, parent: QWidget) -> None:
        self._desk, self._id, self._parent = desk, customer_id, parent
        self.page: CustomerPage | None = None

    def add_note(self) -> None:
        if self.page is not None:
            self._open(NoteDialog(self._id, self.page.name, self._parent))

    def edit_crm(self) -> None:
        if self.page is not None and self.page.crm is not None:
            self._open(CrmDialog(self._id, self.page.name, self.page.crm, self._parent))

    def show_records(self) -> None:
        portfolio = self._desk.portfolio
        if self.page is not None and portfolio is not None:
            dialog = RecordsDialog(
                self._id, self.page.name, self.page.records, portfolio, self._parent
            )
            dialog.wanted.connect(self._desk.edit)
            dialog.open()

    def set_risk(self) -> None:
        if self.page is not None:
            now = self._cells("risk")
            self._open(RiskDialog(self._id, self.page.name, now, self._parent))

    def set_sentiment(self) -> None:
        if self.page is not None:
            now = self._cells("sentiment")
            self._open(SentimentDialog(self._id, self.page.name, now, self._parent))

    def add_tag(self) -> None:
        portfolio = self._desk.portfolio
        if portfolio is not None:
            dialog = TagDialog(portfolio, (self._id,), self._parent)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.wanted.connect(self._desk.edit)
            dialog.open()

    def open_in_crm(self) -> None:
        """Web addresses only: the address comes from outside."""
        if self.page is not None and self.page.url.startswith("https://"):
            QDesktopServices.openUrl(QUrl(self.page.url))

    def _open(self, dialog: EditDialog) -> None:
        dialog.wanted.connect(self._desk.edit)
        dialog.open()

    def _cells(self, key: str) -> dict[str, Cell]:
        """The cells of a fields block of this key, wherever it stands."""
        assert self.page is not None
        for tab in self.page.tabs:
            for block in tab.main + tab.side:
                if isinstance(block, Fields) and block.key == key:
                    return {field.key: field.cell for field in block.fields}
        return {}
