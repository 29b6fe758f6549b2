"""Edits of CRM fields: shown at once, sent after the next sync, never lost, never doubled."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import iso_day
from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.jobs import edits
from csmdesk.jobs.customer import customer_page
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.jobs.sync import sync
from csmdesk.store import outbox
from csmdesk.store.outbox import Outgoing
from csmdesk.sync.connectors.hubspot.companies import FIELDS
from tests.demo import copied
from tests.integration.conftest import NOW, asked, connected, sync_killed_after
from tests.sandbox.process import KEY, Sandbox, running

OBJECTS = "/crm/objects/2026-03/companies"
UPDATE = "companies/batch/update"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running("--customers", "12") as started:
        yield started


@pytest.fixture
def desk(connected_folder: Path, sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    session = connected(copied(connected_folder, tmp_path / "desk"), sandbox)
    yield session
    session.close()


@pytest.fixture
def ours(desk: Session) -> tuple[str, str]:
    """A customer and its company."""
    with desk.store.read() as conn:
        sql = "SELECT customer_id, source_id FROM identity WHERE source = 'hubspot' ORDER BY 2"
        return tuple(conn.exec_driver_sql(sql).first() or ())


def change(desk: Session, customer: str, field: str, value: object) -> None:
    edits.apply(desk, Edit("crm", (customer,), {field: value}), int(NOW), desk.today())


def undo(desk: Session) -> None:
    assert edits.undo(desk, int(NOW), desk.today()) is not None


def decide(desk: Session, verb: str) -> None:
    targets = tuple(":".join(one.place) for one in waiting(desk) if one.state == "conflict")
    edits.apply(desk, Edit(verb, targets), int(NOW), desk.today())


def send(desk: Session) -> dict[str, Any]:
    summary = sync(desk, CancelToken(), silent, source="hubspot")
    assert summary["problems"] == []
    found: dict[str, Any] = summary["edits"]
    return found


def waiting(desk: Session) -> list[Outgoing]:
    with desk.store.read() as conn:
        return outbox.rows(conn)


def shown(desk: Session, customer: str, column: str) -> Any:
    portfolio = build_portfolio(desk, desk.today())
    return portfolio.customers[column][portfolio.customers["id"].index(customer)]


def in_crm(sandbox: Sandbox, company: str, field: str) -> str | None:
    path = f"{OBJECTS}/{company}?properties={FIELDS[field]}"
    found: str | None = sandbox.call("hubspot", "GET", path).json()["properties"][FIELDS[field]]
    return found


def crm_edit(sandbox: Sandbox, company: str, field: str, value: str) -> None:
    body = {"id": company, "properties": {FIELDS[field]: value}}
    assert sandbox.call("control", "POST", "/hubspot/company", json=body).status_code == 200


@pytest.mark.parametrize(
    ("field", "column", "value"),
    [
        ("tier", "tier", "T5"),
        ("stage", "stage", "Rollout <b>"),
        ("renewal_on", "renewal_on", 20_900),
        ("owner_id", "csm", None),
    ],
)
def test_an_edit_is_shown_at_once_and_sent_after_the_next_sync(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str], field: str, column: str, value: Any
) -> None:
    customer, company = ours
    text = iso_day(value) if field == "renewal_on" else value
    if field == "owner_id":
        with desk.store.read() as conn:
            sql = "SELECT source_id, name FROM fact_person WHERE archived = 0 ORDER BY 1"
            people = conn.exec_driver_sql(sql).all()
        value, name = next(one for one in people if one[1] != shown(desk, customer, "csm"))
        text = value
    before = in_crm(sandbox, company, field)
    change(desk, customer, field, value)
    wanted = name if field == "owner_id" else value
    assert shown(desk, customer, column) == wanted
    assert in_crm(sandbox, company, field) == before != text
    assert send(desk) == {"sent": 1, "waiting": 0, "conflicts": 0}
    assert in_crm(sandbox, company, field) == text
    assert waiting(desk) == []
    assert shown(desk, customer, column) == wanted
    sandbox.call("control", "DELETE", "/requests")
    assert send(desk)["sent"] == 0
    assert asked(sandbox, UPDATE) == 0
    assert shown(desk, customer, column) == wanted


def test_offline_it_waits(connected_folder: Path, tmp_path: Path, ours: tuple[str, str]) -> None:
    with running("--customers", "1") as gone:
        pass
    session = connected(copied(connected_folder, tmp_path / "offline"), gone)
    change(session, ours[0], "tier", "T5")
    summary = sync(session, CancelToken(), silent)
    assert summary["offline"]
    assert [one.state for one in waiting(session)] == ["queued"]
    assert shown(session, ours[0], "tier") == "T5"
    session.close()


def test_undo_before_sending_takes_it_from_the_queue(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str]
) -> None:
    before = shown(desk, ours[0], "tier")
    change(desk, ours[0], "tier", "T5")
    change(desk, ours[0], "tier", "T3")
    undo(desk)
    assert [one.value for one in waiting(desk)] == ["T5"]
    undo(desk)
    assert waiting(desk) == []
    assert shown(desk, ours[0], "tier") == before
    assert send(desk)["sent"] == 0


def test_undo_after_sending_sends_the_reverse(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str]
) -> None:
    customer, company = ours
    before = in_crm(sandbox, company, "tier")
    change(desk, customer, "tier", "T5")
    send(desk)
    undo(desk)
    assert shown(desk, customer, "tier") == before
    assert send(desk)["sent"] == 1
    assert in_crm(sandbox, company, "tier") == before
    edits.redo(desk, int(NOW), desk.today())
    assert send(desk)["sent"] == 1
    assert in_crm(sandbox, company, "tier") == "T5"


def conflict(desk: Session, sandbox: Sandbox, ours: tuple[str, str]) -> None:
    change(desk, ours[0], "tier", "Mine")
    crm_edit(sandbox, ours[1], "tier", "Theirs")
    assert send(desk) == {"sent": 0, "waiting": 1, "conflicts": 1}
    (row,) = waiting(desk)
    assert (row.value, row.theirs, row.state) == ("Mine", "Theirs", "conflict")
    assert row.base not in ("Mine", "Theirs")
    assert in_crm(sandbox, ours[1], "tier") == "Theirs"
    assert send(desk)["conflicts"] == 1
    portfolio = build_portfolio(desk, desk.today())
    assert "Mine ≠" in [cell.text for cell in customer_page(desk, portfolio, ours[0]).pills]
    told = dict(zip(portfolio.quality["kind"], portfolio.quality["text"], strict=True))["conflict"]
    assert "you set “Mine”, HubSpot now says “Theirs”" in told


def test_a_conflict_is_decided_for_mine(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str]
) -> None:
    conflict(desk, sandbox, ours)
    decide(desk, "crm_mine")
    assert send(desk) == {"sent": 1, "waiting": 0, "conflicts": 0}
    assert in_crm(sandbox, ours[1], "tier") == "Mine"
    undo(desk)
    send(desk)
    assert in_crm(sandbox, ours[1], "tier") == "Theirs"


def test_a_conflict_is_decided_for_theirs(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str]
) -> None:
    conflict(desk, sandbox, ours)
    decide(desk, "crm_theirs")
    assert waiting(desk) == []
    assert shown(desk, ours[0], "tier") == "Theirs"
    undo(desk)
    assert shown(desk, ours[0], "tier") == "Mine"
    assert send(desk)["sent"] == 1
    assert in_crm(sandbox, ours[1], "tier") == "Mine"


def test_a_conflict_follows_the_crm(desk: Session, sandbox: Sandbox, ours: tuple[str, str]) -> None:
    conflict(desk, sandbox, ours)
    crm_edit(sandbox, ours[1], "tier", "Third")
    assert send(desk)["conflicts"] == 1
    assert [one.theirs for one in waiting(desk)] == ["Third"]
    crm_edit(sandbox, ours[1], "tier", "Mine")
    assert send(desk) == {"sent": 0, "waiting": 0, "conflicts": 0}
    assert waiting(desk) == []


def test_both_sides_made_the_same_change(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str]
) -> None:
    change(desk, ours[0], "renewal_on", 20_900)
    crm_edit(sandbox, ours[1], "renewal_on", iso_day(20_900))
    assert send(desk) == {"sent": 0, "waiting": 0, "conflicts": 0}
    assert waiting(desk) == []


def test_a_refused_edit_stays_and_goes_once_the_rule_is_gone(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str]
) -> None:
    change(desk, ours[0], "tier", "T5")
    sandbox.call("control", "POST", "/rules", json=[ours[1]])
    summary = sync(desk, CancelToken(), silent, source="hubspot")
    assert "validation rule" in summary["problems"][0]
    assert [one.state for one in waiting(desk)] == ["refused"]
    assert shown(desk, ours[0], "tier") == "T5"
    sandbox.call("control", "POST", "/rules", json=[])
    assert send(desk)["sent"] == 1


def test_what_makes_no_sense_is_refused(desk: Session, ours: tuple[str, str]) -> None:
    with pytest.raises(BadInput, match="no active user"):
        change(desk, ours[0], "owner_id", "nobody")
    with pytest.raises(BadInput, match="whole number"):
        change(desk, ours[0], "renewal_on", "tomorrow")
    with pytest.raises(BadInput, match="one of"):
        change(desk, ours[0], "name", "Acme")
    with pytest.raises(BadInput, match="no customer"):
        change(desk, "nobody", "tier", "T1")
    assert waiting(desk) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize("then", ["nothing", "edited", "undone"])
def test_killed_between_request_and_answer(
    desk: Session, sandbox: Sandbox, ours: tuple[str, str], then: str
) -> None:
    """The CRM took it and we never heard: nothing lost, no conflict with ourselves."""
    customer, company = ours
    before = in_crm(sandbox, company, "tier")
    change(desk, customer, "tier", "T5")
    sandbox.fault("hubspot", "hang", path=UPDATE, seconds=30)
    sync_killed_after(desk, sandbox, "hubspot", UPDATE, KEY)
    assert in_crm(sandbox, company, "tier") == "T5"
    assert [one.state for one in waiting(desk)] == ["sending"]
    wanted = "T5"
    if then == "edited":
        wanted = "T2"
        change(desk, customer, "tier", wanted)
    elif then == "undone":
        wanted = str(before)
        undo(desk)
    assert send(desk)["conflicts"] == 0
    assert waiting(desk) == []
    assert in_crm(sandbox, company, "tier") == wanted == shown(desk, customer, "tier")
