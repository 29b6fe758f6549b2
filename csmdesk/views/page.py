"""What a document (page or customer tab) is, and how the window feeds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from csmdesk.views.memory import Memory

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.runtime.desk import Desk


class Page(QWidget):
    """A document. The window calls `show_portfolio` while the page is visible; a hidden page is
    called when it is shown next. Edits go through `desk`; what is remembered through `memory`.

    Signals: `customerWanted(customer id, sub-tab or "")`, `pageWanted(key)`, `titleChanged(text)`.
    """

    customerWanted = Signal(str, str)
    pageWanted = Signal(str)
    titleChanged = Signal(str)

    def __init__(self, desk: Desk, memory: Memory) -> None:
        super().__init__()
        self.setObjectName("page")
        self.desk, self.memory = desk, memory
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(16, 16, 16, 16)
        self.box.setSpacing(12)

    def show_portfolio(self, portfolio: Portfolio, scope: Scope) -> None:
        """Bring everything up to this snapshot and scope; called again for every change."""
        raise NotImplementedError

    @property
    def waits(self) -> bool:
        """Whether the page waits for something that is being read."""
        return False

    def show_failure(self, sentence: str) -> None:
        """There is no snapshot to show, and why; pages that wait for nothing do nothing."""

    def show_tab(self, key: str) -> None:
        """Bring a sub-tab to the front; pages without any do nothing."""

    def open_find(self) -> None:
        """Ctrl+F: open the page's find bar, if it has one."""
        from csmdesk.views.table import DataTable

        for table in self.findChildren(DataTable):
            if table.isVisible():
                table.open_find()
                return
