"""Which documents are open: found or made by key, remembered when they change, restored on start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csmdesk.views.pages import CUSTOMER, FIRST_PAGE, PAGE, page_spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from csmdesk.runtime.desk import Desk
    from csmdesk.views.memory import Memory
    from csmdesk.views.page import Page
    from csmdesk.views.shell.documents import Documents, Holder


class Opening:
    """Opens the documents of `documents`; `show_panel` brings the panel that a customer's tab
    wants."""

    def __init__(
        self, documents: Documents, desk: Desk, memory: Memory, show_panel: Callable[[str], None]
    ) -> None:
        self._documents, self._desk, self._memory = documents, desk, memory
        self._show_panel = show_panel
        documents.arranged.connect(self.remember)

    def page(self, key: str) -> None:
        holder = self._document(PAGE + key)
        if holder is not None:
            self._documents.show_document(holder)

    def customer(self, customer_id: str, tab: str | None) -> None:
        """The customer's tab, at this sub-tab when one is named."""
        holder = self._document(CUSTOMER + customer_id, self._customer_name(customer_id))
        assert holder is not None
        self._documents.show_document(holder)
        if tab:
            holder.ensure().show_tab(tab)

    def restore(self) -> None:
        """The documents of the last close, the same one in front."""
        documents = self._documents
        front = str(self._memory.get("window/front", PAGE + FIRST_PAGE))
        remembered = self._memory.get("window/tabs", [])
        documents.blockSignals(True)
        for entry in remembered if isinstance(remembered, list) else []:
            match entry:
                case [str(key), str(title)]:
                    self._document(key, title)
        documents.blockSignals(False)
        keys = documents.keys()
        if front in keys:
            place = keys.index(front)
            if documents.currentIndex() == place:
                documents.currentChanged.emit(place)
            documents.setCurrentIndex(place)
        else:
            self.page(FIRST_PAGE)

    def remember(self) -> None:
        documents = self._documents
        holders = [documents.holder(place) for place in range(documents.count())]
        self._memory.put("window/tabs", [[h.key, h.title] for h in holders])
        current = documents.current()
        if current is not None:
            self._memory.put("window/front", current.key)

    def _document(self, key: str, title: str = "") -> Holder | None:
        """The document of a key, its content built when first shown; None for no page of ours."""
        spec = page_spec(key.removeprefix(PAGE))
        if spec is not None:
            make = spec.make
            return self._documents.put(
                key, spec.title, lambda: make(self._desk, self._memory), cross=False
            )
        if not key.startswith(CUSTOMER):
            return None

        def build() -> Page:
            from csmdesk.views.customer import CustomerTab

            made = CustomerTab(self._desk, self._memory, key.removeprefix(CUSTOMER))
            made.panelWanted.connect(self._show_panel)
            return made

        return self._documents.put(key, title or "Customer", build, cross=True)

    def _customer_name(self, customer_id: str) -> str:
        portfolio = self._desk.portfolio
        if portfolio is not None and customer_id in portfolio.customers["id"]:
            place = portfolio.customers["id"].index(customer_id)
            return str(portfolio.customers["name"][place])
        return "Customer"
