"""Intercom: companies by page and by scroll, searches, attributes."""

from __future__ import annotations

from typing import Any

from tests.sandbox.process import Sandbox
from tests.sandbox.reading import hubspot_list, intercom_search

EVER = {"field": "updated_at", "operator": ">", "value": 0}


def scrolled(sandbox: Sandbox) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    parameter = ""
    while True:
        page = sandbox.call("intercom", "GET", f"/companies/scroll{parameter}").json()
        if not page["data"]:
            return rows
        rows += page["data"]
        parameter = f"?scroll_param={page['scroll_param']}"


def test_companies_by_page_and_by_scroll(sandbox: Sandbox) -> None:
    by_page: list[dict[str, Any]] = []
    number = 1
    while True:
        page = sandbox.call(
            "intercom", "POST", f"/companies/list?page={number}&per_page=25&order=asc"
        ).json()
        by_page += page["data"]
        if number == page["pages"]["total_pages"]:
            break
        number += 1
    assert len(by_page) == page["total_count"]
    assert scrolled(sandbox) == by_page
    keys = {
        row["properties"]["account_key"]
        for archived in ("false", "true")
        for row in hubspot_list(
            sandbox, "companies", query=f"&properties=account_key&archived={archived}"
        )
    }
    assert {row["company_id"] for row in by_page} == keys


def test_one_scroll_at_a_time(own_sandbox: Sandbox) -> None:
    first = own_sandbox.call("intercom", "GET", "/companies/scroll").json()
    second = own_sandbox.call("intercom", "GET", "/companies/scroll")
    assert second.status_code == 400
    assert second.json()["errors"][0]["code"] == "scroll_exists"
    unknown = own_sandbox.call("intercom", "GET", "/companies/scroll?scroll_param=other")
    assert unknown.status_code == 404
    path = f"/companies/scroll?scroll_param={first['scroll_param']}"
    assert own_sandbox.call("intercom", "GET", path).json()["data"] == []
    assert own_sandbox.call("intercom", "GET", "/companies/scroll").status_code == 200


def test_no_page_beyond_ten_thousand_companies(sandbox: Sandbox) -> None:
    path = "/companies/list?per_page=60&page={}"
    assert sandbox.call("intercom", "POST", path.format(166)).status_code == 200
    assert sandbox.call("intercom", "POST", path.format(167)).status_code == 400


def test_search_pages_and_filters(sandbox: Sandbox) -> None:
    for kind in ("contacts", "conversations"):
        rows = intercom_search(sandbox, kind, EVER)
        ids = [row["id"] for row in rows]
        assert len(ids) == len(set(ids)) > 50
        assert [row["id"] for row in intercom_search(sandbox, kind, EVER, 23)] == ids
        middle = sorted(row["updated_at"] for row in rows)[len(rows) // 2]
        newer = {
            row["id"]
            for row in intercom_search(
                sandbox, kind, {"field": "updated_at", "operator": ">", "value": middle}
            )
        }
        assert newer == {row["id"] for row in rows if row["updated_at"] > middle}
    assert intercom_search(sandbox, "tickets", EVER) == []


def test_nested_search(sandbox: Sandbox) -> None:
    rows = intercom_search(sandbox, "conversations", EVER)
    open_or_rated = {
        "operator": "OR",
        "value": [
            {"field": "state", "operator": "=", "value": "open"},
            {
                "operator": "AND",
                "value": [
                    {"field": "conversation_rating.rating", "operator": ">", "value": "3"},
                    {"field": "state", "operator": "IN", "value": ["closed"]},
                ],
            },
        ],
    }
    found = {row["id"] for row in intercom_search(sandbox, "conversations", open_or_rated)}
    assert found == {
        row["id"]
        for row in rows
        if row["state"] == "open"
        or (
            (row["conversation_rating"] or {"rating": 0})["rating"] > 3 and row["state"] == "closed"
        )
    }
    for bad in ({}, {"operator": "AND", "value": 1}, {"field": "id", "operator": "??"}):
        answer = sandbox.call("intercom", "POST", "/contacts/search", json={"query": bad})
        assert answer.status_code == 400


def test_contacts_point_to_their_company(sandbox: Sandbox) -> None:
    companies = {row["id"] for row in scrolled(sandbox)}
    contacts = intercom_search(sandbox, "contacts", EVER)
    assert {row["companies"]["data"][0]["id"] for row in contacts} <= companies
    some = contacts[0]["companies"]["data"][0]["id"]
    attached = sandbox.call("intercom", "GET", f"/companies/{some}/contacts").json()["data"]
    assert [row["id"] for row in attached] == [
        row["id"] for row in contacts if row["companies"]["data"][0]["id"] == some
    ]


def test_created_attributes_are_remembered(own_sandbox: Sandbox) -> None:
    body = {"name": "chi", "model": "company", "data_type": "integer"}
    first, second = (
        own_sandbox.call("intercom", "POST", "/data_attributes", json=body) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (200, 400)
    rows = own_sandbox.call("intercom", "GET", "/data_attributes?model=company").json()["data"]
    assert first.json() in rows


def test_rate_headers(sandbox: Sandbox) -> None:
    headers = sandbox.call("intercom", "GET", "/me").headers
    assert 0 < int(headers["X-RateLimit-Remaining"]) < int(headers["X-RateLimit-Limit"])
    assert int(headers["X-RateLimit-Reset"]) % 10 == 0
