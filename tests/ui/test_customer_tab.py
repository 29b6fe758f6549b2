"""The customer tab on a real demo workspace: what widgets say is what the JSON says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from csmdesk.domain.page import CustomerPage, page_json
from csmdesk.domain.portfolio import Portfolio
from csmdesk.jobs.customer import customer_page
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.runtime.desk import Desk
from csmdesk.views import theme
from csmdesk.views.customer import CustomerTab
from csmdesk.views.customer.blocks import BreakdownView, FieldsView, SeriesView, TableView
from csmdesk.views.customer.dialogs import NoteDialog, RiskDialog, SentimentDialog
from csmdesk.views.dialogs.tags import TagDialog
from csmdesk.views.memory import Memory
from tests.demo import NOW, demo_session

TABS = ("tasks", "chi", "commercial", "usage", "activity", "retention")


def now() -> datetime:
    return datetime.fromtimestamp(NOW, UTC)


@pytest.fixture(scope="module")
def session(prepared_demo: Path) -> Iterator[Session]:
    made = demo_session(prepared_demo)
    yield made
    made.close()


@pytest.fixture(scope="module")
def demo_book(session: Session) -> Portfolio:
    return build_portfolio(session, session.today())


def place_of(book: Portfolio, story: str) -> int:
    """A customer of a kind: where a sub-tab has most or least to show."""
    customers = book.customers
    active, chi = customers.ints("active") > 0, customers["chi"].astype(int)
    rows = {
        "busiest": customers.ints("open_tasks").argmax(),
        "healthiest": (chi * active).argmax(),
        "poorest": (chi + 1000 * (chi < 0) + 1000 * ~active).argmin(),
        "gone": (~active).argmax(),
        "without usage": (customers.ints("last_login_on")).argmin(),
    }
    return int(rows[story])


@pytest.fixture
def shown(
    session: Session, demo_book: Portfolio, memory: Memory, tmp_path: Path, qtbot: QtBot
) -> Any:
    """Opens the tab of a customer in a window of the usual size; returns it with its page."""
    desk = Desk(tmp_path, True, now)
    desk._show(demo_book)

    def open_tab(
        story: str, size: tuple[int, int] = (1200, 800)
    ) -> tuple[CustomerTab, CustomerPage]:
        key = demo_book.customers["id"][place_of(demo_book, story)]
        page = customer_page(session, demo_book, key)
        tab = CustomerTab(desk, memory, key)
        qtbot.addWidget(tab)
        tab.resize(*size)
        tab.show()
        desk.customerReady.emit(key, page)
        return tab, page

    return open_tab


def texts(told: Any) -> Any:
    """JSON of a block with the texts of its cells only."""
    if isinstance(told, list):
        return [texts(row) for row in told]
    return {key: cell["text"] for key, cell in told.items()}


def said_by(view: QWidget, told: Any) -> tuple[Any, Any]:
    """(what a widget shows, what the JSON of its block says)."""
    if isinstance(view, TableView | FieldsView):
        return view.texts(), texts(told)
    if isinstance(view, SeriesView):
        series = view.chart.series
        mine = {"days": view.days(), **{name: list(values) for name, values in series.lines}}
        return mine, told
    assert isinstance(view, BreakdownView)
    lines = [line for pillar in told["pillars"] for line in pillar["factors"]]
    wanted = {line["key"]: (line["raw"]["text"], line["got"], str(line["lost"])) for line in lines}
    return view.texts(), wanted


@pytest.mark.parametrize("story", ["busiest", "healthiest", "poorest", "gone", "without usage"])
def test_every_widget_says_what_the_json_says(shown: Any, story: str) -> None:
    tab, page = shown(story)
    told = page_json(page)
    assert tab.header.texts() == texts(told["header"])
    assert tab.header.pills() == told["pills"]
    assert tab.header.said() == (told["name"], told["why"], told["next_step"])
    for key in TABS:
        tab.show_tab(key)
        body = tab.body(key)
        assert body is not None
        assert set(body.views) == set(told["tabs"][key])
        for block, view in body.views.items():
            mine, wanted = said_by(view, told["tabs"][key][block])
            assert mine == wanted, f"{key}/{block}"


@pytest.mark.parametrize("name", ["light", "dark"])
def test_nothing_is_cut_off_in_a_small_window(
    shown: Any, name: str, qtbot: QtBot, qapp: Any
) -> None:
    theme.apply_theme(qapp, name)
    tab, _ = shown("busiest", (792, 580))
    for key in TABS:
        tab.show_tab(key)
        qtbot.wait(20)
        body = tab.body(key)
        inside = body.widget()
        assert inside.width() <= body.viewport().width()
        for label in inside.findChildren(QLabel) + tab.header.findChildren(QLabel):
            if label.isVisible() and label.text() and not label.wordWrap():
                assert label.width() >= label.sizeHint().width() - 1, label.text()


def test_panels_without_data_have_words(shown: Any) -> None:
    tab, _ = shown("gone")
    for key in TABS:
        tab.show_tab(key)
        for view in tab.body(key).views.values():
            if isinstance(view, TableView) and not view.texts():
                assert view.table.empty.title
                assert view.table._state.isVisibleTo(view)
            if isinstance(view, SeriesView) and not view.chart.has_data:
                assert view.chart.series.empty


def test_numbers_stand_at_the_right(shown: Any) -> None:
    tab, _ = shown("busiest")
    for key in TABS:
        tab.show_tab(key)
        for view in tab.body(key).views.values():
            if isinstance(view, TableView):
                for column in view.table.model.columns:
                    numeric = column.key in ("amount", "price", "quantity", "events", "score")
                    assert column.right or not numeric, f"{key}: {column.key}"


def test_an_update_keeps_widgets_selection_and_scroll(shown: Any, qtbot: QtBot) -> None:
    tab, page = shown("busiest", (1000, 420))
    tab.show_tab("tasks")
    body = tab.body("tasks")
    view = body.views["open_tasks"]
    chosen = view.table.model.key(1)
    view.table.select([chosen])
    qtbot.wait(20)
    body.verticalScrollBar().setValue(60)
    at = body.verticalScrollBar().value()
    assert at > 0
    tab.desk.customerReady.emit(tab.customer_id, page)
    assert body.views["open_tasks"] is view
    assert view.table.selected() == (chosen,)
    assert body.verticalScrollBar().value() == at


def test_keys_open_the_dialogs(shown: Any, qtbot: QtBot) -> None:
    tab, _ = shown("busiest")
    tab.activateWindow()
    tab.bar.setFocus()
    qtbot.waitUntil(tab.bar.hasFocus)
    qtbot.keyClick(tab.bar, Qt.Key.Key_N)
    assert tab.findChild(NoteDialog).isVisible()
    tab.findChild(NoteDialog).reject()
    qtbot.keyClick(tab.bar, Qt.Key.Key_T)
    assert tab.findChild(TagDialog).isVisible()


def test_the_risk_dialog_says_the_whole_edit(shown: Any, qtbot: QtBot) -> None:
    tab, _ = shown("busiest")
    tab.actions_of_customer.set_risk()
    dialog = tab.findChild(RiskDialog)
    dialog.score.setValue(8)
    dialog.risk._chips["Champion left"].click()
    qtbot.keyClicks(dialog.risk._another, "Tender")
    qtbot.keyClick(dialog.risk._another, Qt.Key.Key_Return)
    dialog.risk_note.setPlainText("Procurement asks for one year.")
    assert dialog.isVisible(), "Enter adds a tag and closes nothing"
    edit = dialog.made_edit()
    assert (edit.verb, edit.targets) == ("risk", (tab.customer_id,))
    assert edit.args == {
        "score": 8,
        "risk_tags": ["Champion left", "Tender"],
        "confidence_tags": [],
        "risk_note": "Procurement asks for one year.",
        "confidence_note": "",
    }


def test_the_sentiment_dialog_takes_a_reason(shown: Any) -> None:
    tab, _ = shown("busiest")
    tab.actions_of_customer.set_sentiment()
    dialog = tab.findChild(SentimentDialog)
    dialog.choose("negative")
    dialog.reason.setPlainText("Angry call")
    assert dict(dialog.made_edit().args) == {"sentiment": "negative", "reason": "Angry call"}


def test_tasks_of_a_page_are_those_of_the_badge(shown: Any) -> None:
    tab, page = shown("busiest")
    open_tasks = page_json(page)["tabs"]["tasks"]["open_tasks"]
    assert tab.bar.tabText(0) == f"Tasks {len(open_tasks)}"


def test_tags_of_the_risk_dialog_do_not_cover_its_fields(shown: Any, qtbot: QtBot) -> None:
    tab, _ = shown("busiest")
    tab.actions_of_customer.set_risk()
    dialog = tab.findChild(RiskDialog)
    qtbot.keyClicks(
        dialog.risk._another, "A tag with so many words that it needs a line of its own"
    )
    qtbot.keyClick(dialog.risk._another, Qt.Key.Key_Return)
    qtbot.wait(50)
    for choice in (dialog.risk, dialog.confidence):
        lowest = max(made.geometry().bottom() for made in choice._chips.values())
        assert lowest < choice._another.geometry().top()
