"""HubSpot: paging, search, history, associations, writes."""

from __future__ import annotations

import pytest

from tests.sandbox.process import Sandbox
from tests.sandbox.reading import OBJECTS, hubspot_list, hubspot_search

KINDS = ("companies", "contacts", "deals", "tickets")
ACTIVITIES = ("emails", "calls", "meetings", "notes")
SINCE_EVER = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "0"}
FIRST_COMPANY = "21000000000000"


@pytest.mark.parametrize("kind", KINDS)
def test_paging_visits_every_row_once(sandbox: Sandbox, kind: str) -> None:
    in_big_pages = [row["id"] for row in hubspot_list(sandbox, kind, 100)]
    assert len(in_big_pages) == len(set(in_big_pages)) > 20
    assert [row["id"] for row in hubspot_list(sandbox, kind, 37)] == in_big_pages


@pytest.mark.parametrize("kind", ACTIVITIES)
def test_search_pages_in_order_of_change(sandbox: Sandbox, kind: str) -> None:
    rows = hubspot_search(sandbox, kind, [SINCE_EVER], sorts=["hs_lastmodifieddate"])
    changed = [row["properties"]["hs_lastmodifieddate"] for row in rows]
    assert len({row["id"] for row in rows}) == len(rows) > 50
    assert changed == sorted(changed)


def test_search_agrees_with_the_list(sandbox: Sandbox) -> None:
    listed = {
        row["id"]: row for row in hubspot_list(sandbox, "companies", 100, "&properties=csm_tier")
    }
    wanted = {i for i, row in listed.items() if row["properties"]["csm_tier"] == "T1"}
    for operator in ({"operator": "EQ", "value": "t1"}, {"operator": "IN", "values": ["T1"]}):
        rows = hubspot_search(sandbox, "companies", [{"propertyName": "csm_tier", **operator}])
        assert {row["id"] for row in rows} == wanted != set()
    middle = sorted(listed)[30]
    rows = hubspot_search(
        sandbox, "companies", [{"propertyName": "hs_object_id", "operator": "GT", "value": middle}]
    )
    assert [row["id"] for row in rows] == sorted(i for i in listed if i > middle)


def test_search_operators(sandbox: Sandbox) -> None:
    def found(**item: object) -> set[str]:
        return {row["id"] for row in hubspot_search(sandbox, "companies", [dict(item)])}

    everyone = {row["id"] for row in hubspot_list(sandbox, "companies")}
    with_date = found(propertyName="renewal_date", operator="HAS_PROPERTY")
    without = found(propertyName="renewal_date", operator="NOT_HAS_PROPERTY")
    assert with_date | without == everyone
    assert not with_date & without
    low = found(propertyName="annual_contract_value", operator="LT", value="20000")
    high = found(propertyName="annual_contract_value", operator="GTE", value="20000")
    assert low
    assert high
    assert not low & high
    between = found(
        propertyName="annual_contract_value", operator="BETWEEN", value="0", highValue="20000"
    )
    assert low <= between
    assert found(propertyName="csm_tier", operator="NEQ", value="T1") == everyone - found(
        propertyName="csm_tier", operator="EQ", value="T1"
    )


def test_search_refuses_beyond_its_caps(sandbox: Sandbox) -> None:
    for body in (
        {"limit": 200, "after": "9801"},
        {"limit": 201},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [SINCE_EVER] * 11}]},
        {"filterGroups": [{"filters": [{"propertyName": "unknown_one", "operator": "EQ"}]}]},
        {"sorts": ["unknown_one"]},
    ):
        answer = sandbox.call("hubspot", "POST", f"{OBJECTS}/contacts/search", json=body)
        assert answer.status_code == 400, body
        assert answer.json()["category"] == "VALIDATION_ERROR"


def test_history_comes_for_fifty_rows_at_a_time(sandbox: Sandbox) -> None:
    history = {"limit": "51", "propertiesWithHistory": "csm_tier"}
    listed = sandbox.call("hubspot", "GET", f"{OBJECTS}/companies", params=history)
    batch = {"inputs": [{"id": str(one)} for one in range(51)], "properties": []}
    body = batch | {"propertiesWithHistory": ["csm_tier"]}
    read = sandbox.call("hubspot", "POST", f"{OBJECTS}/companies/batch/read", json=body)
    assert (listed.status_code, read.status_code) == (400, 400)


def test_history_is_newest_first_and_ends_at_the_present(sandbox: Sandbox) -> None:
    fields = "hubspot_owner_id,csm_tier,csm_stage,renewal_date"
    changed = 0
    query = f"&properties={fields}&propertiesWithHistory={fields}"
    for row in hubspot_list(sandbox, "companies", 50, query):
        for name, dated in row["propertiesWithHistory"].items():
            instants = [item["timestamp"] for item in dated]
            assert instants == sorted(instants, reverse=True)
            if dated:
                assert (dated[0]["value"] or None) == row["properties"][name]
            changed += len(dated) > 1
    assert changed > 5


def test_every_activity_has_one_company(sandbox: Sandbox) -> None:
    for kind in (*ACTIVITIES, "tickets", "deals"):
        ids = [row["id"] for row in hubspot_search(sandbox, kind, [SINCE_EVER])][:900]
        answer = sandbox.call(
            "hubspot",
            "POST",
            f"/crm/associations/2026-03/{kind}/companies/batch/read",
            json={"inputs": [{"id": i} for i in ids]},
        )
        assert answer.status_code == 200
        links = {row["from"]["id"]: row["to"] for row in answer.json()["results"]}
        assert list(links) == ids
        assert {len(to) for to in links.values()} == {1}
        for object_id, to in links.items():
            assert to[0]["toObjectId"][2:9] == object_id[2:9]


def test_contacts_of_a_company_both_ways(sandbox: Sandbox) -> None:
    path = f"{OBJECTS}/companies/{FIRST_COMPANY}/associations/contacts?limit=500"
    links = sandbox.call("hubspot", "GET", path).json()["results"]
    listed = [
        row["id"]
        for row in hubspot_list(sandbox, "contacts", 100, "&associations=companies")
        if row["associations"]["companies"]["results"][0]["id"] == FIRST_COMPANY
    ]
    assert [link["toObjectId"] for link in links] == listed != []


def test_archived_owners_only_when_asked(sandbox: Sandbox) -> None:
    def owners(query: str) -> set[str]:
        rows = sandbox.call("hubspot", "GET", f"/crm/owners/2026-03{query}").json()["results"]
        return {row["id"] for row in rows}

    assert len(owners("?archived=true")) == 1
    assert not owners("?archived=true") & owners("")


def test_rate_headers_everywhere_but_on_search(sandbox: Sandbox) -> None:
    listed = sandbox.call("hubspot", "GET", f"{OBJECTS}/companies")
    assert int(listed.headers["X-HubSpot-RateLimit-Remaining"]) < 250
    searched = sandbox.call("hubspot", "POST", f"{OBJECTS}/companies/search", json={})
    assert not [name for name in searched.headers if "ratelimit" in name.lower()]


def test_write_back_of_a_score(own_sandbox: Sandbox) -> None:
    sandbox = own_sandbox
    properties = "/crm/properties/2026-03/companies"
    chi = {"name": "chi", "label": "CHI", "type": "number", "fieldType": "number"}
    orphan = sandbox.call("hubspot", "POST", properties, json=chi | {"groupName": "csmdesk"})
    assert orphan.status_code == 400
    group = {"name": "csmdesk", "label": "CSMDesk"}
    for status in (201, 409):
        made = sandbox.call("hubspot", "POST", f"{properties}/groups", json=group)
        assert made.status_code == status
    for status in (201, 409):
        made = sandbox.call("hubspot", "POST", properties, json=chi | {"groupName": "csmdesk"})
        assert made.status_code == status
    before = {row["id"]: row["updatedAt"] for row in hubspot_list(sandbox, "companies")}

    inputs = [{"id": i, "properties": {"chi": "71"}} for i in (FIRST_COMPANY, "7")]
    answer = sandbox.call(
        "hubspot", "POST", f"{OBJECTS}/companies/batch/update", json={"inputs": inputs}
    )
    assert answer.status_code == 207
    assert answer.json()["numErrors"] == 1
    assert answer.json()["errors"][0]["context"]["ids"] == ["7"]
    assert answer.json()["results"][0]["properties"]["chi"] == "71"

    query = "?properties=chi&propertiesWithHistory=chi"
    row = sandbox.call("hubspot", "GET", f"{OBJECTS}/companies/{FIRST_COMPANY}{query}").json()
    assert row["updatedAt"] > max(before.values())
    assert [item["value"] for item in row["propertiesWithHistory"]["chi"]] == ["71"]
    newest = max(before.values())
    changed = {"propertyName": "hs_lastmodifieddate", "operator": "GT", "value": newest}
    assert [found["id"] for found in hubspot_search(sandbox, "companies", [changed])] == [row["id"]]


def test_a_bad_property_fails_the_whole_batch(own_sandbox: Sandbox) -> None:
    for values, code in (
        ({"no_such": "1"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_object_id": "1"}, "READ_ONLY_VALUE"),
        ({"annual_contract_value": "much"}, "INVALID_NUMBER"),
    ):
        inputs = [
            {"id": FIRST_COMPANY, "properties": {"csm_tier": "T4"}},
            {"id": "21000000100000", "properties": values},
        ]
        answer = own_sandbox.call(
            "hubspot", "POST", f"{OBJECTS}/companies/batch/update", json={"inputs": inputs}
        )
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == code
    path = f"{OBJECTS}/companies/{FIRST_COMPANY}?properties=csm_tier&propertiesWithHistory=csm_tier"
    history = own_sandbox.call("hubspot", "GET", path).json()["propertiesWithHistory"]["csm_tier"]
    assert all(item["sourceType"] == "CRM_UI" for item in history)


def test_at_most_a_hundred_updates(sandbox: Sandbox) -> None:
    inputs = [{"id": str(n), "properties": {}} for n in range(101)]
    for verb in ("read", "update"):
        path = f"{OBJECTS}/companies/batch/{verb}"
        assert sandbox.call("hubspot", "POST", path, json={"inputs": inputs}).status_code == 400
