"""The pages of the window: a page is one file and one entry here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from csmdesk.runtime.desk import Desk
    from csmdesk.views.memory import Memory
    from csmdesk.views.page import Page


@dataclass(frozen=True)
class PageSpec:
    """`module` is imported when the page is first opened; `cls` is its `Page` class there.

    `count` names a figure of `models.counts`, shown in the rail ("" = none).
    """

    key: str
    title: str
    icon: str
    module: str
    cls: str
    count: str = ""

    def make(self, desk: Desk, memory: Memory) -> Page:
        page: Page = getattr(import_module(self.module), self.cls)(desk, memory)
        return page


PAGES: tuple[PageSpec, ...] = (
    PageSpec(
        "dashboard", "Dashboard", "dashboard", "csmdesk.views.pages.dashboard", "DashboardPage",
        "high",
    ),
    PageSpec(
        "customers", "Customers", "customers", "csmdesk.views.pages.customers", "CustomersPage",
        "customers",
    ),
    PageSpec("alerts", "Alerts", "alerts", "csmdesk.views.pages.alerts", "AlertsPage", "alerts"),
    PageSpec("tasks", "Tasks", "tasks", "csmdesk.views.pages.tasks", "TasksPage", "tasks"),
    PageSpec(
        "renewals", "Renewals", "renewals", "csmdesk.views.pages.renewals", "RenewalsPage",
        "renewals",
    ),
    PageSpec(
        "quality", "Data quality", "inbox", "csmdesk.views.pages.quality", "QualityPage",
        "quality",
    ),
    PageSpec("sources", "Sources", "sources", "csmdesk.views.pages.sources", "SourcesPage"),
)  # fmt: skip
FIRST_PAGE = "customers"
PAGE, CUSTOMER = "page:", "customer:"
"""What a document's key begins with, before the page's key or the customer's id."""


def page_spec(key: str) -> PageSpec | None:
    return next((spec for spec in PAGES if spec.key == key), None)
