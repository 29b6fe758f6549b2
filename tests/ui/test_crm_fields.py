"""CRM fields from the customer tab: dialog, what is shown at once, the mark, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QDate
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from csmdesk.domain.page import CrmFields
from csmdesk.runtime.desk import Desk
from csmdesk.views.customer import CustomerTab
from csmdesk.views.customer.crm_dialog import NO_DATE, CrmDialog
from csmdesk.views.customer.records_dialog import RecordsDialog
from tests.ui.test_customer_edits import WAIT_MS, running, tab

__all__ = ["running", "tab"]

NOW = CrmFields(
    {"owner_id": "1", "tier": "T2", "stage": None, "renewal_on": "2027-03-31"},
    (("1", "Ann <b>"), ("2", "Bo")),
    ("T1", "T2"),
    ("Live",),
)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def dialog(parent: QWidget) -> CrmDialog:
    return CrmDialog("c1", "Acme", NOW, parent)


def test_only_what_changed_becomes_an_edit(dialog: CrmDialog) -> None:
    assert dialog.made_edit().args == {}
    dialog.owner.setCurrentText("Bo")
    dialog.stage.setEditText("Rollout")
    dialog.renewal.setDate(NO_DATE)
    assert dialog.made_edit().args == {
        "owner_id": "2",
        "owner": "Bo",
        "stage": "Rollout",
        "renewal_on": None,
    }
    dialog.renewal.setDate(QDate(2027, 3, 31))
    dialog.owner.setCurrentIndex(0)
    dialog.stage.setEditText("")
    assert dialog.made_edit().args == {"owner_id": None, "owner": None}


def test_an_archived_owner_is_kept(parent: QWidget) -> None:
    gone = CrmFields({**NOW.values, "owner_id": "9"}, NOW.owners, NOW.tiers, NOW.stages)
    dialog = CrmDialog("c1", "Acme", gone, parent)
    assert dialog.made_edit().args == {}


def test_an_edit_is_shown_marked_counted_and_undone(
    running: Desk, tab: CustomerTab, qtbot: QtBot
) -> None:
    before = tab.header.texts()["stage"]
    tab.actions_of_customer.edit_crm()
    dialog = tab.findChild(CrmDialog)
    assert dialog is not None
    dialog.stage.setEditText("Rollout")
    with qtbot.waitSignal(running.edited, timeout=WAIT_MS):
        dialog._save()
    qtbot.waitUntil(lambda: tab.header.texts()["stage"] == "Rollout ↑", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: running.state.queued_edits == 1, timeout=WAIT_MS)
    with qtbot.waitSignal(running.edited, timeout=WAIT_MS) as told:
        running.undo()
    assert told.args[0].text == "Undo set stage of 1 customer"
    qtbot.waitUntil(lambda: tab.header.texts()["stage"] == before, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: running.state.queued_edits == 0, timeout=WAIT_MS)


def test_a_record_is_split_off_and_comes_back(
    running: Desk, tab: CustomerTab, qtbot: QtBot
) -> None:
    assert tab.page is not None
    before = tab.page.records
    apart = next(one for one in before if one.apart)
    tab.actions_of_customer.show_records()
    dialog = tab.findChild(RecordsDialog)
    assert dialog is not None
    dialog._split(apart.key)

    def keys() -> set[str]:
        return {one.key for one in tab.page.records} if tab.page is not None else set()

    qtbot.waitUntil(lambda: apart.key not in keys(), timeout=WAIT_MS)
    running.undo()
    qtbot.waitUntil(lambda: apart.key in keys(), timeout=WAIT_MS)
    assert tab.page.records == before
