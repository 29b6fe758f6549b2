"""Stripe: lists newest first within a customer, filters, expansion, both shapes, events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.process import TODAY, Sandbox
from tests.sandbox.reading import Json, stripe_list

LISTS = ("customers", "subscriptions", "invoices", "events")


@pytest.mark.parametrize("name", LISTS)
def test_paging_visits_every_row_once(sandbox: Sandbox, name: str) -> None:
    in_big_pages = [row["id"] for row in stripe_list(sandbox, name, 100)]
    assert len(in_big_pages) == len(set(in_big_pages)) > 20
    assert [row["id"] for row in stripe_list(sandbox, name, 41)] == in_big_pages


@pytest.mark.parametrize("name", [*LISTS, "prices"])
def test_ending_before_goes_back(sandbox: Sandbox, name: str) -> None:
    page = sandbox.call("stripe", "GET", f"/v1/{name}?limit=20").json()["data"]
    last = page[-1]["id"]
    back = sandbox.call("stripe", "GET", f"/v1/{name}?limit=5&ending_before={last}").json()
    assert [row["id"] for row in back["data"]] == [row["id"] for row in page[14:19]]
    assert back["has_more"] is True


def test_a_customers_rows_come_newest_first(sandbox: Sandbox) -> None:
    latest: dict[str, int] = {}
    for row in stripe_list(sandbox, "invoices"):
        assert row["created"] <= latest.get(row["customer"], row["created"])
        latest[row["customer"]] = row["created"]


def test_canceled_subscriptions_only_when_asked(sandbox: Sandbox) -> None:
    usual = {row["id"]: row["status"] for row in stripe_list(sandbox, "subscriptions")}
    every = {
        row["id"]: row["status"]
        for row in stripe_list(sandbox, "subscriptions", query="&status=all")
    }
    canceled = {
        row["id"] for row in stripe_list(sandbox, "subscriptions", query="&status=canceled")
    }
    assert "canceled" not in usual.values()
    assert canceled
    assert set(every) == set(usual) | canceled


def test_filters(sandbox: Sandbox) -> None:
    invoices = {row["id"]: row for row in stripe_list(sandbox, "invoices")}
    some = next(row for row in invoices.values() if row["parent"])
    subscription = some["parent"]["subscription_details"]["subscription"]

    def ids(query: str) -> set[str]:
        return {row["id"] for row in stripe_list(sandbox, "invoices", query=query)}

    def where(test: str, value: object) -> set[str]:
        return {i for i, row in invoices.items() if row[test] == value}

    assert ids(f"&customer={some['customer']}") == where("customer", some["customer"])
    assert ids("&status=open") == where("status", "open") != set()
    assert ids("&status=void") == where("status", "void")
    assert ids(f"&subscription={subscription}") == {
        i
        for i, row in invoices.items()
        if row["parent"] and row["parent"]["subscription_details"]["subscription"] == subscription
    }
    moment = sorted(row["created"] for row in invoices.values())[len(invoices) // 2]
    assert ids(f"&created[gte]={moment}") | ids(f"&created[lt]={moment}") == set(invoices)
    assert not ids(f"&created[gte]={moment}") & ids(f"&created[lt]={moment}")


def test_invoices_add_up(sandbox: Sandbox) -> None:
    discounted = 0
    for row in stripe_list(sandbox, "invoices"):
        off = sum(item["amount"] for item in row["total_discount_amounts"])
        assert sum(line["amount"] for line in row["lines"]["data"]) == row["subtotal"]
        assert row["subtotal"] - off == row["total"]
        assert row["amount_due"] == max(row["total"], 0)
        assert row["amount_paid"] in {0, row["amount_due"]}
        discounted += off > 0
    assert discounted


def test_lines_items_and_single_objects(sandbox: Sandbox) -> None:
    subscription = next(row for row in stripe_list(sandbox, "subscriptions") if row["items"])
    path = f"/v1/subscription_items?subscription={subscription['id']}"
    items = sandbox.call("stripe", "GET", path).json()["data"]
    assert items == subscription["items"]["data"]
    item = sandbox.call("stripe", "GET", f"/v1/subscription_items/{items[0]['id']}").json()
    assert item == items[0]
    invoice = sandbox.call("stripe", "GET", "/v1/invoices?limit=1").json()["data"][0]
    lines = sandbox.call("stripe", "GET", f"/v1/invoices/{invoice['id']}/lines?limit=100").json()
    assert lines["data"] == invoice["lines"]["data"]
    for name in ("customers", "subscriptions", "invoices", "products", "prices", "coupons"):
        row = sandbox.call("stripe", "GET", f"/v1/{name}?limit=1").json()["data"][0]
        assert sandbox.call("stripe", "GET", f"/v1/{name}/{row['id']}").json() == row


def test_discounts_are_ids_until_expanded(sandbox: Sandbox) -> None:
    plain = [row["discounts"] for row in stripe_list(sandbox, "subscriptions")]
    expanded = [
        row["discounts"]
        for row in stripe_list(sandbox, "subscriptions", query="&expand[]=data.discounts")
    ]
    assert [[item["id"] for item in row] for row in expanded] == plain
    coupons = {item["source"]["coupon"]["id"] for row in expanded for item in row}
    listed = {row["id"]: row for row in stripe_list(sandbox, "coupons")}
    assert coupons
    assert coupons <= set(listed)
    for coupon in listed.values():
        assert (coupon["percent_off"] is None) is not (coupon["amount_off"] is None)


def test_periods_moved_to_the_items_in_2025(sandbox: Sandbox) -> None:
    def first(version: str, name: str) -> Json:
        path = f"/v1/{name}?limit=1"
        headers = {"Stripe-Version": version}
        row: Json = sandbox.call("stripe", "GET", path, headers=headers).json()["data"][0]
        return row

    new, old = (first(v, "subscriptions") for v in ("2026-10-28.endive", "2025-02-24.acacia"))
    assert new["id"] == old["id"]
    assert "current_period_end" not in new
    assert old["current_period_end"] == new["items"]["data"][0]["current_period_end"]
    assert "current_period_end" not in old["items"]["data"][0]
    new, old = (first(v, "invoices") for v in ("2025-03-31.basil", "2024-06-20"))
    assert "subscription" not in new
    assert old["subscription"] == new["parent"]["subscription_details"]["subscription"]


def test_events_of_thirty_days_by_type(sandbox: Sandbox) -> None:
    midnight = datetime.fromisoformat(TODAY).replace(tzinfo=UTC)
    oldest = (midnight - timedelta(days=30)).timestamp()
    events = list(stripe_list(sandbox, "events"))
    assert all(oldest <= row["created"] < midnight.timestamp() for row in events)
    paid = list(stripe_list(sandbox, "events", query="&types[]=invoice.paid"))
    assert [row["id"] for row in paid] == [
        row["id"] for row in events if row["type"] == "invoice.paid"
    ]
    late = int(oldest) + 20 * 86400
    newer = stripe_list(sandbox, "events", query=f"&created[gt]={late}")
    assert {row["id"] for row in newer} == {row["id"] for row in events if row["created"] > late}
    for row in events:
        kind = row["type"].rpartition(".")[0].rpartition(".")[2]
        assert row["data"]["object"]["object"] == kind


def test_products_tell_their_modules(sandbox: Sandbox) -> None:
    for row in stripe_list(sandbox, "products"):
        assert set(row["metadata"]["modules"].split(",")) <= {
            "core",
            "reports",
            "automation",
            "scanning",
            "sso",
        }
        assert int(row["metadata"]["capacity_per_unit"]) >= 1


def test_basic_sign_in_and_unknown_parameters(sandbox: Sandbox) -> None:
    url = f"{sandbox.base_url('stripe')}/v1/account"
    key = sandbox.addresses["stripe"]["key"]
    assert sandbox.session.get(url, auth=(key, ""), timeout=10).status_code == 200
    refused = sandbox.call("stripe", "GET", "/v1/customers?updated[gt]=1")
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "parameter_unknown"
