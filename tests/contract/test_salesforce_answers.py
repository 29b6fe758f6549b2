"""Salesforce's answers in the sandbox fit the contract; so do the calls of a sign-in."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import urllib3

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.settings import Source
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.salesforce import Salesforce
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.errors import Refused
from csmdesk.sync.oauth.provider import Provider
from csmdesk.sync.oauth.sign_in import sign_in
from csmdesk.sync.oauth.tokens import TokenAddress
from csmdesk.sync.stream import Context
from csmdesk.sync.writer import Logged, Write
from tests.contract.validator import Contract, ContractError
from tests.oauth.conftest import PORTS, browser
from tests.sandbox.process import KEY, Sandbox, running
from tests.shared import shared_path
from tests.sync.bench import QUICK

API = "/services/data/v62.0"
GOOD = (
    "/services/data",
    f"{API}/limits",
    "/services/oauth2/userinfo",
    *(
        f"{API}/sobjects/{name}/describe"
        for name in (
            *("Account", "Contract", "Contact", "Case", "User"),
            *("Task", "Event", "EmailMessage", "AccountHistory"),
        )
    ),
    f"{API}/query?q=SELECT Id, Name FROM Account LIMIT 5",
    f"{API}/queryAll?q=SELECT Id, IsDeleted FROM Case WHERE SystemModstamp >= 2026-01-01T00:00:00Z"
    " ORDER BY SystemModstamp, Id",
    f"{API}/query?q=SELECT Id FROM User WHERE UserType = 'Standard' AND IsActive = true",
    f"{API}/query?q=SELECT Id FROM Account WHERE Id IN ('001000000100000AAA', '001xx')",
    f"{API}/query?q=SELECT Id FROM Account WHERE ParentId = null",
)
BAD = (
    (f"{API}/query?q=SELECT FROM Account", 400, "MALFORMED_QUERY"),
    (f"{API}/query?q=SELECT Id FROM Account WHERE Name LIKE 'A'", 400, "MALFORMED_QUERY"),
    (f"{API}/query?q=SELECT Nothing__c FROM Account", 400, "INVALID_FIELD"),
    (f"{API}/query?q=SELECT Id FROM Nothing", 400, "INVALID_TYPE"),
    (f"{API}/query/0r8nothing-500", 400, "INVALID_QUERY_LOCATOR"),
    (f"{API}/sobjects/Nothing/describe", 404, "NOT_FOUND"),
    ("/services/data/v12.0/limits", 404, "NOT_FOUND"),
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running("--customers", "30") as started:
        yield started


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path[:70])
def test_answer_fits_the_contract(sandbox: Sandbox, path: str) -> None:
    response = sandbox.call("salesforce", "GET", path)
    assert response.status_code == 200, response.text
    Contract.load("salesforce").check(response, sandbox.base_url("salesforce"))
    assert response.headers["Sforce-Limit-Info"].startswith("api-usage=")


@pytest.mark.parametrize(("path", "status", "code"), BAD, ids=lambda value: str(value)[:60])
def test_a_refusal_is_a_list(sandbox: Sandbox, path: str, status: int, code: str) -> None:
    response = sandbox.call("salesforce", "GET", path)
    assert response.status_code == status
    Contract.load("salesforce").check_schema("ErrorList", response.json())
    assert response.json()[0]["errorCode"] == code


@pytest.mark.parametrize("kind", ["401", "403", "429", "500", "expired_cursor"])
def test_faults_speak_the_vendors_language(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("salesforce", kind)
    response = sandbox.call("salesforce", "GET", f"{API}/limits")
    Contract.load("salesforce").check_schema("ErrorList", response.json())
    if kind == "429":  # the quota is a 403 at Salesforce
        assert response.status_code == 403
        assert response.json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"


def test_every_batch_of_a_query_fits(sandbox: Sandbox) -> None:
    contract, ids = Contract.load("salesforce"), []
    path = f"{API}/queryAll?q=SELECT Id, AccountId FROM Task ORDER BY SystemModstamp, Id"
    batches = 0
    while path:
        response = sandbox.call("salesforce", "GET", path)
        contract.check(response, sandbox.base_url("salesforce"))
        page = response.json()
        ids += [record["Id"] for record in page["records"]]
        path = page.get("nextRecordsUrl", "")
        batches += 1
    assert batches > 2
    assert len(set(ids)) == len(ids) == page["totalSize"]


Exchange = tuple[requests.PreparedRequest, requests.Response]


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> list[Exchange]:
    """What really goes out, with its answers."""
    found: list[Exchange] = []
    send = requests.Session.send

    def watched(session: Any, request: requests.PreparedRequest, **options: Any) -> Any:
        response = send(session, request, **options)
        again = io.BytesIO(response.content)  # read here, and once more by who asked
        response.raw = urllib3.HTTPResponse(again, preload_content=False)
        found.append((request, response))
        return response

    monkeypatch.setattr(requests.Session, "send", watched)
    return found


def test_what_is_written_fits_the_contract(sandbox: Sandbox, exchanges: list[Exchange]) -> None:
    """Edits of accounts, good and bad ones, and activities made, found and removed."""
    base = sandbox.base_url("salesforce")
    connector = Salesforce(Source(system="salesforce", base_url=base), PastedKey(KEY))
    client = HttpClient(connector.api(), CancelToken(), QUICK)
    one, two = "001000000100000AAA", "001000000200000AAA"
    edits = [Write(one, {"tier": "T9", "renewal_on": "2027-03-23"}), Write(two, {"tier": "Gold"})]
    results = connector.writer().write(client, [*edits, Write("001xx", {"stage": "Growth"})])
    assert [bool(result.error) for result in results] == [False, True, True]
    context = Context(client, {}.get, lambda _: [])
    assert [page.of for page in connector.writer().reread(context, [one])] == ["accounts"]
    activities = connector.activity_writer()
    for kind in ("note", "call", "meeting", "email"):
        activities.prepare(client, kind)
        logged = Logged(one, f"mark-{kind}", kind, 1_795_000_000, "Subject", "", "in", True, None)
        made = activities.create(client, logged)
        assert activities.create(client, logged) == made  # by its mark: the same one
        assert activities.find(client, kind, f"mark-{kind}") == made
        activities.remove(client, kind, made)
        activities.remove(client, kind, made)
        assert activities.find(client, kind, f"mark-{kind}") is None
    with pytest.raises(Refused, match="MALFORMED_ID"):
        activities.create(client, Logged("001xx", "m", "note", 0, "", "", None, False, None))
    client.close()
    assert {response.status_code for _, response in exchanges} == {200, 201, 204, 400, 404}
    for _, response in exchanges:
        if response.status_code != 204:
            Contract.load("salesforce").check(response, base)


@pytest.mark.parametrize("whole", [False, True])
def test_records_are_saved_one_by_one_or_all_together(sandbox: Sandbox, whole: bool) -> None:
    def told(row_id: str, tier: str) -> dict[str, Any]:
        return {"attributes": {"type": "Account"}, "id": row_id, "CSM_Tier__c": tier}

    tier = "T6" if whole else "T5"
    records = [told("001000000300000AAA", tier), told("001000000400000AAA", "Gold")]
    body = {"allOrNone": whole, "records": records}
    answer = sandbox.call("salesforce", "PATCH", f"{API}/composite/sobjects", json=body)
    Contract.load("salesforce").check(answer, sandbox.base_url("salesforce"))
    codes = [[error["statusCode"] for error in one["errors"]] for one in answer.json()]
    rolled_back = ["ALL_OR_NONE_OPERATION_ROLLED_BACK"] if whole else []
    assert codes == [rolled_back, ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"]]
    soql = "SELECT CSM_Tier__c FROM Account WHERE Id IN ('001000000300000AAA')"
    [row] = sandbox.call("salesforce", "GET", f"{API}/query?q={soql}").json()["records"]
    assert (row["CSM_Tier__c"] == tier) is not whole


def test_a_sign_in_fits_the_contract(sandbox: Sandbox, exchanges: list[Exchange]) -> None:
    base = sandbox.base_url("salesforce")
    pages = (f"{base}/services/oauth2/authorize", f"{base}/services/oauth2/token")
    app = sandbox.addresses["salesforce"]["client_id"]
    provider = Provider("salesforce", "Salesforce", *pages, app, "api refresh_token", "localhost")
    tokens = sign_in(provider, browser, CancelToken(), ports=PORTS, patience=QUICK)
    assert tokens.address == base
    assert tokens.until == 0  # it never says when they end
    TokenAddress(provider, QUICK).after(tokens, 0)
    asked = [pair for pair in exchanges if str(pair[0].url).endswith("/token")]
    assert len(asked) == 2
    for request, response in asked:
        body = str(request.body).encode()
        contract = Contract.load("salesforce")
        contract.check_request("POST", str(request.url), base, body)
        contract.check_response("POST", "/services/oauth2/token", 200, response.json())
        with pytest.raises(ContractError, match="unknown field"):
            contract.check_request("POST", str(request.url), base, body + b"&scope=api")


@pytest.mark.parametrize("name", ["cases", "opportunities", "query-records"])
def test_what_was_recorded_fits(name: str) -> None:
    recorded = json.loads(shared_path("samples", "salesforce", f"{name}.json").read_text("utf-8"))
    for exchange in recorded["exchanges"]:
        Contract.load("salesforce").check_schema("QueryResult", exchange["body"])
