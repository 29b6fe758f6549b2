"""Salesforce tells the same world as HubSpot, as far as it can; deleted and merged rows go."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.days import parse_day
from csmdesk.domain.errors import BadInput, RateLimited, SourceError, Unreachable
from csmdesk.domain.facts import Account, Activity, FieldChange
from csmdesk.domain.settings import Source
from csmdesk.jobs.sink import StoreSink
from csmdesk.store import identity
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.salesforce import Salesforce, accounts, complain, sign_in, work
from csmdesk.sync.connectors.salesforce.query import QueryStream
from csmdesk.sync.connectors.salesforce.setup import Setup, SetupStream, Wishes
from csmdesk.sync.connectors.salesforce.wire import Row
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.errors import Refused
from csmdesk.sync.run import sync_source
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Context
from tests.sandbox.process import KEY, Sandbox, running
from tests.sync.bench import QUICK, Bench, new_bench
from tests.sync.rows import rows

NOBODY = "005000000000000AAA"
ACCOUNT = "001000000200000AAA"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """HubSpot and Salesforce of one world, read once."""
    with running("--customers", "24") as sandbox:
        bench = new_bench(sandbox, tmp_path_factory.mktemp("both"))
        assert all(one.complete for one in bench.sync(["hubspot", "salesforce"]).values())
        yield bench
        bench.store.close()


def tail(source_id: str) -> str:
    """Index and position, which ids of all systems share in the sandbox."""
    return source_id[3:15] if len(source_id) == 18 else source_id[2:]


def told(bench: Bench, table: str, source: str) -> dict[str, dict[str, Any]]:
    """Rows of a source by the tail of their id, with the ids they hold cut to tails too."""
    found = {}
    for row in rows(bench, table, source):
        cut = dict(row)
        for name in ("account_id", "contact_id", "parent_id"):
            if cut.get(name):
                cut[name] = tail(cut[name])
        for name in ("owner_id", "author"):
            if cut.get(name):
                cut[name] = None if cut[name] == NOBODY else cut[name][3:15].lstrip("0")
                cut[name] = cut[name] if source == "salesforce" else row[name]
        found[tail(row["source_id"]) + row.get("kind", "")] = cut
    return found


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        (
            "account",
            "name domain created_on owner_id tier stage success_program acv currency renewal_on"
            " industry parent_id assigned_on churned_on flag tags",
        ),
        (
            "contact",
            "account_id name email title role user_key created_at last_seen_at left_on bounced",
        ),
        (
            "ticket",
            "account_id contact_id subject priority created_at first_reply_at solved_at csat body",
        ),
        ("deal", "account_id name amount currency created_at close_on"),
        ("activity", "account_id kind at direction held author contact_id body"),
    ],
)
def test_the_same_world_as_hubspot(both: Bench, table: str, fields: str) -> None:
    theirs, ours = told(both, table, "hubspot"), told(both, table, "salesforce")
    assert ours.keys() == theirs.keys()
    for key, row in ours.items():
        assert {n: row[n] for n in fields.split()} == {n: theirs[key][n] for n in fields.split()}


def test_the_same_history_as_hubspot(both: Bench) -> None:
    def history(source: str) -> dict[tuple[str, str], list[tuple[int, str | None]]]:
        found: dict[tuple[str, str], list[tuple[int, str | None]]] = {}
        for row in rows(both, "field_change", source):
            if row["field"] == "domain":  # never changed: HubSpot alone tells since when it is
                continue
            value = row["value"]
            if row["field"] == "owner_id" and source == "salesforce" and value:
                value = value[3:15].lstrip("0")
            elif row["field"] == "acv":
                value = f"{Decimal(value):.3f}"
            where = (tail(row["account_id"]), row["field"])
            found.setdefault(where, []).append((row["at"], value))
        # What a change says of the time before is no change.
        return {
            where: [
                (at, value)
                for n, (at, value) in enumerate(changes)
                if not n or value != changes[n - 1][1]
            ]
            for where, changes in ((where, sorted(one)) for where, one in found.items())
        }

    assert history("salesforce") == history("hubspot")


def test_people_and_custom_fields(both: Bench) -> None:
    people = {row["name"]: row["archived"] for row in rows(both, "person", "salesforce")}
    assert people == {row["name"]: row["archived"] for row in rows(both, "person", "hubspot")}
    assert '"Region__c":"AMER"' in rows(both, "account", "salesforce")[1]["properties"]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Bench]:
    with running("--customers", "8") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        bench.sync(["salesforce"])
        yield bench
        bench.store.close()


def edit(sandbox: Sandbox, kind: str, row_id: str, **what: Any) -> None:
    body = {"system": "salesforce", "kind": kind, "id": row_id, **what}
    assert sandbox.call("control", "POST", "/rows", json=body).status_code == 200


def alive(bench: Bench, table: str) -> set[str]:
    found = rows(bench, table, "salesforce")
    return {row["source_id"] for row in found if not row.get("archived")}


def test_deleted_and_changed_rows(own: Bench) -> None:
    names = {"account": "Account", "contact": "Contact", "ticket": "Case", "deal": "Opportunity"}
    before = {table: sorted(alive(own, table)) for table in names}
    for table, kind in names.items():
        edit(own.sandbox, kind, before[table][0], deleted=True)
    edit(own.sandbox, "Contact", before["contact"][1], values={"AccountId": None})
    edit(own.sandbox, "Account", before["account"][1], values={"CSM_Tier__c": "T9"})
    result = own.sync(["salesforce"])["salesforce"]
    assert (result.error, result.requests) == (None, 10)  # two of them about contracts
    for table in names:
        gone = 2 if table == "contact" else 1
        assert alive(own, table) == set(before[table][gone:])
    [account] = [
        row
        for row in rows(own, "account", "salesforce")
        if row["source_id"] == before["account"][1]
    ]
    assert account["tier"] == "T9"
    assert own.sync(["salesforce"])["salesforce"].changed == 0


CONTRACT = ACCOUNT.replace("001", "800", 1)


def one_account(bench: Bench) -> dict[str, Any]:
    return next(row for row in rows(bench, "account", "salesforce") if row["source_id"] == ACCOUNT)


def test_a_contract_renews_an_account_that_does_not_say_when(own: Bench) -> None:
    told = one_account(own)["renewal_on"]
    edit(own.sandbox, "Contract", CONTRACT, values={"EndDate": "2028-02-29"})
    own.sync(["salesforce"])
    assert one_account(own)["renewal_on"] == told  # its own date comes first
    edit(own.sandbox, "Account", ACCOUNT, values={"Renewal_Date__c": None})
    own.sync(["salesforce"])
    assert one_account(own)["renewal_on"] == parse_day("2028-02-29")
    for values, until in (
        ({"EndDate": "2028-03-31"}, "2028-03-31"),
        ({"EndDate": None, "StartDate": "2027-02-01", "ContractTerm": 6}, "2027-07-31"),
        ({"StatusCode": "Draft"}, None),
        ({"StatusCode": "Activated"}, "2027-07-31"),
    ):
        edit(own.sandbox, "Contract", CONTRACT, values=values)
        own.sync(["salesforce"])  # though the account has not changed
        assert one_account(own)["renewal_on"] == (until and parse_day(until))
    edit(own.sandbox, "Contract", CONTRACT, deleted=True)
    own.sync(["salesforce"])
    assert one_account(own)["renewal_on"] is None
    assert own.problems() == []


@pytest.mark.parametrize("before", [0, 2], ids=["which contracts changed", "those of the accounts"])
def test_contracts_that_cannot_be_asked_for_are_read_by_the_next_run(
    own: Bench, before: int
) -> None:
    edit(own.sandbox, "Account", ACCOUNT, values={"Renewal_Date__c": None})
    edit(own.sandbox, "Contract", CONTRACT, values={"EndDate": "2028-02-29"})
    told = own.tables()["account"]
    own.sandbox.fault("salesforce", "500", path="/query", after=before, times=50)
    assert isinstance(own.sync(["salesforce"])["salesforce"].error, Unreachable)
    assert own.tables()["account"] == told
    own.sandbox.fresh()
    assert own.sync(["salesforce"])["salesforce"].error is None
    assert one_account(own)["renewal_on"] == parse_day("2028-02-29")


def test_which_way_an_email_went_is_told_by_its_message(both: Bench, tmp_path: Path) -> None:
    source = Source(
        system="salesforce",
        base_url=both.sandbox.base_url("salesforce"),
        fields={"email_direction": "", "contract_acv": "Contract_Value__c", "acv": ""},
    )
    own = new_bench(both.sandbox, tmp_path, "messages")
    connector = Salesforce(source, PastedKey(KEY))
    done = sync_source(connector, StoreSink(own.store), CancelToken(), now=0, patience=QUICK)
    assert done.error is None
    assert own.tables()["activity"] == [
        row for row in both.tables()["activity"] if row[0] == "salesforce"
    ]
    named = ("acv", "currency")
    for row, like in zip(
        rows(own, "account", "salesforce"), rows(both, "account", "salesforce"), strict=True
    ):
        if row["renewal_on"]:  # the others have no contract in force
            assert [row[one] for one in named] == [like[one] for one in named]
    own.store.close()


def test_a_merge_takes_the_customers_work_along(own: Bench) -> None:
    loser, winner = sorted(alive(own, "account"))[:2]
    with own.store.write() as conn:
        identity.assign(conn)
    edit(own.sandbox, "Account", loser, into=winner)
    own.sync(["salesforce"])
    assert loser not in alive(own, "account")
    with own.store.write() as conn:
        assert identity.assign(conn).merged == 1
        ids = {identity.customer_id("salesforce", one) for one in (loser, winner)}
        assert len({identity.resolve(conn, one) for one in ids}) == 1
    assert own.sync(["salesforce"])["salesforce"].changed == 0


def test_a_purged_row_goes_with_the_next_days_sweep(own: Bench) -> None:
    """It is in no answer any more: here the sandbox never had it."""
    with own.store.write() as conn:
        conn.exec_driver_sql(
            "INSERT INTO fact_account (source, source_id, name, joins, tags, properties, archived)"
            " VALUES ('salesforce', '001000999900000AAA', 'Purged', '[]', '[]', '{}', 0)"
        )
    own.sync(["salesforce"])
    assert "001000999900000AAA" in alive(own, "account")
    own.sandbox.call("control", "POST", "/today", json={"today": "2026-11-22"})
    assert own.sync(["salesforce"])["salesforce"].error is None
    assert "001000999900000AAA" not in alive(own, "account")
    assert ACCOUNT in alive(own, "account")


def test_a_locator_that_expires_is_asked_for_again(bench: Bench, sandbox: Sandbox) -> None:
    sandbox.fault("salesforce", "expired_cursor", path="/query/0r8")
    result = bench.sync(["salesforce"])["salesforce"]
    assert result.error is None
    assert sandbox.call("control", "GET", "/faults").json() == []
    whole = len(rows(bench, "activity", "salesforce"))
    assert whole == len(bench.tables()["activity"]) > 500


def test_the_quota_of_the_day_stops_and_says_so(bench: Bench, sandbox: Sandbox) -> None:
    sandbox.call("control", "DELETE", "/requests")
    sandbox.fault("salesforce", "429", times=50)
    error = bench.sync(["salesforce"])["salesforce"].error
    assert isinstance(error, RateLimited)
    assert "24 hours" in error.remedy
    assert len(sandbox.call("control", "GET", "/requests").json()) == 1  # no loop
    sandbox.call("control", "DELETE", "/faults")
    assert bench.sync(["salesforce"])["salesforce"].error is None


def test_a_field_that_is_not_there_is_told_and_the_rest_is_read(
    bench: Bench, sandbox: Sandbox
) -> None:
    def read(fields: dict[str, str]) -> None:
        address = sandbox.base_url("salesforce")
        source = Source(system="salesforce", base_url=address, fields=fields)
        connector = Salesforce(source, PastedKey(KEY))
        done = sync_source(
            connector, StoreSink(bench.store), CancelToken(), now=0, full=True, patience=QUICK
        )
        assert done.error is None

    read({"tier": "Tier_That_Is_Not__c", "churned_on": "", "stage": "Industry"})
    [problem] = bench.problems()
    assert problem.source_id == "tier"
    assert "Tier_That_Is_Not__c" in problem.message
    account = rows(bench, "account", "salesforce")[0]
    assert (account["tier"], account["stage"]) == (None, account["industry"])
    read({})
    assert bench.problems() == []
    assert rows(bench, "account", "salesforce")[0]["tier"]


def test_an_org_that_tells_no_currency(bench: Bench, sandbox: Sandbox) -> None:
    def question(**fields: str) -> str:
        source = Source(system="salesforce", base_url=sandbox.base_url("salesforce"), fields=fields)
        connector = Salesforce(source, PastedKey(KEY))
        client = HttpClient(connector.api(), CancelToken(), QUICK)
        try:
            return connector.question(client)
        finally:
            client.close()

    assert question() == ""
    sandbox.call("control", "POST", "/salesforce/currencies", json=False)
    try:
        assert "Which currency" in question()
        assert question(currency="EUR") == question(currency="Industry") == ""
        assert bench.sync(["salesforce"])["salesforce"].error is None
        [problem] = bench.problems()
        assert (problem.source_id, problem.message) == ("currency", question())
        assert {row["acv"] for row in rows(bench, "account", "salesforce")} == {None}
        assert {row["amount"] for row in rows(bench, "deal", "salesforce")} == {None}
    finally:
        sandbox.call("control", "POST", "/salesforce/currencies", json=True)


def test_an_object_that_may_not_be_seen_is_told_and_not_asked_for(sandbox: Sandbox) -> None:
    source = Source(system="salesforce", base_url=sandbox.base_url("salesforce"))
    client = HttpClient(Salesforce(source, PastedKey(KEY)).api(), CancelToken(), QUICK)
    told: list[Page] = []
    context = Context(client, lambda _: told[0].cursor if told else None, lambda _: ["Case"])
    wanted: dict[str, list[str]] = {"Account": ["Name"], "Secret__c": []}
    told += SetupStream("/services/data/v62.0", Wishes(wanted, {}, "EUR"), first=True).pages(
        context
    )
    [problem] = told[0].problems
    assert (problem.source_id, "no such object" in problem.message) == ("Secret__c", True)
    assert told[0].fixed == {"Case"}
    sandbox.call("control", "DELETE", "/requests")
    assert list(QueryStream("/services/data/v62.0", work.EVENTS).pages(context)) == []
    assert sandbox.call("control", "GET", "/requests").json() == []
    nowhere = SetupStream("/services/data/v12.0", Wishes({"Account": []}, {}, ""), first=True)
    with pytest.raises(Refused):
        list(nowhere.pages(Context(client, lambda _: None, lambda _: [])))
    client.close()


def test_the_orgs_fields_to_choose_from(sandbox: Sandbox) -> None:
    address = sandbox.base_url("salesforce")
    source = Source(system="salesforce", base_url=address, fields={"currency": "EUR"})
    connector = Salesforce(source, PastedKey(KEY))
    client = HttpClient(connector.api(), CancelToken(), QUICK)
    try:
        own = {one.name: one for one in connector.own_fields(client)}
    finally:
        client.close()
    tier = own["CSM_Tier__c"]
    assert (tier.label, tier.kind, tier.custom) == ("CSM Tier", "choice", True)
    assert tier.example.startswith("T")
    assert own["Renewal_Date__c"].kind == "date"
    assert own["Buying_Role__c"].label == "Contact: Buying Role"
    assert own["Name"].label == "Name"
    assert own["EUR"].label == "EUR, for all accounts"
    assert {place for place in connector.defaults.values() if place} <= set(own)
    assert connector.mapping["currency"] == "EUR"


def row(fields: dict[str, str] | None = None, **record: Any) -> Row:
    mapped = {**accounts.FIELDS, **(fields or {})}
    return Row({"Id": ACCOUNT, **record}, mapped)


def account(currency: str = "", **record: Any) -> Account:
    kind = accounts.kind(accounts.FIELDS, currency, "https://acme.my.salesforce.com")
    [found] = kind.facts(row(**record), Setup(custom=["Region__c"]))
    assert isinstance(found, Account)
    return found


def test_an_account() -> None:
    found = account(
        Name="Acme",
        Website="https://www.Acme.example/en",
        Annual_Contract_Value__c=1234.56,
        CurrencyIsoCode="EUR",
        CSM_Tags__c="vip; beta;vip",
        Region__c="EMEA",
        CreatedDate="2026-05-01T07:25:37.000+0000",
    )
    assert (found.acv, found.currency, found.domain) == (123_456, "EUR", "acme.example")
    assert (found.tags, found.properties) == (("vip", "beta"), {"Region__c": "EMEA"})
    assert found.url == f"https://acme.my.salesforce.com/lightning/r/Account/{ACCOUNT}/view"


def test_money_without_currency_codes() -> None:
    assert account(Annual_Contract_Value__c=73.0).acv is None
    assert account("JPY", Annual_Contract_Value__c=5000.0).acv == 5000
    assert accounts.currency_of({"currency": "EUR"}) == "EUR"
    assert accounts.currency_of({"currency": "CurrencyIsoCode"}) == ""
    for wrong in ("a lot", True):
        with pytest.raises(ValueError, match="not a number"):
            account("USD", Annual_Contract_Value__c=wrong)


def test_no_address_is_made_of_a_foreign_host() -> None:
    kind = accounts.kind(accounts.FIELDS, "", "https://salesforce.com.evil.example")
    [found] = kind.facts(row(), Setup())
    assert isinstance(found, Account)
    assert found.url is None


@pytest.mark.parametrize(
    ("field", "old", "new", "values"),
    [
        ("CSM_Tier__c", "T2", "T1", [("tier", "T1"), ("tier", "T2")]),
        ("CSM_Tier__c", None, "T1", [("tier", "T1")]),
        (
            "Website",
            "http://a.example/x",
            "www.b.example",
            [("domain", "b.example"), ("domain", "a.example")],
        ),
        ("Annual_Contract_Value__c", 100.5, 90.0, [("acv", "90"), ("acv", "100.5")]),
        ("Owner", "Ada Abbott", "Bo Byrd", []),
        ("Owner", None, "005xx", [("owner_id", "005xx")]),
        ("Name", "a", "b", []),
        ("created", None, None, []),
    ],
)
def test_history(
    field: str, old: str | float | None, new: str | float | None, values: list[tuple[str, str]]
) -> None:
    kind = accounts.history(accounts.FIELDS)
    record = {
        "Id": "017x",
        "AccountId": ACCOUNT,
        "Field": field,
        "OldValue": old,
        "NewValue": new,
        "CreatedDate": "2026-05-01T00:00:00.000+0000",
    }
    found = kind.facts(Row(record, dict(kind.fields)), Setup())
    assert [(f.field, f.value) for f in found if isinstance(f, FieldChange)] == values


@pytest.mark.parametrize(
    ("record", "kind", "direction", "held"),
    [
        ({"TaskSubtype": "Email"}, "email", "out", False),
        ({"TaskSubtype": "Email", "Email_Direction__c": "Inbound"}, "email", "in", False),
        (
            {"TaskSubtype": "Call", "CallType": "Inbound", "CallDisposition": "Connected"},
            "call",
            "in",
            True,
        ),
        ({"TaskSubtype": "Call", "CallDisposition": "Left voicemail"}, "call", None, False),
        ({"TaskSubtype": "Task", "IsClosed": True}, "note", None, False),
    ],
)
def test_tasks(record: dict[str, Any], kind: str, direction: str | None, held: bool) -> None:
    tasks = work.tasks(work.WORK_FIELDS)
    told = {"Id": "00T", "CreatedDate": "2026-05-01T00:00:00.000+0000", **record}
    [found] = tasks.facts(Row(told, dict(tasks.fields)), Setup())
    assert isinstance(found, Activity)
    assert (found.kind, found.direction, found.held) == (kind, direction, held)


def test_a_task_that_is_still_to_do_is_no_activity() -> None:
    tasks = work.tasks(work.WORK_FIELDS)
    told = {"Id": "00T", "TaskSubtype": "Task", "IsClosed": False}
    assert tasks.facts(Row(told, dict(tasks.fields)), Setup()) == []


def test_errors_are_a_list() -> None:
    body = b'[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]'
    assert complain(403, body).final
    assert not complain(403, b'[{"message":"no","errorCode":"INSUFFICIENT_ACCESS"}]').final
    assert complain(500, b"<html>").message == ""


def test_where_to_sign_in() -> None:
    usual = sign_in(Source(system="salesforce", client_id="app"))
    assert usual.token_url == "https://login.salesforce.com/services/oauth2/token"
    assert usual.redirect_uri(18765) == "http://localhost:18765/callback"
    domain = Source(system="salesforce", login_domain="acme.my.salesforce.com")
    assert sign_in(domain).authorize_url.startswith("https://acme.my.salesforce.com/services/")
    with pytest.raises(BadInput, match="client id"):
        sign_in(domain).check()
    with pytest.raises(SourceError, match="where your data is"):
        Salesforce(Source(system="salesforce"), PastedKey("k")).api()
