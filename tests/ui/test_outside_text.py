"""Names from outside are shown as they are: no label and no tooltip takes them for markup."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.portfolio import Portfolio
from csmdesk.jobs.customer import customer_page
from csmdesk.jobs.importing.job import import_folder
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.runtime.desk import Desk
from csmdesk.views.customer import CustomerTab
from csmdesk.views.main_window import MainWindow
from tests.demo import NOW, clock

NAME = '<b>x</b>{0}%s=HYPERLINK("http://e")[red]&Co'
TODAY = datetime.fromtimestamp(NOW, UTC).date()
TABS = ("tasks", "chi", "commercial", "usage", "activity", "retention")


def ago(days: int) -> str:
    return (TODAY - timedelta(days)).isoformat()


FILES: dict[str, list[dict[str, Any]]] = {
    "customers": [
        {
            "customer_id": "=1+1",
            "name": NAME,
            "owner": "<i>o</i>@us.example",
            "tier": "<u>T1</u>",
            "acv": 120_000,
            "currency": "USD",
            "renewal_on": ago(-11),
            "tags": "<s>tag</s>;=cmd",
        }
    ],
    "contacts": [
        {
            "contact_id": "p1",
            "customer_id": "=1+1",
            "name": "<img src=x>",
            "role": "champion",
            "is_champion": "true",
            "left_on": ago(19),
        },
        {"contact_id": "p2", "customer_id": "=1+1", "name": "<h1>Main</h1>"},
    ],
    "subscriptions": [
        {
            "subscription_id": "s1",
            "customer_id": "=1+1",
            "product": "<b>Scanner</b>[bold]",
            "status": "active",
            "quantity": 10,
            "amount": 12_000,
            "currency": "USD",
            "interval": "year",
            "started_on": ago(700),
        }
    ],
    "invoices": [
        {
            "invoice_id": "i1",
            "customer_id": "=1+1",
            "number": "<b>INV</b>%s",
            "amount_due": 500,
            "issued_on": ago(80),
            "due_on": ago(50),
            "status": "open",
        }
    ],
    "tickets": [
        {
            "ticket_id": "t1",
            "customer_id": "=1+1",
            "subject": "<script>alert(1)</script>",
            "priority": "urgent",
            "status": "open",
            "created_at": ago(9),
        }
    ],
    "usage": [
        {
            "customer_id": "=1+1",
            "day": ago(day),
            "feature": "<b>feature</b>",
            "count": 5,
            "users": 1,
            "user_id": "<u>user</u>",
            "product": "<b>Scanner</b>[bold]",
            "module": "<i>module</i>",
            "failed": 2,
        }
        for day in range(1, 100)
    ],
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("files")
    for name, rows in FILES.items():
        heads = list(dict.fromkeys(head for row in rows for head in row))
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, heads)
            writer.writeheader()
            writer.writerows(rows)
    made = open_session(tmp_path_factory.mktemp("workspace"), demo=False, clock=clock)
    import_folder(made, folder, CancelToken(), silent)
    run(made, CancelToken(), silent)
    yield made
    made.close()


@pytest.fixture(scope="module")
def hostile(session: Session) -> Portfolio:
    return build_portfolio(session, session.today())


def taken_for_markup(root: QWidget) -> list[str]:
    """Texts of labels and tooltips under a widget that Qt would draw as rich text."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        told = [widget.toolTip()]
        if isinstance(widget, QLabel) and widget.textFormat() != Qt.TextFormat.PlainText:
            told.append(widget.text())
        found += [f"{type(widget).__name__}: {text}" for text in told if re.search(r"<\w", text)]
    return found


def test_pages(window: MainWindow, desk: Desk, hostile: Portfolio, qtbot: QtBot) -> None:
    desk._show(hostile)
    for key in ("dashboard", "customers", "tasks", "alerts", "renewals"):
        window.open_page(key)
        qtbot.wait(10)
        assert taken_for_markup(window) == []


def test_customer(
    session: Session, hostile: Portfolio, desk: Desk, memory: Any, qtbot: QtBot
) -> None:
    desk._show(hostile)
    key = hostile.customers["id"][0]
    tab = CustomerTab(desk, memory, key)
    qtbot.addWidget(tab)
    tab.resize(1200, 800)
    tab.show()
    page = customer_page(session, hostile, key)
    desk.customerReady.emit(key, page)
    assert tab.header.said()[0] == NAME
    for name in TABS:
        tab.show_tab(name)
        qtbot.wait(1)
        assert taken_for_markup(tab) == []
    tasks = " ".join(str(text) for text in hostile.tasks["text"])
    assert "<img src=x> left" in tasks
    assert hostile.customers.texts("name") == [NAME]
