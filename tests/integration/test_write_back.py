"""Scores into the CRM: changed values only, settled row by row, repeatable, and undone exactly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.errors import BadInput, Cancelled
from csmdesk.domain.settings import WriteBack
from csmdesk.jobs import write_back as jobs
from csmdesk.jobs.outgoing import plan
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session
from csmdesk.store import write_back as stored
from csmdesk.sync.connectors.hubspot.writing import SCORES
from tests.demo import copied
from tests.integration.conftest import asked, connected
from tests.sandbox.process import Sandbox, running

OBJECTS = "/crm/objects/2026-03/companies"
UPDATE = "companies/batch/update"
CUSTOMERS = 12


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The world of the prepared workspace, in which nobody has written yet."""
    with running("--customers", str(CUSTOMERS)) as started:
        yield started


@pytest.fixture
def desk(connected_folder: Path, sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    session = connected(copied(connected_folder, tmp_path / "desk"), sandbox)
    turn(session, on=True)
    yield session
    session.close()


def turn(session: Session, *, on: bool) -> None:
    settings = msgspec.structs.replace(session.settings, write_back=WriteBack(enabled=on))
    session.workspace = session.workspace.saved(settings)


def write(session: Session) -> dict[str, Any]:
    return jobs.write_back(session, CancelToken(), silent)


def undo(session: Session) -> dict[str, Any]:
    return jobs.undo(session, CancelToken(), silent)


def planned(session: Session) -> list[dict[str, Any]]:
    return plan(session, jobs.todays_portfolio(session), CancelToken()).rows


def in_crm(sandbox: Sandbox) -> dict[str, dict[str, str | None]]:
    """The score properties of every company."""
    query = f"{OBJECTS}?limit=100&properties={','.join(SCORES.values())}"
    rows = sandbox.call("hubspot", "GET", query).json()["results"]
    return {
        row["id"]: {field: row["properties"].get(name) for field, name in SCORES.items()}
        for row in rows
    }


def edit(sandbox: Sandbox, company: str, **values: str) -> None:
    body = {"id": company, "properties": {SCORES[one]: text for one, text in values.items()}}
    assert sandbox.call("control", "POST", "/hubspot/company", json=body).status_code == 200


def wanted(session: Session) -> dict[str, dict[str, str | None]]:
    portfolio = jobs.todays_portfolio(session)
    scores = jobs.scores_to_write(portfolio)
    with session.store.read() as conn:
        records = stored.crm_records(conn, "hubspot")
    return {account: scores[customer] for account, customer in records.items()}


def test_off_by_default(desk: Session, sandbox: Sandbox) -> None:
    turn(desk, on=False)
    with pytest.raises(BadInput, match="turned off"):
        write(desk)
    assert "write_back" not in run(desk, CancelToken(), silent, sync=False)
    assert asked(sandbox, UPDATE) == 0


def test_what_is_planned_is_what_the_crm_then_holds(desk: Session, sandbox: Sandbox) -> None:
    plan = planned(desk)
    assert sandbox.call("control", "GET", "/requests").json() == []
    summary = write(desk)
    assert summary["problems"] == []
    assert summary["refused"] == []
    assert summary["written"] == len({row["record"] for row in plan}) > CUSTOMERS / 2
    held = in_crm(sandbox)
    for row in plan:
        assert held[row["record"]][row["field"]] == row["after"]
    assert {one: held[one] for one in wanted(desk)} == wanted(desk)
    assert planned(desk) == []


def test_only_changes_are_written(desk: Session, sandbox: Sandbox) -> None:
    write(desk)
    sandbox.call("control", "DELETE", "/requests")
    assert write(desk)["requests"] == 0
    with desk.store.write() as conn:
        company, held = next(iter(stored.held(conn, "hubspot").items()))
        stored.keep(conn, "hubspot", {company: replace(held, sent=held.sent | {"chi": "1"})})
    plan = planned(desk)
    assert [(row["record"], row["field"], row["before"]) for row in plan] == [(company, "chi", "1")]
    assert write(desk)["written"] == 1
    assert asked(sandbox, UPDATE) == 1
    assert asked(sandbox, "batch/read") == 0


def test_a_run_writes_today_and_the_next_sync_reads_nothing_of_it_back(desk: Session) -> None:
    summary = run(desk, CancelToken(), silent, sync=False)
    assert summary["write_back"]["written"] > 0
    again = run(desk, CancelToken(), silent)
    assert again["changed"] == 0
    assert again["problems"] == []
    with desk.store.read() as conn:
        told = conn.exec_driver_sql("SELECT properties FROM fact_account").all()
    assert not [row for row in told if "csmdesk" in row[0]]


def test_a_past_day_is_never_written(desk: Session, sandbox: Sandbox) -> None:
    desk.clock = lambda: 1_900_000_000.0
    with pytest.raises(BadInput, match="has not been scored"):
        write(desk)
    run(desk, CancelToken(), silent, sync=False, day=desk.today() - 1_000)
    assert asked(sandbox, UPDATE) == 0


def test_one_company_that_a_rule_guards_spoils_its_row_alone(
    desk: Session, sandbox: Sandbox
) -> None:
    ruled = sorted(wanted(desk))[3]
    sandbox.call("control", "POST", "/rules", json=[ruled])
    summary = write(desk)
    assert [row["record"] for row in summary["refused"]] == [ruled]
    assert "validation rule" in summary["refused"][0]["why"]
    held = in_crm(sandbox)
    assert held[ruled]["chi"] is None
    assert all(held[one] == values for one, values in wanted(desk).items() if one != ruled)
    sandbox.call("control", "POST", "/rules", json=[])
    assert write(desk)["written"] == 1
    assert in_crm(sandbox)[ruled] == wanted(desk)[ruled]


def test_a_fault_of_all_rows_ends_it_with_a_sentence(desk: Session, sandbox: Sandbox) -> None:
    """The band's drop-down was made by somebody with other options."""
    group = {"name": "csmdesk", "label": "CSMDesk"}
    band = {"name": SCORES["band"], "label": "Band", "type": "enumeration", "fieldType": "select"}
    options = [{"label": "A", "value": "A", "hidden": False, "displayOrder": 0}]
    path = "/crm/properties/2026-03/companies"
    sandbox.call("hubspot", "POST", f"{path}/groups", json=group)
    made = sandbox.call(
        "hubspot", "POST", path, json=band | {"groupName": "csmdesk", "options": options}
    )
    assert made.status_code == 201
    summary = write(desk)
    assert "csmdesk_band cannot hold" in summary["problems"][0]
    assert summary["written"] == 0
    assert asked(sandbox, UPDATE) == 0


def test_trouble_on_the_way_is_tried_again(desk: Session, sandbox: Sandbox) -> None:
    for kind, path in (
        ("reset", "companies/groups"),  # made, and the answer lost: 409 the second time
        ("hang", "properties/2026-03/companies"),
        ("500", UPDATE),
        ("cut", UPDATE),
        ("429", UPDATE),
    ):
        sandbox.fault("hubspot", kind, path=path, seconds=0.6)
    summary = write(desk)
    assert summary["problems"] == []
    assert {one: in_crm(sandbox)[one] for one in wanted(desk)} == wanted(desk)


def test_undo_writes_the_former_values(desk: Session, sandbox: Sandbox) -> None:
    write(desk)
    undo(desk)
    turn(desk, on=True)
    companies = sorted(wanted(desk))
    kept, changed = companies[0], companies[1]
    edit(sandbox, kept, chi="55", band="good")
    before = in_crm(sandbox)
    write(desk)
    edit(sandbox, changed, chi="99")
    summary = undo(desk)
    assert summary["left_alone"] == 1
    held = in_crm(sandbox)
    assert held.pop(changed)["chi"] == "99"
    before.pop(changed)
    assert held == before
    assert held[kept]["chi"] == "55"
    assert not desk.settings.write_back.enabled
    with desk.store.read() as conn:
        assert stored.held(conn, "hubspot") == {}
        log = conn.exec_driver_sql("SELECT before, after FROM write_log").all()
    assert any('"chi": "55"' in row[1] for row in log)
    assert undo(desk)["written"] == 0


def test_cancelled_before_the_first_batch(desk: Session, sandbox: Sandbox) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        jobs.write_back(desk, cancel, silent)
    assert asked(sandbox, UPDATE) == 0


KILLED = """
import sys
from pathlib import Path
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.jobs import write_back
from csmdesk.jobs.session import open_session
from csmdesk.sync.api import Patience
from tests.integration.conftest import NOW, SYSTEMS
from tests.sandbox.process import KEY

session = open_session(Path(sys.argv[1]), demo=False, clock=lambda: NOW)
for system in SYSTEMS:
    session.secrets.keep_for_session(system, KEY)
getattr(write_back, sys.argv[2])(session, CancelToken(), silent)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize("verb", ["write_back", "undo"])
def test_killed_between_request_and_answer(desk: Session, sandbox: Sandbox, verb: str) -> None:
    """The system has written, we never heard of it: completed by the next, undone exactly."""
    before = in_crm(sandbox)
    if verb == "undo":
        write(desk)
    sandbox.call("control", "DELETE", "/requests")
    sandbox.fault("hubspot", "hang", path=UPDATE, seconds=30)
    command = [sys.executable, "-c", KILLED, str(desk.workspace.folder), verb]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    while not asked(sandbox, UPDATE):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    if verb == "write_back":
        assert in_crm(sandbox) != before
        assert write(desk)["problems"] == []
        assert {one: in_crm(sandbox)[one] for one in wanted(desk)} == wanted(desk)
    undo(desk)
    assert in_crm(sandbox) == before
