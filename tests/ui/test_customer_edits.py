"""Edits through the real desk: worker, writer and readers run; the tab follows in place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from csmdesk.domain.edits import Edit
from csmdesk.domain.page import page_json
from csmdesk.domain.portfolio import Portfolio
from csmdesk.runtime.desk import Desk
from csmdesk.views.customer import CustomerTab
from csmdesk.views.customer.blocks import FieldsView, TableView
from csmdesk.views.customer.dialogs import NoteDialog, RiskDialog
from csmdesk.views.memory import Memory
from tests.demo import NOW, copied

WAIT_MS = 30_000


def now() -> datetime:
    return datetime.fromtimestamp(NOW, UTC)


@pytest.fixture(scope="module")
def running(
    prepared_demo: Path, tmp_path_factory: pytest.TempPathFactory, qapp: object
) -> Iterator[Desk]:
    """One desk for all tests here: starting the worker is what takes time."""
    folder = copied(prepared_demo, tmp_path_factory.mktemp("edits") / "demo")
    desk = Desk(folder, True, now)
    desk.start(run=False)
    try:
        desk.set_day(desk.today())
        for _ in range(WAIT_MS // 50):
            if desk.portfolio is not None:
                break
            QTest.qWait(50)
        assert desk.portfolio is not None
        yield desk
    finally:
        desk.close()


@pytest.fixture
def tab(running: Desk, memory: Memory, qtbot: QtBot) -> Iterator[CustomerTab]:
    book = running.portfolio
    assert book is not None
    busiest = int(book.customers.ints("open_tasks").argmax())
    made = CustomerTab(running, memory, book.customers["id"][busiest])
    qtbot.addWidget(made)
    made.resize(1_000, 420)
    made.show()

    def follow(portfolio: Portfolio) -> None:
        made.show_portfolio(portfolio, running.scope)

    running.portfolioChanged.connect(follow)
    with qtbot.waitSignal(running.customerReady, timeout=WAIT_MS):
        made.show_portfolio(book, running.scope)
    yield made
    running.portfolioChanged.disconnect(follow)


def table(tab: CustomerTab, key: str) -> TableView:
    body = tab.body("tasks")
    assert body is not None
    view = body.views[key]
    assert isinstance(view, TableView)
    return view


def status(view: TableView, key: str) -> str:
    place = view.table.model.places([key])[0]
    return view.texts()[place]["status"]


def test_starting_a_task_changes_its_row_and_nothing_else(
    running: Desk, tab: CustomerTab, qtbot: QtBot
) -> None:
    tab.show_tab("tasks")
    view = table(tab, "open_tasks")
    body = tab.body("tasks")
    assert body is not None
    key = view.table.model.key(1)
    view.table.select([key])
    qtbot.wait(20)
    body.verticalScrollBar().setValue(40)
    at = body.verticalScrollBar().value()
    with qtbot.waitSignal(running.edited, timeout=WAIT_MS):
        view.actions_of_tasks.start()
    qtbot.waitUntil(lambda: status(view, key) == "Started", timeout=WAIT_MS)
    assert table(tab, "open_tasks") is view
    assert view.table.selected() == (key,)
    assert body.verticalScrollBar().value() == at
    with qtbot.waitSignal(running.edited, timeout=WAIT_MS):
        running.undo()
    qtbot.waitUntil(lambda: status(view, key) == "Not started", timeout=WAIT_MS)


def test_finishing_moves_a_task_to_the_other_table(
    running: Desk, tab: CustomerTab, qtbot: QtBot
) -> None:
    tab.show_tab("tasks")
    open_tasks = table(tab, "open_tasks").table.model
    key, before = open_tasks.key(0), open_tasks.rowCount()
    table(tab, "open_tasks").table.select([key])
    table(tab, "open_tasks").actions_of_tasks.finish()
    qtbot.waitUntil(
        lambda: table(tab, "open_tasks").table.model.rowCount() == before - 1, timeout=WAIT_MS
    )
    assert status(table(tab, "closed_tasks"), key) == "Finished"
    assert tab.bar.tabText(0) == f"Tasks {before - 1}".removesuffix(" 0")


def test_risk_and_sentiment_are_seen_where_they_are_told(
    running: Desk, tab: CustomerTab, qtbot: QtBot
) -> None:
    tab.show_tab("retention")
    args = {"score": 8, "risk_tags": ["Budget cut", "Champion left"], "risk_note": "One year only."}
    running.edit(Edit("risk", (tab.customer_id,), args))
    running.edit(
        Edit("sentiment", (tab.customer_id,), {"sentiment": "negative", "reason": "Angry"})
    )

    def shown() -> dict[str, str]:
        body = tab.body("retention")
        assert body is not None
        told: dict[str, str] = {}
        for key in ("risk", "sentiment"):
            view = body.views[key]
            assert isinstance(view, FieldsView)
            told |= view.texts()
        return told

    qtbot.waitUntil(lambda: shown().get("sentiment") == "Negative", timeout=WAIT_MS)
    assert shown()["score"] == "8 / 10"
    assert shown()["risk_tags"] == "Budget cut, Champion left"
    assert shown()["reason"] == "Angry"
    assert tab.page is not None
    assert page_json(tab.page)["tabs"]["retention"]["risk"]["score"]["value"] == 8
    tab.actions_of_customer.set_risk()
    dialog = tab.findChild(RiskDialog)
    assert dialog is not None
    assert dialog.score.value() == 8
    assert dialog.risk.chosen() == ["Budget cut", "Champion left"]


def test_a_note_written_with_the_keyboard_is_in_the_timeline(
    running: Desk, tab: CustomerTab, qtbot: QtBot
) -> None:
    tab.show_tab("activity")
    tab.activateWindow()
    tab.bar.setFocus()
    qtbot.waitUntil(tab.bar.hasFocus)
    qtbot.keyClick(tab.bar, Qt.Key.Key_N)
    dialog = tab.findChild(NoteDialog)
    assert dialog is not None
    qtbot.keyClicks(dialog.body, "Asked for <b>SSO</b> & audit")
    with qtbot.waitSignal(running.edited, timeout=WAIT_MS):
        dialog._save()

    def subjects() -> list[str]:
        body = tab.body("activity")
        assert body is not None
        view = body.views["timeline"]
        assert isinstance(view, TableView)
        return [row["subject"] for row in view.texts()]

    qtbot.waitUntil(lambda: "Asked for <b>SSO</b> & audit" in subjects(), timeout=WAIT_MS)
    assert subjects()[0] == "Asked for <b>SSO</b> & audit", "newest first"


def test_a_tag_is_a_pill_of_the_header(running: Desk, tab: CustomerTab, qtbot: QtBot) -> None:
    running.edit(Edit("tag_add", (tab.customer_id,), {"tags": ["QBR due"]}))
    qtbot.waitUntil(lambda: "QBR due" in tab.header.pills(), timeout=WAIT_MS)
    with qtbot.waitSignal(running.edited, timeout=WAIT_MS) as applied:
        running.undo()
    assert "QBR due" in applied.args[0].text
    qtbot.waitUntil(lambda: "QBR due" not in tab.header.pills(), timeout=WAIT_MS)
