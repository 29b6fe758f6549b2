"""Opening a customer tab: reading its rows, building its page, building its widgets."""

from __future__ import annotations

import dataclasses
import gc
import statistics
import time
from datetime import UTC, datetime

from benchmarks.harness import Bench, Result
from benchmarks.screens import application, memory, settle
from benchmarks.workspaces import demo_workspace, session_of
from csmdesk.domain.page import CustomerPage, Series
from csmdesk.jobs.customer import customer_page
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.runtime.desk import Desk
from csmdesk.views.customer import CustomerTab

WITH_CHARTS = 2.5
MEGABYTES = 1.0
TABS = 20


def run() -> list[Result]:
    application()
    bench = Bench("customer")
    folder = demo_workspace()
    session = session_of(folder)
    portfolio = build_portfolio(session, session.today())
    ids = portfolio.customers["id"][:TABS]
    read = []
    pages = []
    for one in ids:
        began = time.perf_counter()
        pages.append(customer_page(session, portfolio, one))
        read.append(time.perf_counter() - began)
    session.close()
    desk = Desk(folder, True, lambda: datetime.now(UTC))
    desk.portfolio = portfolio
    opened: list[CustomerTab] = []

    def open_tab(page: CustomerPage, tabs: int) -> None:
        tab = CustomerTab(desk, memory(), page.customer_id)
        tab.resize(1_200, 800)
        tab.show()
        tab._ready(page.customer_id, page)
        for sub in page.tabs[:tabs]:
            tab.show_tab(sub.key)
            settle(0)
            tab.repaint()
        opened.append(tab)

    def seconds_to_open(page: CustomerPage, tabs: int) -> float:
        began = time.perf_counter()
        open_tab(page, tabs)
        seconds = time.perf_counter() - began
        for tab in opened:
            tab.close()
            tab.deleteLater()
        opened.clear()
        settle(1)
        return seconds

    bare = _without_series(pages[0])
    results = [
        bench.ratio(
            what, "same tab without charts",
            lambda tabs=tabs: seconds_to_open(bare, tabs),
            lambda tabs=tabs: seconds_to_open(pages[0], tabs), WITH_CHARTS, rounds=9, warm=2,
        )
        for what, tabs in (("a tab opened and painted", 1), ("all six sub-tabs visited", 6))
    ]  # fmt: skip
    gc.collect()
    before = _resident()
    for page in pages:
        open_tab(page, 1)
    grown = (_resident() - before) / len(pages)
    return [
        bench.milliseconds("rows and page of a customer (reader)", statistics.median(read), None),
        *results,
        bench.count(f"memory of an open tab, mean of {TABS}", grown, MEGABYTES, "MB"),
    ]


def _without_series(page: CustomerPage) -> CustomerPage:
    tabs = tuple(
        dataclasses.replace(
            tab,
            main=tuple(block for block in tab.main if not isinstance(block, Series)),
            side=tuple(block for block in tab.side if not isinstance(block, Series)),
        )
        for tab in page.tabs
    )
    return dataclasses.replace(page, tabs=tabs)


def _resident() -> float:
    """Megabytes of this process; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as handle:
            return int(handle.read().split()[1]) * 4_096 / 1e6
    except OSError:
        return 0.0
