"""Edits and notes to Salesforce: the same outbox, with Salesforce's own ways to refuse and to repeat."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from csmdesk.config.workspace import open_workspace, write_settings
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import iso_day
from csmdesk.domain.edits import Edit
from csmdesk.domain.settings import Source, WriteBack
from csmdesk.jobs import edits
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.sync import sync
from csmdesk.store import outbox_notes
from csmdesk.sync.oauth.tokens import Tokens
from tests.demo import copied
from tests.integration.conftest import NOW, asked, sync_killed_after
from tests.integration.test_outbox import change, decide, shown, undo, waiting
from tests.integration.test_outbox import in_crm as in_hubspot
from tests.integration.test_outbox_notes import later
from tests.sandbox.process import KEY, Sandbox, running
from tests.sync.bench import QUICK

API = "/services/data/v62.0"
UPDATE = "composite/sobjects"
SIGN_IN = Tokens(refresh="none", access=KEY).text()
FIELDS = {
    "tier": "CSM_Tier__c",
    "stage": "CSM_Stage__c",
    "renewal_on": "Renewal_Date__c",
    "owner_id": "OwnerId",
}
BODY = "Renewal <b>at risk</b>\nCall & ask"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running("--customers", "6") as started:
        yield started


def opened(folder: Path, sandbox: Sandbox, **systems: dict[str, str]) -> Session:
    """A workspace with these systems, each with its fields."""
    workspace = open_workspace(folder)
    sources = tuple(
        Source(system=one, base_url=sandbox.base_url(one), fields=fields)
        for one, fields in systems.items()
    )
    more = {"sources": sources, "write_back": WriteBack(activities=True)}
    write_settings(workspace.config_path, msgspec.structs.replace(workspace.settings, **more))
    session = open_session(folder, demo=False, clock=lambda: NOW)
    for system in systems:
        session.secrets.keep_for_session(system, SIGN_IN if system == "salesforce" else KEY)
    session.patience = QUICK
    return session


@pytest.fixture(scope="session")
def read_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that has read Salesforce. Read only: copy it to write."""
    folder = tmp_path_factory.mktemp("salesforce") / "desk"
    with running("--customers", "6") as sandbox:
        session = opened(folder, sandbox, salesforce={})
        assert sync(session, CancelToken(), silent)["problems"] == []
        session.close()
    return folder


@pytest.fixture
def desk(read_folder: Path, sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    session = opened(copied(read_folder, tmp_path / "desk"), sandbox, salesforce={})
    yield session
    session.close()


@pytest.fixture
def three(desk: Session) -> list[tuple[str, str]]:
    """Three customers and their accounts."""
    sql = "SELECT customer_id, source_id FROM identity WHERE source = 'salesforce' ORDER BY 2"
    with desk.store.read() as conn:
        return [(row[0], row[1]) for row in conn.exec_driver_sql(sql).all()[:3]]


def query(sandbox: Sandbox, soql: str) -> list[dict[str, Any]]:
    answer = sandbox.call("salesforce", "GET", f"{API}/query?q={soql}")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["records"]
    return rows


def in_crm(sandbox: Sandbox, account: str, field: str) -> Any:
    soql = f"SELECT {FIELDS[field]} FROM Account WHERE Id IN ('{account}')"
    return query(sandbox, soql)[0][FIELDS[field]]


def another(sandbox: Sandbox, account: str, **values: Any) -> None:
    """Somebody else changes the account in Salesforce."""
    told = {FIELDS[field]: value for field, value in values.items()}
    body = {"system": "salesforce", "kind": "Account", "id": account, "values": told}
    assert sandbox.call("control", "POST", "/rows", json=body).status_code == 200


def send(desk: Session) -> dict[str, Any]:
    summary = sync(desk, CancelToken(), silent, source="salesforce")
    assert summary["problems"] == []
    found: dict[str, Any] = summary["edits"]
    return found


def test_edits_arrive_are_tracked_there_and_read_back(
    desk: Session, sandbox: Sandbox, three: list[tuple[str, str]]
) -> None:
    customer, account = three[0]
    with desk.store.read() as conn:
        sql = "SELECT source_id, name FROM fact_person WHERE archived = 0 ORDER BY 1"
        people = dict(conn.exec_driver_sql(sql).all())
    before = {field: in_crm(sandbox, account, field) for field in FIELDS}
    owner = next(one for one in people if one != before["owner_id"])
    values = {"tier": "T9", "stage": "Rollout <b>", "renewal_on": 20_900, "owner_id": owner}
    for field, value in values.items():
        change(desk, customer, field, value)
    assert shown(desk, customer, "csm") == people[owner]
    assert send(desk) == {"sent": 4, "waiting": 0, "conflicts": 0}
    assert asked(sandbox, UPDATE) == 1
    after = {**values, "renewal_on": "2027-03-23"}
    assert {field: in_crm(sandbox, account, field) for field in FIELDS} == after
    changes = query(
        sandbox, f"SELECT Field, NewValue FROM AccountHistory WHERE AccountId = '{account}'"
    )
    told = [(row["Field"], row["NewValue"]) for row in changes]
    assert {("CSM_Tier__c", "T9"), ("Owner", owner), ("Renewal_Date__c", "2027-03-23")} <= set(told)
    assert (waiting(desk), shown(desk, customer, "tier")) == ([], "T9")
    assert send(desk)["sent"] == 0  # reads the history of it
    for _ in values:
        undo(desk)
    assert send(desk)["sent"] == 4
    assert {field: in_crm(sandbox, account, field) for field in FIELDS} == before


def test_three_way_check(desk: Session, sandbox: Sandbox, three: list[tuple[str, str]]) -> None:
    (one, account), (two, other), _ = three
    base = in_crm(sandbox, account, "stage")
    change(desk, one, "stage", "Mine")
    change(desk, two, "renewal_on", 20_900)
    another(sandbox, account, stage="Theirs")
    another(sandbox, other, renewal_on="2027-03-23")
    assert send(desk) == {"sent": 0, "waiting": 1, "conflicts": 1}
    assert asked(sandbox, UPDATE) == 0
    (row,) = waiting(desk)
    assert (row.base, row.value, row.theirs) == (base, "Mine", "Theirs")
    decide(desk, "crm_mine")
    assert send(desk)["sent"] == 1
    assert in_crm(sandbox, account, "stage") == "Mine"
    undo(desk)
    assert send(desk)["sent"] == 1
    assert in_crm(sandbox, account, "stage") == "Theirs"


def test_a_renewal_that_a_contract_tells_is_edited_in_the_account(
    desk: Session, sandbox: Sandbox, three: list[tuple[str, str]]
) -> None:
    customer, account = next(one for one in three if in_crm(sandbox, one[1], "renewal_on"))
    before = int(shown(desk, customer, "renewal_on"))
    another(sandbox, account, renewal_on=None)
    send(desk)
    change(desk, customer, "renewal_on", before + 30)
    assert send(desk) == {"sent": 1, "waiting": 0, "conflicts": 0}
    assert in_crm(sandbox, account, "renewal_on") == iso_day(before + 30)
    assert shown(desk, customer, "renewal_on") == before + 30


def test_what_is_refused_holds_back_nothing_else(
    desk: Session, sandbox: Sandbox, three: list[tuple[str, str]]
) -> None:
    for number, (customer, _) in enumerate(three):
        change(desk, customer, "tier", "Platinum" if number == 0 else "T8")
        change(desk, customer, "stage", "Growth")
    sandbox.call("control", "POST", "/rules", json=[three[1][1]])
    summary = sync(desk, CancelToken(), silent, source="salesforce")
    assert summary["edits"] == {"sent": 3, "waiting": 3, "conflicts": 0}
    (picklist, rule) = summary["problems"]
    assert "restricted picklist" in picklist
    assert "one of the values" in picklist
    assert "under review" in rule
    assert "rule of your org" in rule
    left = [(row.account_id, row.field, row.state) for row in waiting(desk)]
    assert left == [
        (three[0][1], "tier", "refused"),
        (three[1][1], "stage", "refused"),
        (three[1][1], "tier", "refused"),
    ]
    assert [in_crm(sandbox, account, "stage") for _, account in three][::2] == ["Growth"] * 2
    sandbox.call("control", "POST", "/rules", json=[])
    change(desk, three[0][0], "tier", "T7")
    assert send(desk)["sent"] == 3
    assert in_crm(sandbox, three[0][1], "tier") == "T7"


def test_what_cannot_be_written_stays_and_says_what_to_do(
    desk: Session, sandbox: Sandbox, three: list[tuple[str, str]]
) -> None:
    change(desk, three[0][0], "owner_id", None)
    summary = sync(desk, CancelToken(), silent, source="salesforce")
    (problem,) = summary["problems"]
    assert "cannot be empty" in problem
    assert [row.state for row in waiting(desk)] == ["refused"]
    assert asked(sandbox, UPDATE) == 0


def test_a_field_goes_to_the_crm_that_tells_it(
    desk: Session, sandbox: Sandbox, three: list[tuple[str, str]]
) -> None:
    customer, account = three[0]
    desk.close()
    both = opened(desk.workspace.folder, sandbox, hubspot={"tier": ""}, salesforce={})
    sync(both, CancelToken(), silent)
    sql = "SELECT source_id FROM identity WHERE source = 'hubspot' AND customer_id = ?"
    with both.store.read() as conn:
        company = str(conn.exec_driver_sql(sql, (customer,)).scalar())
    before = in_hubspot(sandbox, company, "tier")
    assert shown(both, customer, "tier") == in_crm(sandbox, account, "tier") == before
    change(both, customer, "tier", "T7")
    change(both, customer, "stage", "Growth")
    summary = sync(both, CancelToken(), silent)
    assert (summary["problems"], summary["edits"]["sent"]) == ([], 2)
    assert (in_hubspot(sandbox, company, "tier"), in_crm(sandbox, account, "tier")) == (
        before,
        "T7",
    )
    assert in_hubspot(sandbox, company, "stage") == "Growth" != in_crm(sandbox, account, "stage")
    assert (shown(both, customer, "tier"), shown(both, customer, "stage")) == ("T7", "Growth")
    both.close()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_killed_between_request_and_answer(
    desk: Session, sandbox: Sandbox, three: list[tuple[str, str]]
) -> None:
    customer, account = three[0]
    change(desk, customer, "tier", "T9")
    log(desk, customer)
    sandbox.fault("salesforce", "hang", path=UPDATE, seconds=30)
    sync_killed_after(desk, sandbox, "salesforce", UPDATE, SIGN_IN)
    assert in_crm(sandbox, account, "tier") == "T9"
    assert [one.state for one in waiting(desk)] == ["sending"]
    change(desk, customer, "tier", "T8")
    path = f"{API}/sobjects/Task/CSMDesk_Id__c/{mark(desk)}"
    sandbox.fault("salesforce", "hang", path=path, seconds=30)
    sync_killed_after(desk, sandbox, "salesforce", path, SIGN_IN)
    assert in_crm(sandbox, account, "tier") == "T8"
    assert len(notes(sandbox)) == 1
    later(desk)
    assert send(desk) == {"sent": 1, "waiting": 0, "conflicts": 0}
    assert (waiting(desk), len(notes(sandbox)), asked(sandbox, path)) == ([], 1, 1)


def log(desk: Session, customer: str, verb: str = "note", **args: object) -> None:
    at = int(NOW) - 86_400
    edits.apply(desk, Edit(verb, (customer,), {"body": BODY, "at": at, **args}), at, desk.today())


def mark(desk: Session) -> str:
    with desk.store.read() as conn:
        return outbox_notes.to_send(conn)[0].mark


def notes(sandbox: Sandbox, sobject: str = "Task", more: str = "") -> list[dict[str, Any]]:
    """What carries our mark."""
    return query(sandbox, f"SELECT Id, WhatId{more} FROM {sobject} WHERE CSMDesk_Id__c != null")


def test_a_note_is_a_finished_task_made_once(
    desk: Session, sandbox: Sandbox, three: list[tuple[str, str]]
) -> None:
    customer, account = three[0]
    log(desk, customer)
    assert send(desk)["sent"] == 1
    more = ", Subject, Description, Status, IsClosed, ActivityDate"
    (row,) = notes(sandbox, more=more)
    assert (row["WhatId"], row["Subject"]) == (account, "Renewal <b>at risk</b>")
    assert (row["Description"], row["IsClosed"], row["ActivityDate"]) == (BODY, True, "2026-11-20")
    assert send(desk) == {"sent": 0, "waiting": 0, "conflicts": 0}
    sql = f"SELECT kind, account_id FROM fact_activity WHERE source_id = '{row['Id']}'"
    with desk.store.read() as conn:
        assert conn.exec_driver_sql(sql).all() == [("note", account)]
    undo(desk)
    send(desk)
    assert notes(sandbox) == []
    edits.redo(desk, int(NOW), desk.today())
    assert send(desk)["sent"] == 1
    assert len(notes(sandbox)) == 1


def test_calls_meetings_and_mails_are_read_as_what_they_are(
    desk: Session, sandbox: Sandbox, three: list[tuple[str, str]]
) -> None:
    log(desk, three[0][0], "log", kind="call", subject="Quarterly", direction="out")
    log(desk, three[0][0], "log", kind="email", subject="Thanks", direction="in")
    log(desk, three[0][0], "log", kind="meeting", subject="Review")
    assert send(desk)["sent"] == 3
    made = [row["Id"] for sobject in ("Task", "Event") for row in notes(sandbox, sobject)]
    send(desk)
    names = "', '".join(made)
    sql = (
        f"SELECT kind, direction, held FROM fact_activity WHERE source_id IN ('{names}') ORDER BY 1"
    )
    with desk.store.read() as conn:
        found = [tuple(row) for row in conn.exec_driver_sql(sql)]
    assert found == [("call", "out", 1), ("email", "in", 0), ("meeting", None, 1)]
