"""`csmdesk customer ID_OR_NAME`: everything one customer tab shows."""

from __future__ import annotations

from typing import Annotated

import typer

from csmdesk.cli.context import Context, day_option
from csmdesk.domain.page import Breakdown, Fields, Series, Tab, Table, page_json
from csmdesk.jobs.customer import customer_page, find_customer
from csmdesk.jobs.snapshot import build_portfolio


def customer(
    context: typer.Context,
    who: Annotated[str, typer.Argument(metavar="ID_OR_NAME")],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY")] = None,
) -> None:
    """Header, CHI breakdown, tasks, alerts, commercial and usage of one customer."""
    cli: Context = context.obj
    with cli.reading() as session:
        day = day_option(as_of)
        portfolio = build_portfolio(session, session.today() if day is None else day)
        page = customer_page(session, portfolio, find_customer(portfolio, who))
    if cli.json:
        cli.json_out(page_json(page))
        return
    header = [{"field": f.label, "value": f.cell.text} for f in page.header]
    cli.show(header, f"{page.name}: CHI {page.chi if page.chi >= 0 else '–'} ({page.band})")
    for tab in page.tabs:
        _print_tab(cli, tab)


def _print_tab(cli: Context, tab: Tab) -> None:
    for block in tab.main + tab.side:
        title = f"{tab.title} · {block.title}"
        if isinstance(block, Fields):
            cli.show([{"field": f.label, "value": f.cell.text} for f in block.fields], title)
        elif isinstance(block, Table):
            heads = [head.title for head in block.heads]
            rows = [
                dict(zip(heads, (cell.text for cell in row), strict=True)) for row in block.rows
            ]
            cli.show(rows, title)
        elif isinstance(block, Breakdown):
            cli.show(_breakdown_rows(block), title)
        elif isinstance(block, Series):
            cli.show([{"days": len(block.days), "lines": len(block.lines)}], title)


def _breakdown_rows(block: Breakdown) -> list[dict[str, str | int]]:
    rows: list[dict[str, str | int]] = []
    for pillar in block.pillars:
        rows.append({"factor": pillar.title, "value": "", "got": pillar.got, "lost": pillar.lost})
        rows += [
            {
                "factor": f"  {line.title}",
                "value": line.raw.text,
                "got": line.got,
                "lost": line.lost,
            }
            for line in pillar.factors
        ]
    if block.cap is not None:
        rows.append({"factor": "Cap", "value": block.cap.text, "got": "", "lost": block.cap_lost})
    return rows
