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

    def open_tab(page: CustomerPage) -> None:
        tab = CustomerTab(desk, memory(), page.customer_id)
        tab.resize(1_200, 800)
        tab.show()
        tab._ready(page.customer_id, page)
        for sub in page.tabs:
            tab.show_tab(sub.key)
            tab.grab()
        opened.append(tab)

    def close_all() -> None:
        for tab in opened:
            tab.close()
            tab.deleteLater()
        opened.clear()
        settle(1)

    def whole() -> float:
        began = time.perf_counter()
        open_tab(pages[0])
        seconds = time.perf_counter() - began
        close_all()
        return seconds

    def without_charts() -> float:
        began = time.perf_counter()
        open_tab(bare)
        seconds = time.perf_counter() - began
        close_all()
        return seconds

    bare = _without_series(pages[0])
    result = bench.ratio(
        "a tab with all six sub-tabs visited and painted", "same tab without charts",
        without_charts, whole, WITH_CHARTS, rounds=9, warm=2,
    )  # fmt: skip
    return [
        bench.milliseconds("rows and page of a customer (reader)", statistics.median(read), None),
        result,
        bench.count(
            "memory of an open tab, all sub-tabs", _memory(open_tab, pages), MEGABYTES, "MB"
        ),
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


def _memory(open_tab: object, pages: list[CustomerPage]) -> float:
    """Megabytes by which the process grows per tab; 0 where the system does not tell."""
    assert callable(open_tab)
    gc.collect()
    before = _resident()
    for page in pages:
        open_tab(page)
    return (_resident() - before) / len(pages)


def _resident() -> float:
    try:
        with open("/proc/self/statm", encoding="ascii") as handle:
            return int(handle.read().split()[1]) * 4_096 / 1e6
    except OSError:
        return 0.0
