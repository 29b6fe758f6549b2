"""The Dashboard shows the figures of the engine, filters its table and opens what is clicked."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from csmdesk.domain.page import Value
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.alerts import notifications
from csmdesk.engine.figures.dashboard import Counter, Dashboard, Filters, dashboard
from csmdesk.engine.figures.renewal_months import renewal_months
from csmdesk.models.dashboard import change_text, first_name, greeting, run_line, since_word
from csmdesk.runtime.desk import Desk
from csmdesk.views.main_window import MainWindow
from csmdesk.views.pages.dashboard import DashboardPage
from tests.ui.portfolios import DAY


@pytest.fixture
def page(window: MainWindow) -> DashboardPage:
    window.open_page("dashboard")
    found = window.current_page()
    assert isinstance(found, DashboardPage)
    return found


def test_counters_are_the_figures(page: DashboardPage, book: Portfolio) -> None:
    board = dashboard(book, Scope(DAY))
    assert {key: card.figure for key, card in page.counters.cards.items()} == {
        counter.key: str(counter.count) for counter in board.counters
    }
    since = since_word(board.since, board.day)
    assert {key: card.change for key, card in page.counters.cards.items()} == {
        counter.key: change_text(counter, since)[0] for counter in board.counters
    }


def test_the_table_lists_the_open_tasks_in_order(page: DashboardPage, book: Portfolio) -> None:
    wanted = [row["id"] for row in dashboard(book, Scope(DAY)).rows]
    model = page.table.model
    shown = [model.key(row) for row in range(model.rowCount())]
    assert sorted(shown) == sorted(wanted)
    severities = [model.text(row, 0) for row in range(model.rowCount())]
    assert severities == sorted(severities, key=["High", "Medium", "Low"].index)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("priority", "high"),
        ("category", "Churn Risk"),
        ("type", "nps_detractor"),
        ("status", "finished"),
        ("status", "all"),
        ("due", "overdue"),
    ],
)
def test_filters_narrow_as_the_figure_does(
    page: DashboardPage, book: Portfolio, field: str, value: Value
) -> None:
    page.filters[field].set_key(str(value))
    page.filters[field].chosen.emit(str(value))
    filters = Filters(**{field: value})  # type: ignore[arg-type]
    assert page.table.model.rowCount() == len(dashboard(book, Scope(DAY), filters).rows)
    page.reset_filters()
    assert page.table.model.rowCount() == len(dashboard(book, Scope(DAY)).rows)


def test_scope_narrows_everything(page: DashboardPage, desk: Desk, book: Portfolio) -> None:
    csm = book.csms[0]
    desk.set_scope(csm, "")
    board = dashboard(book, Scope(DAY, csm))
    assert page.counters.cards["total"].figure == str(board.counters[3].count)
    assert page.table.model.rowCount() == len(board.rows)
    assert page.line.text() == run_line(board, desk.now())


def test_notifications_are_the_newest_alerts(
    page: DashboardPage, book: Portfolio, qtbot: QtBot
) -> None:
    wanted = notifications(book, Scope(DAY))[: len(page.notifications.rows)]
    assert [made.row["id"] for made in page.notifications.rows] == [row["id"] for row in wanted]
    assert page.notifications.rows, "the made-up portfolio has some"
    with qtbot.waitSignal(page.customerWanted) as wanted_customer:
        page.notifications.rows[0].click()
    assert wanted_customer.args == [wanted[0]["customer_id"], "retention"]


def test_renewals_are_the_figure_as_count_and_arr(page: DashboardPage, book: Portfolio) -> None:
    months = renewal_months(book, Scope(DAY))
    assert page.renewals.arr
    shown = [bar.total for bar in page.renewals.chart.bars]
    assert shown == pytest.approx([sum(month.arr) / 100 for month in months])
    page.renewals._group.button(0).click()
    assert [bar.total for bar in page.renewals.chart.bars] == [sum(m.count) for m in months]


def test_the_right_column_leaves_a_narrow_window(
    page: DashboardPage, window: MainWindow, qtbot: QtBot
) -> None:
    assert page.side.isVisible()
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: not page.side.isVisible())
    sideways = page.table.grid.horizontalScrollBar()
    qtbot.waitUntil(lambda: not sideways.maximum())  # all columns fit


def test_enter_opens_the_customer_at_its_tasks(
    page: DashboardPage, book: Portfolio, qtbot: QtBot
) -> None:
    row = dashboard(book, Scope(DAY)).rows[0]
    page.table.select([row["id"]])
    page.table.grid.setFocus()
    with qtbot.waitSignal(page.customerWanted) as wanted:
        qtbot.keyClick(page.table.grid, Qt.Key.Key_Return)
    assert wanted.args == [row["customer_id"], "tasks"]


def test_starting_a_task_shows_at_once(
    page: DashboardPage, desk: Desk, book: Portfolio, qtbot: QtBot
) -> None:
    row = next(r for r in dashboard(book, Scope(DAY)).rows if r["status"] == "not started")
    page.table.select([row["id"]])
    page.table.grid.setFocus()
    qtbot.keyClick(page.table.grid, Qt.Key.Key_S)
    assert page.table.selected() == (row["id"],)
    place = page.table.model.places([row["id"]])[0]
    assert page.table.model.text(place, 5) == "Started"


def test_words_of_the_head() -> None:
    morning = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert greeting(morning, "dana.ruiz@acme.example") == "Good morning, Dana"
    assert greeting(morning.replace(hour=13), "root") == "Good afternoon"
    assert greeting(morning.replace(hour=19), "") == "Good evening"
    assert [first_name(who) for who in ("tom", "j2doe", "admin@x.example")] == ["Tom", "J", ""]
    monday = DAY + 3
    assert since_word(DAY, monday) == "Friday"
    assert since_word(monday - 1, monday) == "yesterday"
    run_at = int(morning.replace(hour=6).timestamp())
    board = Dashboard(monday, monday, run_at, 400, 214, DAY, 9, 5, (), (), dashboard_places(), [])
    assert run_line(board, morning) == (
        "Monday 23 Nov · engine ran at 06:00 over 214 customers in 0.4 s"
        " · 9 tasks new, 5 resolved since Friday"
    )
    assert change_text(Counter("high", "High", 17, 4), "Friday") == ("▲ 4 vs Friday", "poor")
    assert change_text(Counter("low", "Low", 14, 0), "yesterday") == ("= yesterday", "")
    assert change_text(Counter("low", "Low", 14, -2), "yesterday") == ("▼ 2 vs yesterday", "good")


def dashboard_places() -> Any:
    import numpy as np

    return np.zeros(0, np.int64)


SCRIPT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from PySide6.QtWidgets import QApplication
from csmdesk.runtime.desk import Desk
from csmdesk.views.customer import CustomerTab
from csmdesk.views.memory import Memory
from csmdesk.views.pages.dashboard import DashboardPage

app = QApplication([])
desk = Desk(Path(sys.argv[1]), True, lambda: datetime(2026, 11, 20, 8, tzinfo=UTC))
memory = Memory.at(str(Path(sys.argv[1]) / "window.ini"))
page, tab = DashboardPage(desk, memory), CustomerTab(desk, memory, "0123456789abcdef")
page.show()
tab.show()
app.processEvents()
slow = "numpy pandas pyqtgraph sqlalchemy requests keyring"
print([name for name in slow.split() if name in sys.modules])
"""


def test_dashboard_and_customer_are_painted_without_the_slow_libraries(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
