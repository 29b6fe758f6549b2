"""Painting the customer table, against Qt's own item model and delegate with text alone."""

from __future__ import annotations

import statistics
import time

from PySide6.QtWidgets import QTableView

from benchmarks.harness import Bench, Result, Times
from benchmarks.screens import Frames, application, our_table, plain_table, repaint
from benchmarks.workspaces import large_workspace, session_of
from csmdesk.domain.portfolio import Portfolio
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.models.customers import CUSTOMER_COLUMNS
from csmdesk.worker.frames import pack_portfolio, unpack_portfolio

REPAINT, JUMP = 1.2, 1.5
FRAME_MS = 16.6
ROUNDS, JUMPS = 25, 60


def large_portfolio() -> Portfolio:
    session = session_of(large_workspace())
    try:
        return build_portfolio(session, session.today())
    finally:
        session.close()


def run() -> list[Result]:
    application()
    bench = Bench("overview")
    portfolio = large_portfolio()
    found = []
    every = tuple(column.key for column in CUSTOMER_COLUMNS[:20])
    for title, keys in (("default columns", ()), ("20 columns", every)):
        ours = our_table(portfolio, keys)
        plain = plain_table(ours)
        found.append(
            bench.ratio(
                f"full repaint, 41 rows, {title}", "C++ items", lambda plain=plain: repaint(plain),
                lambda grid=ours.grid: repaint(grid), REPAINT, rounds=ROUNDS, warm=3,
            )
        )  # fmt: skip
        floor, jumps = Times(), Times()
        for _ in range(4):
            floor.rounds += _jumps(plain)
            jumps.rounds += _jumps(ours.grid)
        found.append(
            bench.compared(f"page jump by the event loop, {title}", "C++ items", floor, jumps, JUMP)
        )
        ours.close()
        plain.close()
    return found + _arrival(bench, portfolio)


def _jumps(view: QTableView) -> list[float]:
    return Frames(view, JUMPS // 4).run()


def _arrival(bench: Bench, portfolio: Portfolio) -> list[Result]:
    """What one new portfolio costs the window's threads."""
    table = our_table(portfolio)
    packed = pack_portfolio(portfolio)
    unpack, rows = Times(), Times()
    for _ in range(5):
        began = time.perf_counter()
        fresh = unpack_portfolio(packed)
        unpack.rounds.append(time.perf_counter() - began)
        from csmdesk.models.customers import customer_rows

        began = time.perf_counter()
        table.set_rows(customer_rows(fresh))
        rows.rounds.append(time.perf_counter() - began)
    table.close()
    count = f"{portfolio.customers.length:,} customers"
    note = f"{len(packed) / 1e6:.1f} MB"
    return [
        bench.milliseconds(
            f"a new portfolio in the table (GUI thread), {count}",
            statistics.median(rows.rounds), FRAME_MS,
        ),
        bench.milliseconds(
            f"its frame unpacked (engine thread), {count}",
            statistics.median(unpack.rounds), None, note,
        ),
    ]  # fmt: skip
