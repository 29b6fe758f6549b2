"""The Sources page on the real window, worker, keyring and sandbox: from nothing to connected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from csmdesk.domain import source_status as states
from csmdesk.domain.days import MISSING
from csmdesk.domain.settings import Source
from csmdesk.domain.systems import connectable
from csmdesk.models.sources import ASKED
from csmdesk.sync.connectors import CONNECTORS
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.fields import ListsFields
from csmdesk.sync.writer import WritableConnector
from csmdesk.views.dialogs.connect import ConnectDialog
from csmdesk.views.dialogs.fields import FieldsDialog
from csmdesk.views.dialogs.question import Question
from csmdesk.views.main_window import MainWindow
from csmdesk.views.pages.sources import SourcesPage
from csmdesk.views.pages.welcome import Welcome
from tests.oauth.conftest import browser
from tests.sandbox.process import KEY, Sandbox
from tests.ui.new_workspace import LONG, connect, dialog, new_window, page_of, press, status


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    with new_window(tmp_path, qtbot, monkeypatch) as made:
        yield made


def test_a_new_workspace_lists_every_system_with_its_way_in(window: MainWindow) -> None:
    page = page_of(window)
    assert set(page.list.rows) == {one.system for one in window.desk.sources.statuses}
    rows = page.list.rows.values()
    assert {row.pill.texts()[0] for row in rows} == {"Not connected", "Nothing imported"}
    assert {row.button.text() for row in rows} == {"Connect…", "Import…"}
    assert page.panel.refused.empty.title == "Nothing was read yet"


def test_every_system_that_is_read_can_be_connected() -> None:
    offered = connectable()
    assert {system.name for system in offered} == set(CONNECTORS)
    assert all(system.where for system in offered)
    assert {name for system in offered for name in (*system.asks, *system.may_ask)} <= set(ASKED)
    mapped = {system.name for system in offered if system.maps_fields}
    made = {
        name: make(Source(system=name, site="a"), PastedKey("key"))
        for name, make in CONNECTORS.items()
    }
    assert {name for name, one in made.items() if isinstance(one, ListsFields)} == mapped
    scored = {system.name for system in offered if system.takes_scores}
    assert {name for name, one in made.items() if isinstance(one, WritableConnector)} == scored


def test_the_welcome_leads_here(window: MainWindow, qtbot: QtBot) -> None:
    window.open_page("customers")
    qtbot.waitUntil(lambda: bool(window.findChildren(Welcome)), timeout=LONG)
    welcome = dialog(window, Welcome)
    QTest.mouseClick(welcome.connect_choice.button, Qt.MouseButton.LeftButton)
    assert isinstance(window.current_page(), SourcesPage)


def test_connecting_by_keyboard_alone(window: MainWindow, sandbox: Sandbox, qtbot: QtBot) -> None:
    page = page_of(window)
    page.list.rows["hubspot"].setFocus()
    order = [one.system for one in window.desk.sources.statuses]
    for system in order[: order.index("stripe")]:
        QTest.keyClick(page.list.rows[system], Qt.Key.Key_Down)
    assert page.chosen == "stripe", "an arrow key goes to the next row"
    QTest.keyClick(page.list.rows["stripe"], Qt.Key.Key_Return)
    asked = dialog(window, ConnectDialog)
    assert asked.chosen.name == "stripe"
    QTest.keyClicks(asked.key, "not-the-key")
    QTest.keyClicks(asked.address, sandbox.base_url("stripe"))
    with qtbot.waitSignal(window.desk.sources.tested, timeout=LONG):
        press(asked, "Test")
    assert "does not accept" in asked.said.text()
    asked.key.clear()
    QTest.keyClicks(asked.key, KEY)
    with qtbot.waitSignal(window.desk.sources.tested, timeout=LONG):
        press(asked, "Test")
    assert asked.said.text() == "Stripe accepts the key. Nothing is kept yet."
    assert status(window, "stripe").state == states.NOT_CONNECTED
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        QTest.keyClick(asked.key, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: status(window, "stripe").state == states.CURRENT, timeout=LONG)
    row = page.list.rows["stripe"]
    assert row.pill.texts() == ["Up to date"]
    assert "accounts" in row.rows.text()
    assert row.button.text() == "Sync"
    settings = (window.desk.folder / "workspace.toml").read_text()
    assert 'system = "stripe"' in settings
    assert KEY not in settings


class Browser(QObject):
    """A browser in which the person agrees at once."""

    @Slot(QUrl)
    def open(self, address: QUrl) -> None:
        browser(address.toString())


def sign_in(window: MainWindow, sandbox: Sandbox, system: str, qtbot: QtBot) -> None:
    seen = Browser()
    QDesktopServices.setUrlHandler("http", seen, "open")
    page_of(window).connect_source(system)
    asked = dialog(window, ConnectDialog)
    assert not asked.key.isVisible()
    asked.address.setText(sandbox.base_url(system))
    asked.asked["login_domain"].setText(sandbox.base_url(system))
    asked.asked["client_id"].setText(sandbox.addresses[system]["client_id"])
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        press(asked, "Sign in in the browser")
    QDesktopServices.unsetUrlHandler("http")
    qtbot.waitUntil(lambda: status(window, system).state == states.CURRENT, timeout=LONG)


def test_signing_in_with_the_browser(window: MainWindow, sandbox: Sandbox, qtbot: QtBot) -> None:
    sign_in(window, sandbox, "zendesk", qtbot)
    assert "Sign in again…" in [
        one.text for one in page_of(window).list.rows["zendesk"].actions_now
    ]


def test_what_a_key_may_not_read_is_named_and_a_sync_of_one_source_mends_it(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot
) -> None:
    connect(window, sandbox, "hubspot", qtbot)
    page = page_of(window)
    sandbox.fault("hubspot", "403", path="companies")
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        page.act("hubspot", "sync")
    qtbot.waitUntil(lambda: status(window, "hubspot").state == states.FAILED, timeout=LONG)
    told = status(window, "hubspot")
    assert told.reading.lacking == ("crm.objects.companies.read",)
    assert told.complete_at, "the whole read before is still told"
    named = [one.accessibleName() for one in page.panel.facts.findChildren(QWidget)]
    assert "Permissions missing: crm.objects.companies.read" in named
    assert page.list.rows["hubspot"].pill.texts() == ["Needs attention"]
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        QTest.mouseClick(page.list.rows["hubspot"].button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: status(window, "hubspot").state == states.CURRENT, timeout=LONG)
    rate = status(window, "hubspot").reading.rate
    assert rate is not None
    assert 0 < rate.left <= rate.most


def test_reading_everything_again_says_what_it_costs(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot
) -> None:
    connect(window, sandbox, "intercom", qtbot)
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        page_of(window).act("intercom", "sync")
    contacts = status(window, "intercom").rows["contact"]
    page_of(window).act("intercom", "reload")
    question = dialog(window, Question)
    told = " ".join(one.text() for one in question.findChildren(QLabel))
    assert f"{contacts} contacts" in told
    sandbox.call("control", "DELETE", "/requests")
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        press(question, "Read everything")
    asked = sandbox.call("control", "GET", "/requests").json()
    assert {one["system"] for one in asked} == {"intercom"}
    assert status(window, "intercom").rows["contact"] == contacts


def test_pausing_testing_and_disconnecting(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot
) -> None:
    connect(window, sandbox, "intercom", qtbot)
    page = page_of(window)
    page.act("intercom", "pause")
    qtbot.waitUntil(lambda: status(window, "intercom").state == states.PAUSED, timeout=LONG)
    assert page.list.rows["intercom"].button.text() == "Resume"
    with qtbot.waitSignal(window.desk.sources.tested, timeout=LONG) as tested:
        page.act("intercom", "test")
    assert tested.args == ["intercom", "Intercom accepts the key.", True]
    page.act("intercom", "resume")
    qtbot.waitUntil(lambda: status(window, "intercom").state == states.CURRENT, timeout=LONG)
    page.act("intercom", "disconnect")
    press(dialog(window, Question), "Keep the data")
    qtbot.waitUntil(lambda: status(window, "intercom").state == states.NOT_CONNECTED, timeout=LONG)
    assert status(window, "intercom").rows["contact"] > 0
    assert KEY not in (window.desk.folder.parent / "keyring.json").read_text()
    page.act("intercom", "erase")
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG) as erased:
        press(dialog(window, Question), "Erase the data")
    assert "erased" in erased.args[1]
    qtbot.waitUntil(lambda: not any(status(window, "intercom").rows.values()), timeout=LONG)


def test_rows_that_could_not_be_used_are_listed_and_copied(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot
) -> None:
    sandbox.fault("stripe", "bad_row", path="customers", after=1)  # the first one tests the key
    connect(window, sandbox, "stripe", qtbot)
    page = page_of(window)
    page.choose("stripe")
    left_out = status(window, "stripe").refused
    assert left_out
    assert page.panel.refused.model.rowCount() == len(left_out)
    page.panel._copy.click()
    assert left_out[0].reason in QApplication.clipboard().text()


def test_a_field_is_chosen_from_what_the_account_has(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot
) -> None:
    connect(window, sandbox, "hubspot", qtbot)
    path = window.desk.folder / "workspace.toml"
    path.write_text("# our own words\n" + path.read_text())
    page_of(window).act("hubspot", "fields")
    fields = dialog(window, FieldsDialog)
    qtbot.waitUntil(lambda: bool(fields.rows), timeout=LONG)
    tier = fields.rows["tier"]
    assert tier.chosen == "csm_tier"
    assert tier.note.text() in ("T1", "T2", "T3", "T4"), "an example of the account"
    fields.rows["renewal_on"].choose("annual_contract_value")
    assert "a date is needed" in fields.rows["renewal_on"].note.text()
    fields.rows["renewal_on"].choose("renewal_date")
    tier.box.setEditText("industry · text")
    assert tier.chosen == "industry"
    sandbox.call("control", "DELETE", "/requests")
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        press(fields, "Save and read again")
    written = path.read_text()
    assert written.startswith("# our own words\n")
    assert 'tier = "industry"' in written
    assert "renewal_on" not in written, "what is the default is not written"
    portfolio = window.desk.portfolio
    assert portfolio is not None
    assert set(portfolio.customers["tier"]) != {"T1", "T2", "T3", "T4"}
    page_of(window).act("hubspot", "fields")
    again = dialog(window, FieldsDialog)
    qtbot.waitUntil(lambda: bool(again.rows), timeout=LONG)
    assert again.rows["tier"].chosen == "industry"
    again.use_defaults()
    assert again.rows["tier"].chosen == "csm_tier"
    again.reject()


def test_fields_that_cannot_be_listed_say_why(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot
) -> None:
    connect(window, sandbox, "stripe", qtbot)
    sandbox.fault("stripe", "401", path="customers")
    page_of(window).act("stripe", "fields")
    with qtbot.waitSignal(window.desk.sources.fieldsFailed, timeout=LONG) as failed:
        fields = dialog(window, FieldsDialog)
    assert "does not accept the key" in failed.args[0]
    press(fields, "Try again")
    qtbot.waitUntil(lambda: bool(fields.rows), timeout=LONG)
    assert fields.rows["hubspot_id"].chosen == "hubspot_company_id"
    fields.reject()


def test_an_org_without_currencies_is_asked_about(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot
) -> None:
    sandbox.call("control", "POST", "/salesforce/currencies", json=False)
    sign_in(window, sandbox, "salesforce", qtbot)
    row = page_of(window).list.rows["salesforce"]
    assert (row.pill.texts(), row.button.text()) == (["Needs attention"], "Answer…")
    assert "Which currency" in row.detail.text()
    assert not amounts(window)
    QTest.mouseClick(row.button, Qt.MouseButton.LeftButton)
    fields = dialog(window, FieldsDialog)
    qtbot.waitUntil(lambda: bool(fields.rows), timeout=LONG)
    assert fields.rows["name"].box.findData("USD") < 0, "no field, but the currency of all"
    fields.rows["currency"].choose("USD")
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        press(fields, "Save and read again")
    qtbot.waitUntil(lambda: row.pill.texts() == ["Up to date"], timeout=LONG)
    assert amounts(window)
    sandbox.call("control", "POST", "/salesforce/currencies", json=True)


def amounts(window: MainWindow) -> set[int]:
    portfolio = window.desk.portfolio
    assert portfolio is not None
    return set(portfolio.customers.ints("acv").tolist()) - {MISSING, 0}
