"""Every kind of answer of the sandbox, good and bad, fits its vendor's contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.contract.validator import Contract, ContractError
from tests.sandbox.process import Sandbox, running

OBJECTS = "/crm/objects/2026-03"
PROPERTIES = "/crm/properties/2026-03/companies"
NUMBER = {"type": "number", "fieldType": "number", "groupName": "contract_test"}
SELECT = {
    "type": "enumeration",
    "fieldType": "select",
    "groupName": "contract_test",
    "options": [{"label": "Good", "value": "good", "hidden": False, "displayOrder": 0}],
}
HISTORY = "hubspot_owner_id,csm_tier,csm_stage,renewal_date"
ALL_SINCE = {
    "filterGroups": [
        {
            "filters": [
                {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "1700000000000"}
            ]
        }
    ],
    "sorts": [{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}],
    "limit": 200,
}
UPDATED = {
    "query": {"field": "updated_at", "operator": ">", "value": 0},
    "pagination": {"per_page": 150},
}
LEGACY = {"Stripe-Version": "2023-08-16"}
BOUNDS = (
    "timestamp >= toDateTime('2026-11-01 00:00:00', 'UTC') "
    "AND timestamp < toDateTime('2026-11-21 00:00:00', 'UTC')"
)
DAILY = (
    "SELECT $group_0 AS account, toDate(toTimeZone(timestamp, 'UTC')) AS day, count() AS events, "
    f"uniq(person_id) AS users FROM events WHERE {BOUNDS} AND $group_0 != '' "
    "AND event NOT IN ('survey sent') GROUP BY account, day ORDER BY account, day LIMIT 10"
)

Call = tuple[str, str, str, int, dict[str, Any]]


def get(system: str, path: str, status: int = 200, **options: Any) -> Call:
    return system, "GET", path, status, options


def post(system: str, path: str, body: object, status: int = 200, **options: Any) -> Call:
    return system, "POST", path, status, {"json": body, **options}


HUBSPOT = [
    get("hubspot", "/account-info/2026-03/details"),
    get("hubspot", "/account-info/2026-03/api-usage/daily/private-apps"),
    get("hubspot", f"{OBJECTS}/companies?limit=100"),
    get("hubspot", f"{OBJECTS}/companies?archived=true&limit=100"),
    get("hubspot", f"{OBJECTS}/companies?properties=name,domain&propertiesWithHistory={HISTORY}"),
    get("hubspot", f"{OBJECTS}/contacts?limit=100&associations=companies"),
    get("hubspot", f"{OBJECTS}/deals?limit=100&associations=companies"),
    get("hubspot", f"{OBJECTS}/tickets?limit=100&associations=companies,contacts"),
    get("hubspot", f"{OBJECTS}/line_items"),
    get("hubspot", f"{OBJECTS}/companies/21000000300000?properties=name&associations=contacts"),
    get("hubspot", f"{OBJECTS}/companies/1", 404),
    get("hubspot", f"{OBJECTS}/companies?limit=1000", 400),
    get("hubspot", f"{OBJECTS}/companies?after=x", 400),
    get("hubspot", f"{OBJECTS}/companies/21000000300000/associations/contacts?limit=2"),
    *[
        post("hubspot", f"{OBJECTS}/{kind}/search", ALL_SINCE)
        for kind in ("companies", "deals", "tickets", "emails", "calls", "meetings", "notes")
    ],
    post("hubspot", f"{OBJECTS}/contacts/search", {"limit": 5, "properties": ["email"]}),
    post("hubspot", f"{OBJECTS}/emails/search", {"limit": 200, "after": "9900"}, 400),
    post(
        "hubspot",
        f"{OBJECTS}/companies/batch/read",
        {"inputs": [{"id": "21000000300000"}, {"id": "7"}], "properties": ["name"]},
        207,
    ),
    post(
        "hubspot",
        f"{OBJECTS}/companies/batch/read",
        {
            "inputs": [{"id": "21000000300000"}],
            "properties": ["csm_tier"],
            "propertiesWithHistory": HISTORY.split(","),
        },
    ),
    post(
        "hubspot",
        "/crm/associations/2026-03/companies/contacts/batch/read",
        {"inputs": [{"id": "21000000300000"}]},
    ),
    post(
        "hubspot",
        "/crm/associations/2026-03/tickets/companies/batch/read",
        {"inputs": [{"id": "7"}]},
        207,
    ),
    get("hubspot", "/crm/owners/2026-03?limit=2"),
    get("hubspot", "/crm/owners/2026-03?archived=true"),
    get("hubspot", "/crm/owners/2026-03/71000000"),
    get("hubspot", "/crm/pipelines/2026-03/tickets"),
    get("hubspot", "/crm/pipelines/2026-03/deals/default"),
    get("hubspot", "/crm/pipelines/2026-03/deals/default/stages"),
    get("hubspot", PROPERTIES),
    get("hubspot", f"{PROPERTIES}/csm_tier"),
    get("hubspot", f"{PROPERTIES}/nothing_like_it", 404),
    get("hubspot", f"{PROPERTIES}/groups"),
    post(
        "hubspot", f"{PROPERTIES}/groups", {"name": "contract_test", "label": "Contract test"}, 201
    ),
    post("hubspot", f"{PROPERTIES}/groups", {"name": "contract_test", "label": "Again"}, 409),
    get("hubspot", f"{PROPERTIES}/groups/contract_test"),
    post("hubspot", PROPERTIES, {"name": "contract_chi", "label": "CHI", **NUMBER}, 201),
    post("hubspot", PROPERTIES, {"name": "contract_chi", "label": "CHI", **NUMBER}, 409),
    post(
        "hubspot",
        f"{OBJECTS}/companies/batch/update",
        {"inputs": [{"id": "21000000300000", "properties": {"contract_chi": "71"}}]},
    ),
    post(
        "hubspot",
        f"{OBJECTS}/companies/batch/update",
        {"inputs": [{"id": "7", "properties": {"contract_chi": "71"}}]},
        207,
    ),
    post(
        "hubspot",
        f"{OBJECTS}/companies/batch/update",
        {"inputs": [{"id": "21000000300000", "properties": {"no_such": "71"}}]},
        400,
    ),
    post("hubspot", PROPERTIES, {"name": "contract_band", "label": "Band", **SELECT}, 201),
    post(
        "hubspot",
        f"{OBJECTS}/companies/batch/update",
        {"inputs": [{"id": "21000000300000", "properties": {"contract_band": "best"}}]},
        400,
    ),
    ("hubspot", "PATCH", f"{OBJECTS}/companies/21000000300000", 200, {"json": {"properties": {}}}),
    post(
        "hubspot", f"{OBJECTS}/companies", {"properties": {"name": "New"}, "associations": []}, 403
    ),
    get("hubspot", f"{OBJECTS}/companies", 401, key="wrong"),
]
LISTS = ("customers", "subscriptions", "invoices", "events", "products", "prices", "coupons")
STRIPE = [
    get("stripe", "/v1/account"),
    *[get("stripe", f"/v1/{name}?limit=100") for name in LISTS],
    get("stripe", "/v1/subscriptions?status=all&limit=100&expand[]=data.discounts"),
    get("stripe", "/v1/subscriptions?limit=5&expand[]=data.customer&expand[]=data.latest_invoice"),
    get("stripe", "/v1/subscriptions?limit=5&expand[]=data.items.data.price.product", 400),
    get("stripe", "/v1/customers?limit=5&expand[]=data.subscriptions"),
    get("stripe", "/v1/prices?limit=5&expand[]=data.product"),
    get("stripe", "/v1/invoices?status=open&created[gt]=1700000000"),
    get("stripe", "/v1/events?types[]=invoice.paid&created[gt]=1700000000"),
    get("stripe", "/v1/customers/cus_nobody", 404),
    get("stripe", "/v1/customers?limit=1000", 400),
    get("stripe", "/v1/customers?starting_after=cus_nobody", 400),
    get("stripe", "/v1/charges", 403),
    get("stripe", "/v1/customers", 401, key="wrong"),
]
SORTED = "sort_by[asc]=updated_at&updated_at[after]=1700000000&include_deleted=true"
CHARGEBEE = [
    get("chargebee", "/api/v2/configurations"),
    *[
        get("chargebee", f"/api/v2/{name}?limit=100")
        for name in ("customers", "subscriptions", "invoices", "credit_notes", "events")
    ],
    *[
        get("chargebee", f"/api/v2/{name}?limit=2&{SORTED}")
        for name in ("customers", "subscriptions", "invoices", "credit_notes")
    ],
    *[
        get("chargebee", f"/api/v2/{name}?limit=100")
        for name in ("items", "item_prices", "coupons")
    ],
    get("chargebee", "/api/v2/items/prod_Team"),
    get("chargebee", "/api/v2/item_prices/price_Team_usd_12"),
    get("chargebee", "/api/v2/customers/nobody", 404),
    get("chargebee", '/api/v2/subscriptions?id[in]=["nothing"]'),
    get("chargebee", "/api/v2/invoices?limit=1000", 400),
    get("chargebee", "/api/v2/invoices?offset=nonsense", 400),
    get("chargebee", "/api/v2/customers", 401, key="wrong"),
]
POSTHOG = [
    get("posthog", "/api/users/@me/"),
    post("posthog", "/api/projects/1/query/", {"query": {"kind": "HogQLQuery", "query": DAILY}}),
    post(
        "posthog",
        "/api/projects/1/query/",
        {"query": {"kind": "HogQLQuery", "query": "SELECT 1"}},
        400,
    ),
    get("posthog", "/api/projects/1/query/unknown/", 404),
    get("posthog", "/api/users/@me/", 401, key="wrong"),
]
WINDOW = "project_id=1&from_date=2026-11-01&to_date=2026-11-20"
ON = 'on=properties["account_id"]'
MIXPANEL = [
    get("mixpanel", f"/api/query/segmentation?{WINDOW}&event=api_call&unit=day&type=general&{ON}"),
    get("mixpanel", "/api/query/events/names?project_id=1&type=general&limit=5"),
]
INTERCOM = [
    get("intercom", "/me"),
    get("intercom", "/admins"),
    get("intercom", "/admins/5100000"),
    post("intercom", "/companies/list?page=1&per_page=60&order=asc", None),
    get("intercom", "/companies?company_id=acct_999999", 404),
    get("intercom", "/companies/scroll"),
    get("intercom", "/companies/6a5d00000001000000000000"),
    get("intercom", "/companies/6a5d00000001000000000000/contacts"),
    get("intercom", "/companies/nothing", 404),
    get("intercom", "/contacts/6b5d00000001000000000000"),
    post("intercom", "/contacts/search", UPDATED),
    post("intercom", "/conversations/search", UPDATED),
    post("intercom", "/tickets/search", UPDATED),
    get("intercom", "/data_attributes?model=company"),
    post(
        "intercom",
        "/data_attributes",
        {"name": "chi", "model": "company", "data_type": "integer"},
    ),
    get("intercom", "/segments"),
    get("intercom", "/me", 401, key="wrong"),
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running("--customers", "60") as started:
        yield started


@pytest.mark.parametrize(
    "call",
    HUBSPOT + STRIPE + CHARGEBEE + POSTHOG + MIXPANEL + INTERCOM,
    ids=lambda call: f"{call[1]} {call[2][:70]}",
)
def test_answer_fits_the_contract(sandbox: Sandbox, call: Call) -> None:
    system, method, path, status, options = call
    contract = Contract.of(system, path)
    response = sandbox.call(system, method, path, **options)
    assert response.status_code == status, response.text[:300]
    path = path.split("?")[0]
    if (system, path) == ("intercom", "/me") and status == 401:
        contract.check_schema("error", response.json())  # the contract forgot this one
    elif status < 400:
        contract.check(response, sandbox.base_url(system))
    else:
        contract.check_response(method, path, status, response.json())


@pytest.mark.parametrize("name", LISTS)
def test_old_stripe_shape(sandbox: Sandbox, name: str) -> None:
    contract = Contract.load("stripe-2023-08-16")
    query = "?limit=100&status=all" if name == "subscriptions" else "?limit=100"
    response = sandbox.call("stripe", "GET", f"/v1/{name}{query}", headers=LEGACY)
    assert response.json()["data"]
    contract.check(response, sandbox.base_url("stripe"))


@pytest.mark.parametrize("system", ["hubspot", "stripe", "chargebee", "posthog", "intercom"])
@pytest.mark.parametrize("kind", ["429", "500", "401", "403"])
def test_faults_speak_the_vendors_language(sandbox: Sandbox, system: str, kind: str) -> None:
    path, schema = {
        "hubspot": (f"{OBJECTS}/companies", "Error"),
        "stripe": ("/v1/customers", "Error"),
        "chargebee": ("/api/v2/customers", "Error"),
        "posthog": ("/api/users/@me/", "Error"),
        "intercom": ("/admins", "error"),
    }[system]
    sandbox.fault(system, kind, retry_after=1)
    response = sandbox.call(system, "GET", path)
    assert response.status_code == int(kind)
    Contract.load(system).check_schema(schema, response.json())


def test_raw_events_are_lines_of_text(sandbox: Sandbox) -> None:
    response = sandbox.call("mixpanel", "GET", f"/api/2.0/export?{WINDOW}")
    assert response.headers["Content-Type"].startswith("text/plain")
    contract = Contract.load("mixpanel-export")
    url = str(response.request.url)
    contract.check_request("GET", url, sandbox.base_url("mixpanel"), None)
    rows = [msgspec.json.decode(line) for line in response.content.splitlines()]
    assert {"time", "distinct_id", "$insert_id"} <= rows[0]["properties"].keys()


def test_the_validator_refuses() -> None:
    contract = Contract.load("stripe")
    base = "http://127.0.0.1:1/stripe"
    with pytest.raises(ContractError, match="unknown query parameter updated"):
        contract.check_request("GET", f"{base}/v1/customers?updated=1", base, None)
    with pytest.raises(ContractError, match="no operation"):
        contract.check_request("GET", f"{base}/v1/nothing", base, None)
    with pytest.raises(ContractError, match="limit"):
        contract.check_request("GET", f"{base}/v1/customers?limit=many", base, None)
    with pytest.raises(ContractError, match="has_more"):
        contract.check_response("GET", "/v1/customers", 200, {"object": "list", "data": []})
