"""`csmdesk report PAGE`: the figures of a page, the same that the window shows."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from csmdesk.cli.context import Context, day_option
from csmdesk.domain.days import iso_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures import alerts as alerts_figure
from csmdesk.engine.figures import customers as customers_figure
from csmdesk.engine.figures import dashboard as dashboard_figure
from csmdesk.engine.figures import movements as movements_figure
from csmdesk.engine.figures import renewals as renewals_figure
from csmdesk.engine.figures.alert_trend import alert_trend
from csmdesk.jobs.snapshot import build_portfolio

CUSTOMER_KEYS = ("name", "csm", "tier", "chi", "band", "mrr", "status", "renewal_on", "open_tasks")
RENEWAL_KEYS = ("renewal_on", "in_days", "name", "csm", "chi", "band", "mrr", "acv")
TASK_KEYS = ("severity", "text", "customer", "status", "due_on")


ALERT_KEYS = ("opened_on", "label", "text", "customer", "chi", "action_step")


class Page(StrEnum):
    ALERTS = "alerts"
    CUSTOMERS = "customers"
    DASHBOARD = "dashboard"
    MOVEMENTS = "movements"
    RENEWALS = "renewals"


def report(
    context: typer.Context,
    page: Annotated[Page, typer.Argument(metavar="PAGE", show_choices=True)],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY")] = None,
    csm: Annotated[str, typer.Option(metavar="NAME", help="Customers of this CSM.")] = "",
    segment: Annotated[str, typer.Option(metavar="NAME")] = "",
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Scores from the facts, not those stored.")
    ] = False,
    by: Annotated[str, typer.Option(metavar="customer", help="movements only.")] = "",
) -> None:
    """Print a page's figures: alerts, customers, dashboard, movements or renewals."""
    cli: Context = context.obj
    if by not in ("", "customer") or (by and page is not Page.MOVEMENTS):
        raise BadInput(f"--by {by} is not known for {page}.", "Only: movements --by customer.")
    with cli.reading() as session:
        day = day_option(as_of)
        day = session.today() if day is None else day
        portfolio = build_portfolio(session, day, recompute=recompute)
    if recompute:
        for notice in portfolio.notices:
            cli.say(notice)
    scope = checked_scope(portfolio, csm, segment)
    if page is Page.CUSTOMERS:
        cli.show(customers_figure.rows(portfolio, scope), "Customers", CUSTOMER_KEYS)
    elif page is Page.MOVEMENTS:
        rows = movements_figure.movements_report(portfolio, scope, by_customer=bool(by))
        shown = [key for key in (rows or [{}])[0] if key not in ("customer_id", "currency")]
        cli.show(rows, "MRR movements", shown)
    elif page is Page.RENEWALS:
        cli.show(renewals_figure.renewals_report(portfolio, scope), "Renewals", RENEWAL_KEYS)
    elif page is Page.ALERTS:
        _alerts(cli, portfolio, scope)
    else:
        _dashboard(cli, portfolio, scope)


def checked_scope(portfolio: Portfolio, csm: str, segment: str) -> Scope:
    """The scope of the options; `BadInput` names a CSM or segment that does not exist."""
    for kind, name, known in (
        ("CSM", csm, portfolio.csms),
        ("segment", segment, portfolio.segments),
    ):
        if name and name not in known:
            choices = ", ".join(known) or "none yet"
            raise BadInput(f"There is no {kind} “{name}”.", f"Known: {choices}.")
    return Scope(portfolio.day, csm, segment)


def _alerts(cli: Context, portfolio: Portfolio, scope: Scope) -> None:
    trend = [month.as_json() for month in alert_trend(portfolio, scope)]
    rows = alerts_figure.open_alerts(portfolio, scope)
    if cli.json:
        cli.json_out({"day": iso_day(portfolio.day), "open": rows, "trend": trend})
        return
    cli.show(rows, f"Open alerts, {iso_day(portfolio.day)}", ALERT_KEYS)
    cli.show(trend, "By month: created, closed, open on an average day")


def _dashboard(cli: Context, portfolio: Portfolio, scope: Scope) -> None:
    board = dashboard_figure.dashboard(portfolio, scope)
    counters = [
        {"counter": counter.key, "open": counter.count, "change": counter.change}
        for counter in board.counters
    ]
    if cli.json:
        day = iso_day(portfolio.day)
        cli.json_out({"day": day, "counters": counters, "tasks": board.rows})
        return
    cli.show(counters, f"Dashboard, {iso_day(portfolio.day)}")
    cli.show(board.rows, "Tasks", TASK_KEYS)
