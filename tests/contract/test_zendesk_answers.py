"""Zendesk's answers in the sandbox, and the recorded ones, fit the (amended) contract."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.contract.validator import Contract
from tests.sandbox.process import Sandbox, running
from tests.shared import shared_path

EXPORT = "/api/v2/incremental"
GOOD = (
    "/api/v2/users/me",
    "/api/v2/organizations?page[size]=3",
    "/api/v2/organizations?page[size]=3&page[after]=3",
    "/api/v2/organizations/show_many?ids=81000000000000,81000000100000",
    "/api/v2/users/show_many?ids=82000000000000",
    "/api/v2/tickets/show_many?ids=83000000000000&include=metric_sets",
    f"{EXPORT}/organizations?start_time=1",
    f"{EXPORT}/users/cursor?start_time=1",
    f"{EXPORT}/tickets/cursor?start_time=1",
    f"{EXPORT}/tickets/cursor?start_time=1&include=metric_sets",
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running("--customers", "30") as started:
        yield started


@pytest.mark.parametrize("path", GOOD)
def test_answer_fits_the_contract(sandbox: Sandbox, path: str) -> None:
    response = sandbox.call("zendesk", "GET", path)
    assert response.status_code == 200
    Contract.load("zendesk").check(response, sandbox.base_url("zendesk"))


def test_every_page_of_an_export_fits(sandbox: Sandbox) -> None:
    contract, seen, place = Contract.load("zendesk"), set(), "start_time=1"
    while True:
        path = f"{EXPORT}/tickets/cursor?{place}&include=metric_sets"
        response = sandbox.call("zendesk", "GET", path)
        contract.check(response, sandbox.base_url("zendesk"))
        page = response.json()
        assert page["tickets"]
        assert not seen & {row["id"] for row in page["tickets"]}
        seen |= {row["id"] for row in page["tickets"]}
        assert page["after_url"].endswith(page["after_cursor"])
        if page["end_of_stream"]:
            break
        place = f"cursor={page['after_cursor']}"
    assert len(seen) > 250  # more than one page


@pytest.mark.parametrize(
    ("path", "status", "key"),
    [
        ("/api/v2/nothing", 404, None),
        (f"{EXPORT}/tickets/cursor?start_time=soon", 400, None),
        (f"{EXPORT}/tickets/cursor?start_time=9999999999", 400, None),
        (f"{EXPORT}/tickets/cursor?cursor=nonsense", 400, None),
        ("/api/v2/organizations?page[size]=1000", 400, None),
        ("/api/v2/organizations", 401, "wrong"),
    ],
)
def test_a_refusal_has_one_of_the_three_shapes(
    sandbox: Sandbox, path: str, status: int, key: str | None
) -> None:
    response = sandbox.call("zendesk", "GET", path, **({"key": key} if key else {}))
    assert response.status_code == status
    body = response.json()
    if "errors" in body:
        Contract.load("zendesk").check_schema("Errors", body)
    else:
        assert body["error"]


@pytest.mark.parametrize(
    "name", ["get-ticket", "get-user", "list-tickets", "list-users", "list-organizations"]
)
def test_what_was_recorded_fits_the_amended_contract(name: str) -> None:
    recorded = json.loads(shared_path("samples", "zendesk", f"{name}.json").read_text("utf-8"))
    schema = {"ticket": "TicketObject", "user": "UserObject", "organization": "OrganizationObject"}
    checked = 0
    for exchange in recorded["exchanges"]:
        for word, value in exchange["body"].items():
            rows = value if isinstance(value, list) else [value]
            for row in rows if word.rstrip("s") in schema else []:
                known = {key: row[key] for key in row if key != "custom_fields"}
                Contract.load("zendesk").check_schema(schema[word.rstrip("s")], known)
                checked += 1
    assert checked
