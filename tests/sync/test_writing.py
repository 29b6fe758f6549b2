"""Scores written to Salesforce: row by row, in types of the org, and never read back as facts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import SourceError
from csmdesk.domain.settings import Source
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.salesforce import Salesforce
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.writer import Write, same_value, write_batch
from tests.contract.validator import Contract
from tests.sandbox.process import KEY, Sandbox, running
from tests.sync.bench import QUICK, new_bench

SCORE = {
    "chi": "71",
    "band": "good",
    "reason_1": "Last login <3 days ago>",
    "reason_2": None,
    "scored_at": "2026-11-20T06:30:00Z",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A world of its own: it is written to."""
    with running("--customers", "12") as started:
        yield started


def connector(sandbox: Sandbox, **settings: dict[str, str]) -> Salesforce:
    address = sandbox.base_url("salesforce")
    return Salesforce(Source(system="salesforce", base_url=address, **settings), PastedKey(KEY))


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[HttpClient]:
    made = HttpClient(connector(sandbox).api(), CancelToken(), QUICK)
    yield made
    made.close()


def accounts(sandbox: Sandbox) -> list[str]:
    found = sandbox.call(
        "salesforce", "GET", "/services/data/v62.0/query?q=SELECT Id FROM Account ORDER BY Id"
    )
    return [row["Id"] for row in found.json()["records"]]


def test_rows_are_settled_one_by_one(sandbox: Sandbox, client: HttpClient) -> None:
    writer = connector(sandbox).writer()
    writer.prepare(client)
    one, two = accounts(sandbox)[:2]
    rows = [Write(one, SCORE), Write("0019999999999999AAA", SCORE), Write(two, {"chi": "9"})]
    results = write_batch(writer, client, rows)
    assert [result.error for result in results] == ["", "invalid cross reference id", ""]
    held = writer.current(client, [one, two, "0019999999999999AAA"], list(SCORE))
    assert set(held) == {one, two}
    assert all(same_value(held[one][field], text) for field, text in SCORE.items())
    assert held[one]["chi"] == "71"
    write_batch(writer, client, [Write(one, dict.fromkeys(SCORE))])
    assert writer.current(client, [one], list(SCORE))[one] == dict.fromkeys(SCORE)


def test_fields_that_nobody_made_are_named(sandbox: Sandbox, client: HttpClient) -> None:
    for name in ("No_Such__c", "CreatedDate"):
        writer = connector(sandbox, writes={"chi": name}).writer()
        with pytest.raises(SourceError, match=name) as told:
            writer.prepare(client)
        assert "administrator" in told.value.remedy


@pytest.mark.parametrize(
    ("fields", "field", "value", "why"),
    [
        ({"tier": "No_Such__c"}, "tier", "T1", "no field “No_Such__c”"),
        ({"stage": ""}, "stage", "Growth", "feeds no field"),
        ({"renewal_on": "CreatedDate"}, "renewal_on", "2027-03-23", "may not be changed"),
        ({"owner_id": "Industry"}, "owner_id", "005000071000000AAA", "takes no reference"),
        ({}, "owner_id", None, "cannot be empty"),
    ],
)
def test_what_cannot_be_written_is_not_sent_and_says_what_to_do(
    sandbox: Sandbox,
    client: HttpClient,
    fields: dict[str, str],
    field: str,
    value: str | None,
    why: str,
) -> None:
    writer = connector(sandbox, fields=fields).writer()
    one, two = accounts(sandbox)[:2]
    assert set(writer.current(client, [one], [field])) == {one}
    refused, taken = writer.write(client, [Write(one, {field: value}), Write(two, {"chi": "9"})])
    assert why in refused.error
    assert taken.error == ""


def test_what_was_written_is_no_fact(
    sandbox: Sandbox, client: HttpClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench = new_bench(sandbox, tmp_path_factory.mktemp("scores"))
    assert bench.sync(["salesforce"])["salesforce"].error is None
    before = bench.tables()["account"]
    writer = connector(sandbox).writer()
    for one in accounts(sandbox):
        write_batch(writer, client, [Write(one, SCORE)])
    result = bench.sync(["salesforce"])["salesforce"]
    assert (result.error, result.changed) == (None, 0)
    assert bench.tables()["account"] == before
    bench.store.close()


def test_request_and_answer_fit_the_contract(sandbox: Sandbox) -> None:
    base_url = sandbox.base_url("salesforce")
    record = {"attributes": {"type": "Account"}, "id": accounts(sandbox)[0]}
    body = {"allOrNone": False, "records": [{**record, "CSM_Health_Score__c": 71}]}
    answer = sandbox.call(
        "salesforce", "PATCH", "/services/data/v62.0/composite/sobjects", json=body
    )
    contract = Contract.load("salesforce")
    sent = answer.request
    assert isinstance(sent.body, bytes)
    contract.check_request("PATCH", str(sent.url), base_url, sent.body)
    contract.check(answer, base_url)
