"""A new workspace: three ways to begin, on the real worker and the real sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from csmdesk.jobs.demo import Sandbox
from csmdesk.runtime.desk import Desk
from csmdesk.views.dialogs.connect import ConnectDialog
from csmdesk.views.memory import Memory
from csmdesk.views.pages.welcome import Welcome, WelcomeGate

WAIT_MS = 60_000
NO_KEYRING = "keyring.backends.fail.Keyring"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def new_desk(tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A started desk on an empty workspace, on a computer without a keyring."""
    import keyring
    from keyring.backends.fail import Keyring

    monkeypatch.setitem(os.environ, "PYTHON_KEYRING_BACKEND", NO_KEYRING)
    former = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    desk = Desk(tmp_path / "new", False, now)
    desk.start(run=False)
    try:
        yield desk
    finally:
        desk.close()
        keyring.set_keyring(former)


@pytest.fixture
def gate(new_desk: Desk, qtbot: QtBot, tmp_path: Path) -> WelcomeGate:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(1_000, 600)
    page.show()
    made = WelcomeGate(new_desk, page, Memory.at(str(tmp_path / "window.ini")))
    new_desk.stateChanged.emit(new_desk.state)
    return made


def test_a_new_workspace_offers_three_ways(gate: WelcomeGate, new_desk: Desk) -> None:
    assert new_desk.is_new
    welcome = gate.welcome
    assert welcome is not None
    assert welcome.size() == gate.parent().size()
    choices = (welcome.connect_choice, welcome.import_choice, welcome.demo_choice)
    assert [choice.accessibleName() for choice in choices] == [
        "Connect your CRM",
        "Import files",
        "Explore the demo",
    ]
    assert all(choice.button.isVisible() for choice in choices)


def test_importing_a_folder_ends_the_welcome(
    gate: WelcomeGate, new_desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "customers.csv").write_text("customer_id,name\nc1,Northwind\nc2,Halcyon & Sons\n")
    assert gate.welcome is not None
    with qtbot.waitSignal(new_desk.jobFinished, timeout=WAIT_MS) as finished:
        new_desk.submit("import", {"folder": str(folder)})
    assert finished.args[0] == "import"
    assert "0 refused" in finished.args[1]
    assert new_desk.portfolio is not None
    assert sorted(new_desk.portfolio.customers["name"]) == ["Halcyon & Sons", "Northwind"]
    assert gate.welcome is None


def test_a_folder_without_customers_is_refused_in_words(
    gate: WelcomeGate, new_desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(new_desk.jobFailed, timeout=WAIT_MS) as failed:
        new_desk.submit("import", {"folder": str(tmp_path)})
    assert "customers" in failed.args[0]
    assert gate.welcome is not None


def test_connecting_without_a_keyring_offers_this_session(
    gate: WelcomeGate, new_desk: Desk, qtbot: QtBot
) -> None:
    sandbox = Sandbox(now().date(), customers=6, seed=1)
    place = sandbox.endpoints["hubspot"]
    try:
        dialog = ConnectDialog(new_desk, gate.parent())
        dialog.open()
        assert dialog.key.echoMode() == QLineEdit.EchoMode.Password
        assert not dialog._connect.isEnabled(), "no key, nothing to ask"
        dialog.address.setText(place.base_url)
        dialog.key.setText("wrong")
        with qtbot.waitSignal(new_desk.sources.refused, timeout=WAIT_MS) as refused:
            dialog._connect.click()
        assert refused.args[1] is False
        assert "HubSpot" in dialog.said.text()
        dialog.key.setText(place.key)
        with qtbot.waitSignal(new_desk.sources.refused, timeout=WAIT_MS) as refused:
            dialog._connect.click()
        assert refused.args[1] is True, "only keeping the key failed"
        assert dialog._session.isVisible()
        with qtbot.waitSignal(new_desk.jobFinished, timeout=WAIT_MS):
            dialog._session.click()
        assert new_desk.portfolio is not None
        assert new_desk.portfolio.customers.length > 0
        assert gate.welcome is None
        kept = "".join(path.read_text(errors="replace") for path in new_desk.folder.glob("*.toml"))
        assert place.key not in kept, "a key is never written to a file"
    finally:
        sandbox.stop()


def test_the_project_is_asked_where_it_is_needed(new_desk: Desk, qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    dialog = ConnectDialog(new_desk, page)
    dialog.show()
    assert not dialog.asked["project_id"].isVisible()
    dialog.system.setCurrentIndex(dialog.system.findData("posthog"))
    assert dialog.asked["project_id"].isVisible()
    dialog.key.setText("phx_1")
    assert not dialog._connect.isEnabled()
    dialog.asked["project_id"].setText("12")
    assert dialog._connect.isEnabled()


def test_the_gate_of_a_demo_stays_open(tmp_path: Path, qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    desk = Desk(tmp_path, True, now)
    gate = WelcomeGate(desk, page, Memory.at(str(tmp_path / "window.ini")))
    desk.stateChanged.emit(desk.state)
    QTest.qWait(10)
    assert gate.welcome is None
    assert not page.findChildren(Welcome)
