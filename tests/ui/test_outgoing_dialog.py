"""What would be written to the CRM: previewed, written, refused, cancelled and put back, for real."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from csmdesk.domain.edits import Edit
from csmdesk.models.table import TableModel
from csmdesk.sync.connectors.hubspot.writing import SCORES
from csmdesk.views.customer import CustomerTab
from csmdesk.views.dialogs.outgoing import WAITING, WORKING, OutgoingDialog
from csmdesk.views.dialogs.outgoing_tables import EDITS, LEFT_OUT, WRITES
from csmdesk.views.dialogs.question import Question
from csmdesk.views.main_window import MainWindow
from tests.sandbox.process import Sandbox, running
from tests.ui.new_workspace import LONG, connect, dialog, new_window, page_of, press, status

UPDATE = "companies/batch/update"


@pytest.fixture(scope="module")
def own_sandbox() -> Iterator[Sandbox]:
    with running("--customers", "4", "--today", date.today().isoformat()) as started:
        yield started


@pytest.fixture
def sandbox(own_sandbox: Sandbox) -> Sandbox:
    return own_sandbox.fresh()


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    with new_window(tmp_path, qtbot, monkeypatch) as made:
        yield made


def opened(window: MainWindow, qtbot: QtBot) -> OutgoingDialog:
    page_of(window).panel.preview.click()
    made = dialog(window, OutgoingDialog)
    qtbot.waitUntil(lambda: made.told is not None, timeout=LONG)
    return made


def cells(model: TableModel) -> list[list[str]]:
    columns = [place for place, column in enumerate(model.columns) if column.shown]
    return [[model.text(row, one) for one in columns] for row in range(model.rowCount())]


def in_crm(sandbox: Sandbox) -> dict[str, str | None]:
    """Company -> the score that HubSpot holds."""
    query = f"/crm/objects/2026-03/companies?limit=100&properties={SCORES['chi']}"
    found = sandbox.call("hubspot", "GET", query).json()["results"]
    return {row["id"]: row["properties"].get(SCORES["chi"]) for row in found}


def test_previewed_written_and_put_back(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot, tmp_path: Path
) -> None:
    connect(window, sandbox, "hubspot", qtbot)
    page_of(window).choose("hubspot")
    shown = opened(window, qtbot)
    tables = shown.tables
    rows = cells(tables.scores.model)
    chi = [row for row in rows if row[1] == "Score (CHI)"]
    assert chi
    assert {row[2] for row in rows} == {"not read yet"}
    assert f"{len(rows)} fields of {len(chi)} records would be written" in shown.headline.text()
    assert not shown.back_button.isEnabled()
    assert not any(in_crm(sandbox).values()), "a preview writes nothing"

    tables.save(str(tmp_path / "plan.csv"))
    lines = (tmp_path / "plan.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == len(rows) + 1
    assert lines[0] == "Customer,Property,Now in the CRM,Would be written,What,Why"
    tables.save(str(tmp_path / "no folder" / "plan.csv"))
    assert "Choose another place." in shown.said.text()
    tables.copy_all()
    assert QApplication.clipboard().text().count("\n") == len(rows)

    assert shown.told is not None
    guarded = shown.told["rows"][0]["record"]
    sandbox.call("control", "POST", "/rules", json=[guarded])
    shown.write_button.click()
    press(dialog(window, Question), f"Write {len(chi)} records")
    qtbot.waitUntil(lambda: bool(shown.said.text()) and not shown._running, timeout=LONG)
    assert "1 record refused" in shown.said.text()
    assert sum(text is not None for text in in_crm(sandbox).values()) == len(chi) - 1
    left = cells(tables.scores.model)
    assert {row[4] for row in left} == {"Refused before"}
    assert "validation rule" in left[0][5]
    tables.choose(WRITES)
    [write] = cells(tables.writes.model)
    assert write[1:4] == ["HubSpot", str(len(chi)), "1"]
    assert write[4].endswith("The next write tries again.")
    qtbot.waitUntil(lambda: status(window, "hubspot").outward.refused == 1, timeout=LONG)
    sandbox.call("control", "POST", "/rules", json=[])

    shown.always.click()
    assert not shown.always.isChecked(), "only once a person has agreed"
    press(dialog(window, Question), "Write after every run")
    qtbot.waitUntil(lambda: shown.always.isChecked() and not shown._running, timeout=LONG)
    toml = window.desk.folder / "workspace.toml"
    assert "enabled = true" in toml.read_text()

    shown.back_button.click()
    press(dialog(window, Question), "Put them back")
    qtbot.waitUntil(lambda: "restored" in shown.said.text() and not shown._running, timeout=LONG)
    assert not any(in_crm(sandbox).values())
    assert not shown.always.isChecked()
    page_of(window).act("hubspot", "pause")
    qtbot.waitUntil(lambda: "paused = true" in toml.read_text(), timeout=LONG)
    assert "enabled = true" not in toml.read_text(), "what the worker wrote is not written over"


def test_what_waits_is_listed_and_leads_to_its_customer(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot
) -> None:
    connect(window, sandbox, "hubspot", qtbot)
    desk = window.desk
    assert desk.portfolio is not None
    customer, name = (desk.portfolio.customers[one][0] for one in ("id", "name"))
    with qtbot.waitSignal(desk.edited, timeout=LONG):
        desk.edit(Edit("crm", (customer,), {"stage": "Ours"}))
    page_of(window).choose("hubspot")
    desk.sources.refresh()
    shown = opened(window, qtbot)
    shown.tables.choose(EDITS)
    [row] = cells(shown.tables.edits.model)
    assert [row[0], row[1], row[3], row[4]] == [name, "Stage", "Ours", "Waits for the next sync"]
    facts = [one.accessibleName() for one in page_of(window).panel.facts.findChildren(QWidget)]
    assert "Edits waiting: 1" in facts
    shown.tables.edits.grid.setFocus()
    shown.tables.edits.select([shown.tables.edits.model.key(0)])
    QTest.keyClick(shown.tables.edits.grid, Qt.Key.Key_Return)
    tab = window.current_page()
    assert isinstance(tab, CustomerTab)


def test_a_write_can_be_cancelled_while_it_waits(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot
) -> None:
    connect(window, sandbox, "hubspot", qtbot)
    page_of(window).choose("hubspot")
    shown = opened(window, qtbot)
    sandbox.fault("hubspot", "hang", path="companies", seconds=3)
    page_of(window).act("hubspot", "reload")
    press(dialog(window, Question), "Read everything")
    shown.write()
    assert shown._stack.currentIndex() == WORKING
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG) as ended:
        shown._cancel()
    assert ended.args[0] == "write_back"
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG) as read:
        pass
    assert read.args[0] == "run", "the read goes on"
    qtbot.waitUntil(lambda: not shown._running, timeout=LONG)
    asked = sandbox.call("control", "GET", "/requests").json()
    assert not [one for one in asked if one["path"].endswith(UPDATE)]


def test_without_a_score_of_today_the_reason_is_told(window: MainWindow, qtbot: QtBot) -> None:
    page_of(window).preview_writes()
    shown = dialog(window, OutgoingDialog)
    assert shown._stack.currentIndex() == WAITING
    qtbot.waitUntil(lambda: shown.told is not None, timeout=LONG)
    assert shown.headline.text().startswith("Today has not been scored yet. Run the engine first")
    assert not shown.write_button.isEnabled()
    shown.tables.choose(LEFT_OUT)
    assert shown.tables.table.empty.title == "Nobody is left out"
