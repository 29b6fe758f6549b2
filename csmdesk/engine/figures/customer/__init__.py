"""The customer page: header and six sub-tabs as blocks, for the window and the command line."""

from __future__ import annotations

from csmdesk.domain.findings import BANDS
from csmdesk.domain.page import CustomerPage
from csmdesk.engine.figures.customer import (
    activity,
    breakdown,
    commercial,
    header,
    retention,
    tasks,
    usage,
)
from csmdesk.engine.figures.customer.context import CustomerContext

TABS = (
    tasks.tab,
    breakdown.tab,
    commercial.tab,
    usage.tab,
    activity.tab,
    retention.tab,
)
"""A sub-tab is one file and one line here."""
SPARK_DAYS = 90


def build_page(context: CustomerContext) -> CustomerPage:
    """Everything one customer tab shows."""
    chi = context.number("chi")
    spark = context.portfolio.chi_history[-SPARK_DAYS:, context.at].astype(int).tolist()
    return CustomerPage(
        customer_id=context.text("id") or "",
        name=context.text("name") or "",
        day=context.day,
        chi=chi,
        band=BANDS[context.number("band")],
        thin=bool(context.number("thin")),
        header=header.header(context),
        pills=header.pills(context),
        why=header.what_changed(context),
        next_step=header.next_step(context),
        url=context.text("url") or "",
        spark=tuple(spark),
        tabs=tuple(make(context) for make in TABS),
    )
