"""Alerts: what the rules noticed, open first; Enter opens the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csmdesk.models.alerts import ALERT_COLUMNS, alert_rows
from csmdesk.models.counts import open_alerts
from csmdesk.models.rows import ColumnRows
from csmdesk.views.pages.list_page import ListPage
from csmdesk.views.widgets.states import Saying

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope

TYPES = ("", "Risk", "Upsell", "Renewal", "Onboarding", "")


class AlertsPage(ListPage):
    NAME = "alerts"
    TITLE = "Alerts"
    COLUMNS = ALERT_COLUMNS
    SORT = (("opened", True),)
    CHIPS = ("Open", "Churn risk", "Upsell", "Renewal", "Onboarding", "All, closed too")
    EMPTY = Saying(
        "No alerts yet", "The engine opens them as it runs over the history.", icon="alerts"
    )

    def make_rows(self, portfolio: Portfolio) -> ColumnRows:
        return alert_rows(portfolio)

    def make_mask(self, portfolio: Portfolio, scope: Scope, chosen: int) -> NDArray[Any]:
        import numpy as np

        from csmdesk.engine.figures.customers import members

        alerts = portfolio.alerts
        keep: NDArray[Any] = members(portfolio, scope)[alerts.ints("customer")]
        if chosen < len(TYPES) - 1:
            keep = keep & open_alerts(portfolio)
        if TYPES[chosen]:
            keep = keep & np.array([kind == TYPES[chosen] for kind in alerts["type"]], np.bool_)
        return keep

    def open_row(self, key: str) -> None:
        place = list(self.rows.keys).index(key)
        self.customerWanted.emit(str(self.rows.get("customer_id", place)), "retention")
