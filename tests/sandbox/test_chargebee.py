"""Chargebee: lists in order of change, an opaque offset, filters, deletions, both catalogs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.process import Sandbox
from tests.sandbox.reading import Json, stripe_list

API = "/api/v2"
KINDS = {"customers": "customer", "subscriptions": "subscription", "invoices": "invoice"}
BY_CHANGE = {"sort_by[asc]": "updated_at"}


def pages(sandbox: Sandbox, name: str, limit: int = 100, **params: Any) -> list[list[Json]]:
    found: list[list[Json]] = []
    asked = {"limit": limit, **params}
    while True:
        page = sandbox.call("chargebee", "GET", f"{API}/{name}", params=asked).json()
        found.append([row[KINDS.get(name, name[:-1])] for row in page["list"]])
        if "next_offset" not in page:
            return found
        asked["offset"] = page["next_offset"]


def rows(sandbox: Sandbox, name: str, limit: int = 100, **params: Any) -> list[Json]:
    return [row for page in pages(sandbox, name, limit, **params) for row in page]


@pytest.mark.parametrize("name", KINDS)
def test_paging_visits_every_row_once(sandbox: Sandbox, name: str) -> None:
    upwards = [row["id"] for row in rows(sandbox, name, **BY_CHANGE)]
    downwards = [row["id"] for row in rows(sandbox, name, 37)]
    assert len(upwards) == len(set(upwards)) > 20
    assert downwards == upwards[::-1]


def test_the_same_bills_as_stripe_has(sandbox: Sandbox) -> None:
    for name in ("customers", "subscriptions", "invoices"):
        query = "&status=all" if name == "subscriptions" else ""
        there = {row["id"] for row in stripe_list(sandbox, name, query=query)}
        assert {row["id"] for row in rows(sandbox, name)} == there


def test_rows_come_in_the_order_of_change(sandbox: Sandbox) -> None:
    stamps = [row["updated_at"] for row in rows(sandbox, "invoices", **BY_CHANGE)]
    assert stamps == sorted(stamps)
    middle = stamps[len(stamps) // 2]
    newer = rows(sandbox, "invoices", **BY_CHANGE, **{"updated_at[after]": middle})
    assert [row["updated_at"] for row in newer] == [stamp for stamp in stamps if stamp > middle]


def test_sums_of_invoices(sandbox: Sandbox) -> None:
    for row in rows(sandbox, "invoices"):
        assert sum(line["amount"] for line in row["line_items"]) == row["sub_total"]
        if row["status"] != "voided":
            left = row["total"] - row["credits_applied"] - row["amount_paid"]
            assert row["amount_due"] == max(left, 0)


def test_a_subscription_knows_its_revenue_status(sandbox: Sandbox) -> None:
    found = rows(sandbox, "subscriptions")
    statuses = {row["status"] for row in found}
    assert {"active", "cancelled"} <= statuses
    for row in found:
        assert ("next_billing_at" in row) == (row["status"] in ("active", "in_trial"))
        assert ("cancelled_at" in row) == (row["status"] in ("cancelled", "non_renewing"))


def test_filters(sandbox: Sandbox) -> None:
    some = rows(sandbox, "subscriptions")[3]
    one = rows(sandbox, "subscriptions", **{"id[in]": f'["{some["id"]}","none"]'})
    assert one == [some]
    of = rows(sandbox, "subscriptions", **{"customer_id[is]": some["customer_id"]})
    assert some in of
    refused = sandbox.call("chargebee", "GET", f"{API}/invoices?colour[is]=red")
    assert (refused.status_code, refused.json()["api_error_code"]) == (400, "param_wrong_value")


def test_a_single_object_is_that_of_the_list(sandbox: Sandbox) -> None:
    for name, one in KINDS.items():
        row = rows(sandbox, name, 5)[0]
        assert sandbox.call("chargebee", "GET", f"{API}/{name}/{row['id']}").json()[one] == row
    assert sandbox.call("chargebee", "GET", f"{API}/invoices/none").status_code == 404


def test_what_is_deleted_is_seen_by_those_who_ask(own_sandbox: Sandbox) -> None:
    before = rows(own_sandbox, "invoices")
    own_sandbox.call("control", "POST", "/chargebee/delete", json={"id": before[-1]["id"]})
    after = rows(own_sandbox, "invoices")
    assert [row["id"] for row in after] == [row["id"] for row in before[:-1]]
    newest = rows(own_sandbox, "invoices", include_deleted="true")[0]
    assert newest["deleted"]
    assert newest["id"] == before[-1]["id"]
    assert newest["updated_at"] > before[0]["updated_at"]


def test_a_site_of_the_old_catalog(sandbox: Sandbox) -> None:
    def first(name: str) -> Json:
        url = sandbox.base_url("chargebee") + f"1{API}/{name}"
        answer: Json = sandbox.session.get(url, auth=("sandbox-test-key", "")).json()
        return answer

    assert first("configurations")["configurations"][0]["product_catalog_version"] == "v1"
    row = first("subscriptions")["list"][0]["subscription"]
    assert row["plan_id"]
    assert "subscription_items" not in row
    assert first("plans")["list"][0]["plan"]["period_unit"] == "month"
    assert "list" not in first("items")
