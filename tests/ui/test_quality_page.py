"""The data-quality page over the real desk: lists, offers what fits, decides, undoes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from csmdesk.domain.portfolio import Portfolio
from csmdesk.runtime.desk import Desk
from csmdesk.views.dialogs.pick_customer import PickCustomer
from csmdesk.views.memory import Memory
from csmdesk.views.pages.quality import QualityPage
from tests.ui.test_customer_edits import WAIT_MS, running

__all__ = ["running"]


@pytest.fixture
def page(running: Desk, memory: Memory, qtbot: QtBot) -> Iterator[QualityPage]:
    made = QualityPage(running, memory)
    qtbot.addWidget(made)
    made.resize(1_000, 600)
    made.show()

    def follow(portfolio: Portfolio) -> None:
        made.show_portfolio(portfolio, running.scope)

    assert running.portfolio is not None
    follow(running.portfolio)
    running.portfolioChanged.connect(follow)
    yield made
    running.portfolioChanged.disconnect(follow)


def keys(page: QualityPage, kind: str) -> list[str]:
    return [key for key in page.rows.keys if key.startswith(f"{kind}/")]


def offered(page: QualityPage) -> list[str]:
    return [made.text() for made, _ in page._actions if made.isVisible()]


def undo(running: Desk, page: QualityPage, qtbot: QtBot, before: list[str]) -> None:
    running.undo()
    qtbot.waitUntil(lambda: list(page.rows.keys) == before, timeout=WAIT_MS)


def test_only_what_fits_is_offered(page: QualityPage) -> None:
    assert offered(page) == []
    page.table.select(keys(page, "unjoined")[:1])
    assert offered(page) == ["Join…"]
    page.table.select(keys(page, "disagree")[:1])
    assert offered(page) == ["Accept…"]


def test_an_account_is_joined_and_undone(running: Desk, page: QualityPage, qtbot: QtBot) -> None:
    before = list(page.rows.keys)
    chosen = keys(page, "unjoined")[0]
    page.table.select([chosen])
    page.join()
    dialog = page.findChild(PickCustomer)
    assert dialog is not None
    assert not dialog._ok.isEnabled()
    assert running.portfolio is not None
    name = running.portfolio.customers["name"][3]
    dialog.words.setText(name)
    dialog._take()
    qtbot.waitUntil(lambda: chosen not in page.rows.keys, timeout=WAIT_MS)
    undo(running, page, qtbot, before)


def test_a_disagreement_is_accepted_and_undone(
    running: Desk, page: QualityPage, qtbot: QtBot
) -> None:
    before = list(page.rows.keys)
    chosen = keys(page, "disagree")[0]
    page.table.select([chosen])
    page.accept()
    dialog = page.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("Agreed with finance")
    dialog.accept()
    qtbot.waitUntil(lambda: chosen not in page.rows.keys, timeout=WAIT_MS)
    undo(running, page, qtbot, before)


def test_duplicates_are_merged_and_undone(running: Desk, page: QualityPage, qtbot: QtBot) -> None:
    before = list(page.rows.keys)
    duplicates = keys(page, "duplicate")
    if not duplicates:
        pytest.skip("this demo has no duplicate")
    assert running.portfolio is not None
    count = running.portfolio.customers.length
    page.table.select(duplicates[:1])
    assert offered(page) == ["Not the same", "Merge"]
    page.merge()

    def merged() -> bool:
        book = running.portfolio
        return book is not None and book.customers.length == count - 1

    qtbot.waitUntil(merged, timeout=WAIT_MS)
    assert duplicates[0] not in page.rows.keys
    undo(running, page, qtbot, before)


def test_chips_and_opening(page: QualityPage, qtbot: QtBot) -> None:
    kinds = {key.partition("/")[0] for key in page.rows.keys}
    assert {"unjoined", "disagree"} <= kinds
    page._chips.button(3).click()
    shown = {page.table.model.key(row) for row in range(page.table.model.rowCount())}
    assert shown == set(keys(page, "disagree"))
    with qtbot.waitSignal(page.customerWanted, timeout=1_000):
        page.open_row(keys(page, "disagree")[0])
