"""The real window on the real desk: worker process, sandbox over HTTP, store, engine, edits."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from csmdesk.domain.edits import Edit
from csmdesk.runtime.desk import Desk
from csmdesk.store.first_rows import first_rows
from csmdesk.views.customer import CustomerTab
from csmdesk.views.main_window import MainWindow
from csmdesk.views.table import DataTable
from tests.demo import NOW

LONG = 60_000


def tomorrow() -> datetime:
    """One day after the prepared workspace's run: a Saturday morning."""
    return datetime.fromtimestamp(NOW, UTC) + timedelta(days=1)


@pytest.fixture
def live(demo_folder: Path, qtbot: QtBot) -> Iterator[tuple[Desk, MainWindow]]:
    desk = Desk(demo_folder, True, tomorrow, first_rows(demo_folder / "csmdesk.sqlite"))
    window = MainWindow(desk, demo_folder / "window.ini")
    qtbot.addWidget(window)
    window.complete()
    window.show()
    with qtbot.waitSignal(desk.portfolioChanged, timeout=LONG):
        desk.start(run=False)
    yield desk, window
    window.close()
    desk.close()


def test_all_stored_rows_are_there_before_the_portfolio(demo_folder: Path, qtbot: QtBot) -> None:
    first = first_rows(demo_folder / "csmdesk.sqlite", 5)
    desk = Desk(demo_folder, True, tomorrow, first)
    window = MainWindow(desk, demo_folder / "window.ini")
    qtbot.addWidget(window)
    window.complete()
    window.show()
    table = window.findChild(DataTable)
    assert isinstance(table, DataTable)
    assert table.model.rowCount() == 5
    told: list[str] = []
    desk.rowsReady.connect(lambda _rows: told.append(f"rows {table.model.rowCount()}"))
    desk.portfolioChanged.connect(lambda _portfolio: told.append("portfolio"))
    with qtbot.waitSignal(desk.portfolioChanged, timeout=LONG):
        desk.start(run=False)
    before, after = told
    shown = table.model.rowCount()
    window.close()
    desk.close()
    assert after == "portfolio"
    assert before == f"rows {shown}"
    assert shown > 5


def test_a_killed_worker_comes_back_while_the_table_scrolls(
    live: tuple[Desk, MainWindow], qtbot: QtBot
) -> None:
    desk, window = live
    window.open_page("customers")
    table = window.findChild(DataTable)
    assert isinstance(table, DataTable)
    frames: list[int] = []
    bar = table.grid.verticalScrollBar()

    def jump() -> None:
        frames.append(len(frames))
        step = bar.pageStep() or 1
        bar.setValue(bar.value() + step if bar.value() < bar.maximum() else 0)

    timer = QTimer()
    timer.timeout.connect(jump)
    timer.start(15)
    pid = desk.engine.worker_pid
    assert pid not in (0, os.getpid())
    started: list[int] = []
    desk.workerStarted.connect(started.append)
    with qtbot.waitSignal(desk.engine.progress, timeout=LONG):
        desk.sync_now()
    with qtbot.waitSignal(desk.jobFinished, timeout=LONG) as finished:
        os.kill(pid, signal.SIGKILL)
    timer.stop()
    assert started
    assert started[-1] == desk.engine.worker_pid != pid
    assert finished.args[0] == "run"
    assert len(frames) > 20, "the table went on scrolling"


def test_an_edit_shows_at_once_and_survives_a_run(
    live: tuple[Desk, MainWindow], qtbot: QtBot
) -> None:
    desk, _ = live
    portfolio = desk.portfolio
    assert portfolio is not None
    customer = portfolio.customers["id"][0]

    def tags() -> tuple[str, ...]:
        assert desk.portfolio is not None
        found: tuple[str, ...] = desk.portfolio.customers["tags"][0]
        return found

    with qtbot.waitSignal(desk.edited, timeout=LONG) as edited:
        desk.edit(Edit("tag_add", (customer,), {"tags": ["board topic"]}))
        assert "board topic" in tags(), "before the writer has answered"
    assert "1 customer" in edited.args[0].text
    with qtbot.waitSignal(desk.jobFinished, timeout=LONG):
        desk.run_now()
    qtbot.waitUntil(lambda: "board topic" in tags(), timeout=LONG)
    with qtbot.waitSignal(desk.edited, timeout=LONG):
        desk.undo()
    qtbot.waitUntil(lambda: "board topic" not in tags(), timeout=LONG)


def test_a_customer_opens_with_all_its_sub_tabs(
    live: tuple[Desk, MainWindow], qtbot: QtBot
) -> None:
    desk, window = live
    assert desk.portfolio is not None
    busiest = int(desk.portfolio.customers.ints("open_tasks").argmax())
    customer = desk.portfolio.customers["id"][busiest]
    with qtbot.waitSignal(desk.customerReady, timeout=LONG):
        window.open_customer(customer)
    tab = window.current_page()
    assert isinstance(tab, CustomerTab)
    assert tab.page is not None
    for sub_tab in tab.page.tabs:
        tab.show_tab(sub_tab.key)
        QApplication.sendPostedEvents()
        body = tab.body(sub_tab.key)
        assert body is not None
        assert set(body.views) == {block.key for block in sub_tab.main + sub_tab.side}


def test_another_day_is_another_portfolio(live: tuple[Desk, MainWindow], qtbot: QtBot) -> None:
    desk, _ = live
    day = desk.today() - 60
    with qtbot.waitSignal(desk.portfolioChanged, timeout=LONG):
        desk.set_day(day)
    assert desk.portfolio is not None
    assert desk.portfolio.day == day
