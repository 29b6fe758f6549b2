"""Notes and logged activities in the CRM: made once, removed by undo, not shown twice here."""

from __future__ import annotations

import sys
from typing import Any

import msgspec
import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.edits import Edit
from csmdesk.domain.settings import WriteBack
from csmdesk.jobs import edits
from csmdesk.jobs.customer import customer_page
from csmdesk.jobs.outbox_notes import LAG
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.jobs.sync import sync
from csmdesk.store import outbox_notes as stored
from tests.integration.conftest import NOW, sync_killed_after
from tests.integration.test_outbox import desk, ours, sandbox
from tests.sandbox.process import KEY, Sandbox

__all__ = ["desk", "ours", "sandbox"]

BODY = "Renewal <b>at risk</b>\nCall & ask"


@pytest.fixture(autouse=True)
def turned_on(desk: Session) -> None:
    on = msgspec.structs.replace(desk.settings, write_back=WriteBack(activities=True))
    desk.workspace = desk.workspace.saved(on)


def log(desk: Session, customer: str, verb: str = "note", **args: object) -> None:
    at = int(NOW) - 86_400
    edits.apply(desk, Edit(verb, (customer,), {"body": BODY, "at": at, **args}), at, desk.today())


def send(desk: Session) -> dict[str, Any]:
    summary = sync(desk, CancelToken(), silent, source="hubspot")
    assert summary["problems"] == []
    found: dict[str, Any] = summary["edits"]
    return found


def undo(desk: Session) -> None:
    assert edits.undo(desk, int(NOW), desk.today()) is not None


def in_crm(sandbox: Sandbox, kind: str = "notes") -> list[dict[str, Any]]:
    """What carries our mark."""
    definition = f"/crm/properties/2026-03/{kind}/csmdesk_id"
    if sandbox.call("hubspot", "GET", definition).status_code == 404:
        return []
    body = {
        "filterGroups": [{"filters": [{"propertyName": "csmdesk_id", "operator": "HAS_PROPERTY"}]}],
        "properties": ["hs_note_body", "hs_call_title", "hs_call_disposition", "csmdesk_id"],
    }
    if kind == "notes":
        body["properties"] = ["hs_note_body", "csmdesk_id"]
    found = sandbox.call("hubspot", "POST", f"/crm/objects/2026-03/{kind}/search", json=body)
    rows: list[dict[str, Any]] = found.json()["results"]
    return rows


def shown(desk: Session, customer: str, text: str) -> int:
    """How often a text stands in the customer's timeline."""
    page = customer_page(desk, build_portfolio(desk, desk.today()), customer)
    tab = next(one for one in page.tabs if one.key == "activity")
    tables = [block for block in (*tab.main, *tab.side) if block.key == "timeline"]
    rows = [row for table in tables for row in table.rows]  # type: ignore[union-attr]
    return sum(any(text in cell.text for cell in row) for row in rows)


def later(desk: Session) -> None:
    desk.clock = lambda: NOW + LAG + 1


def test_a_note_is_made_once_and_shown_once(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str]
) -> None:
    log(desk, ours[0])
    assert shown(desk, ours[0], "Renewal <b>at risk</b>") == 1
    assert send(desk)["sent"] == 1
    (row,) = in_crm(sandbox)
    text = "Renewal &lt;b&gt;at risk&lt;/b&gt;<br>Call &amp; ask"
    assert row["properties"]["hs_note_body"] == text
    path = f"/crm/objects/2026-03/notes/{row['id']}/associations/companies"
    linked = sandbox.call("hubspot", "GET", path).json()["results"]
    assert [one["toObjectId"] for one in linked] == [ours[1]]
    assert send(desk) == {"sent": 0, "waiting": 0, "conflicts": 0}
    with desk.store.read() as conn:
        sql = "SELECT count(*) FROM fact_activity WHERE source_id = ?"
        assert conn.exec_driver_sql(sql, (row["id"],)).scalar() == 1
    assert shown(desk, ours[0], "at risk") == 1
    assert len(in_crm(sandbox)) == 1


def test_a_call_is_logged_as_connected(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str]
) -> None:
    log(desk, ours[0], "log", kind="call", subject="Quarterly call", direction="out")
    assert send(desk)["sent"] == 1
    (row,) = in_crm(sandbox, "calls")
    assert row["properties"]["hs_call_title"] == "Quarterly call"
    send(desk)
    with desk.store.read() as conn:
        sql = "SELECT kind, held, direction FROM fact_activity WHERE source_id = ?"
        assert conn.exec_driver_sql(sql, (row["id"],)).first() == ("call", 1, "out")


def test_undo_before_and_after_sending(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str]
) -> None:
    log(desk, ours[0])
    undo(desk)
    assert send(desk) == {"sent": 0, "waiting": 0, "conflicts": 0}
    assert in_crm(sandbox) == []
    edits.redo(desk, int(NOW), desk.today())
    assert send(desk)["sent"] == 1
    undo(desk)
    send(desk)
    assert in_crm(sandbox) == []
    with desk.store.read() as conn:
        assert stored.to_send(conn) == []


def test_off_nothing_leaves(desk: Session, sandbox: Sandbox, ours: tuple[str, str]) -> None:
    off = msgspec.structs.replace(desk.settings, write_back=WriteBack())
    desk.workspace = desk.workspace.saved(off)
    log(desk, ours[0])
    assert send(desk) == {"sent": 0, "waiting": 0, "conflicts": 0}
    assert in_crm(sandbox) == []


@pytest.mark.parametrize("kind", ["500", "reset", "cut"])
def test_without_an_answer_it_is_looked_for_before_it_is_made_again(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str], kind: str
) -> None:
    log(desk, ours[0])
    # The search of the sync's own stream comes first.
    sandbox.fault("hubspot", kind, path="objects/2026-03/notes", after=1)
    summary = sync(desk, CancelToken(), silent, source="hubspot")
    made = len(in_crm(sandbox))
    assert made == (0 if kind == "500" else 1)
    assert summary["edits"]["waiting"] == 1
    assert sync(desk, CancelToken(), silent, source="hubspot")["edits"]["waiting"] == 1
    assert len(in_crm(sandbox)) == made
    later(desk)
    assert send(desk)["waiting"] == 0
    assert len(in_crm(sandbox)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize("then", ["nothing", "undone"])
def test_killed_between_request_and_answer(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str], then: str
) -> None:
    log(desk, ours[0])
    sandbox.fault("hubspot", "hang", path="objects/2026-03/notes", after=1, seconds=30)
    sync_killed_after(desk, sandbox, "hubspot", "objects/2026-03/notes", KEY)
    sandbox.call("control", "DELETE", "/faults")
    assert len(in_crm(sandbox)) == 1
    if then == "undone":
        undo(desk)
    later(desk)
    send(desk)
    assert len(in_crm(sandbox)) == (0 if then == "undone" else 1)
    with desk.store.read() as conn:
        assert stored.to_send(conn) == []
