"""Renewals: customers by renewal date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csmdesk.domain.days import MISSING
from csmdesk.models.customers import customer_rows
from csmdesk.models.renewals import RENEWAL_COLUMNS
from csmdesk.models.rows import ColumnRows
from csmdesk.views.pages.list_page import ListPage
from csmdesk.views.widgets.states import Saying

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope

WITHIN = (30, 60, 90, 180)


class RenewalsPage(ListPage):
    NAME = "renewals"
    TITLE = "Renewals"
    COLUMNS = RENEWAL_COLUMNS
    SORT = (("date", False),)
    CHIPS = ("30 days", "60 days", "90 days", "180 days", "Passed", "All")
    EMPTY = Saying(
        "No renewals yet", "Contracts with a term of six months or more show here.", icon="renewals"
    )

    def make_rows(self, portfolio: Portfolio) -> ColumnRows:
        return customer_rows(portfolio)

    def make_mask(self, portfolio: Portfolio, scope: Scope, chosen: int) -> NDArray[Any]:
        from csmdesk.engine.figures.customers import members

        customers = portfolio.customers
        day = customers.ints("renewal_on")
        away = day - portfolio.day
        keep: NDArray[Any] = (
            members(portfolio, scope) & (day != MISSING) & (customers.ints("active") > 0)
        )
        if chosen < len(WITHIN):
            keep = keep & (away >= 0) & (away < WITHIN[chosen])
        elif chosen == len(WITHIN):
            keep = keep & (away < 0)
        return keep

    def open_row(self, key: str) -> None:
        self.customerWanted.emit(key, "commercial")
