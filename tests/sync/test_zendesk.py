"""Zendesk tells the same world as HubSpot, as far as it can; rows that are gone go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from csmdesk.domain.errors import BadInput
from csmdesk.domain.facts import Account, Contact, Ticket
from csmdesk.domain.settings import Source
from csmdesk.sync.connectors.zendesk import FIELDS, complain, sign_in, tickets, users, wire
from csmdesk.sync.connectors.zendesk.organizations import OrganizationStream
from tests.sandbox.process import Sandbox, running
from tests.sync.bench import Bench, new_bench
from tests.sync.rows import rows as rows_of

ORGANIZATION, USER, TICKET = "81", "82", "83"
STARS = {5: 5, 4: 5, 2: 1}
"""What the world's stars become when a person presses a thumb."""
Row = dict[str, Any]


def rows(bench: Bench, table: str, source: str) -> dict[str, Row]:
    """Rows of a source by the tail of their id, which both systems share in the sandbox."""
    return {row["source_id"][2:]: row for row in rows_of(bench, table, source)}


def edit(sandbox: Sandbox, kind: str, row_id: str, **what: Any) -> None:
    told = {"system": "zendesk", "kind": kind, "id": int(row_id), **what}
    assert sandbox.call("control", "POST", "/rows", json=told).status_code == 200


def test_the_same_world_as_hubspot(bench: Bench) -> None:
    bench.sync(["hubspot", "zendesk"])
    for table, fields in (
        ("account", ("name", "domain", "created_on")),
        ("contact", ("name", "email", "user_key", "created_at", "last_seen_at")),
        ("ticket", ("subject", "priority", "created_at", "solved_at", "body")),
    ):
        theirs, ours = rows(bench, table, "hubspot"), rows(bench, table, "zendesk")
        assert ours.keys() == theirs.keys()
        for key, row in ours.items():
            assert {f: row[f] for f in fields} == {f: theirs[key][f] for f in fields}
            if table != "account":
                assert row["account_id"] == ORGANIZATION + theirs[key]["account_id"][2:]
    theirs = rows(bench, "ticket", "hubspot")
    for key, row in rows(bench, "ticket", "zendesk").items():
        told = theirs[key]
        assert (row["status"] == "closed") is (told["status"] == "closed")
        assert row["contact_id"] == USER + told["contact_id"][2:]
        assert row["csat"] == STARS.get(told["csat"])
        replies = (row["first_reply_at"], told["first_reply_at"])
        assert replies == (None, None) or 0 <= replies[1] - replies[0] < 60  # whole minutes


def test_who_is_joined_with_whom(bench: Bench) -> None:
    bench.sync(["zendesk"])
    joins = {key: row["joins"] for key, row in rows(bench, "account", "zendesk").items()}
    assert '"key:acct_000002"' in joins["000000200000"]
    assert '"hubspot:21000000200000"' in joins["000000200000"]
    assert "hubspot" not in joins["000000300000"]


def test_rows_that_are_gone_go(tmp_path: Path) -> None:
    with running("--customers", "8") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        bench.sync(["zendesk"])
        before = bench.tables()
        for kind, table in (("ticket", "ticket"), ("user", "contact"), ("organization", "account")):
            edit(sandbox, kind, before[table][0][1], deleted=True)
        edit(sandbox, "user", before["contact"][1][1], values={"organization_id": None})
        changed = before["ticket"][1][1]
        edit(sandbox, "ticket", changed, values={"priority": "urgent", "subject": "Now!"})
        # The newest minute is held back, so nothing has happened yet.
        assert bench.sync(["zendesk"])["zendesk"].changed == 0
        sandbox.call("control", "POST", "/today", json={"today": "2026-11-22"})
        assert bench.sync(["zendesk"])["zendesk"].error is None
        after = bench.tables()
        for table, gone in (("ticket", 1), ("contact", 2), ("account", 1)):
            found = rows(bench, table, "zendesk").values()
            ids = {row["source_id"] for row in found if not row.get("archived")}
            assert not ids & {row[1] for row in before[table][:gone]}
            assert {row[1] for row in before[table][gone:]} <= ids
        [ticket] = [row for row in after["ticket"] if row[1] == changed]
        assert {"urgent", "Now!"} <= set(ticket)
        bench.store.close()


def test_an_organization_that_changed_without_a_new_date_is_read(tmp_path: Path) -> None:
    with running("--customers", "8") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        bench.sync(["zendesk"])
        told = sandbox.call("zendesk", "GET", "/api/v2/organizations").json()["organizations"]
        newest = max(told, key=lambda one: str(one["updated_at"]))
        values = {"name": "Renamed by a rule", "updated_at": newest["updated_at"]}
        edit(sandbox, "organization", newest["id"], values=values)
        sandbox.call("control", "POST", "/today", json={"today": "2026-11-22"})
        assert bench.sync(["zendesk"])["zendesk"].error is None
        assert "Renamed by a rule" in {row[2] for row in bench.tables()["account"]}
        bench.store.close()


def test_ten_exports_a_minute_are_kept_to(bench: Bench, sandbox: Sandbox) -> None:
    """A shorter minute; the list of organizations has a budget of its own."""
    limit = {"zendesk/api/v2/incremental": {"requests": 2, "seconds": 1.0}}
    sandbox.call("control", "POST", "/limits", json=limit)
    try:
        result = bench.sync(["zendesk"])["zendesk"]
    finally:
        sandbox.call("control", "POST", "/limits", json={})
    assert result.error is None
    asked = sandbox.call("control", "GET", "/requests").json()
    assert 429 in {one["status"] for one in asked}
    assert rows(bench, "ticket", "zendesk")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":"RecordNotFound","description":"Not found"}', "Not found"),
        (b'{"error":"invalid_token","error_description":"expired"}', "expired"),
        (b'{"error":{"title":"Forbidden","message":"No access"}}', "No access"),
        (b'{"errors":[{"code":"X","title":"Bad","detail":"no such field"}]}', "no such field"),
        (b"<html>", ""),
        (b'{"error":5}', ""),
    ],
)
def test_the_shapes_of_errors(body: bytes, words: str) -> None:
    assert complain(400, body).message == words


def organization(crm_fields: dict[str, str] | None = None, **values: Any) -> Account:
    row = wire.Organization(7, **values)
    [found] = OrganizationStream({**FIELDS, **(crm_fields or {})})._account(row)
    assert isinstance(found, Account)
    return found


def test_an_organization_and_its_ids() -> None:
    fields = {"hubspot_id": 21, "salesforce_id": "001xx0000012345AAA"}
    found = organization(name="Acme", domain_names=["ACME.example"], organization_fields=fields)
    assert found.joins == ("hubspot:21", "salesforce:001xx0000012345AAA")
    assert (found.name, found.domain) == ("Acme", "acme.example")
    assert organization(external_id="001xx").joins == ("key:001xx",)
    own = organization({"salesforce_id": "external_id", "hubspot_id": ""}, external_id="001xx")
    assert own.joins == ("key:001xx", "salesforce:001xx")
    assert organization().name == "Organization 7"


def test_agents_and_people_of_nobody_are_none_of_ours() -> None:
    person = wire.User(1, organization_id=7, email="a@b.example")
    [found] = users.KIND.facts(person)
    assert isinstance(found, Contact)
    assert (found.name, found.account_id) == ("a@b.example", "7")
    for other in (
        wire.User(1, role="agent", organization_id=7),
        wire.User(1, organization_id=None),
        wire.User(1, organization_id=7, active=False),
    ):
        assert users.KIND.facts(other) == []


@pytest.mark.parametrize(
    ("status", "score", "told", "stars"),
    [
        ("hold", "offered", "pending", None),
        ("solved", "good", "closed", 5),
        ("closed", "bad", "closed", 1),
        ("new", None, "new", None),
    ],
)
def test_a_ticket(status: str, score: str | None, told: str, stars: int | None) -> None:
    created = "2026-01-01T00:00:00Z"
    rating = None if score is None else wire.Rating(score)
    row = wire.Ticket(9, created, "2026-01-02T00:00:00Z", status, satisfaction_rating=rating)
    [found] = tickets.KIND.facts(row)
    assert isinstance(found, Ticket)
    assert (found.status, found.csat, found.priority) == (told, stars, "normal")
    assert (found.solved_at is not None) is (told == "closed")
    assert found.account_id is None


def test_where_to_sign_in() -> None:
    source = Source(system="zendesk", site="acme", client_id="app")
    assert sign_in(source).token_url == "https://acme.zendesk.com/oauth/tokens"
    with pytest.raises(BadInput, match="client id"):
        sign_in(Source(system="zendesk", site="acme")).check()
