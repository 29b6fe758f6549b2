"""What Stripe's objects come to, in both shapes of its API."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from csmdesk.domain.days import iso_day, parse_day, start_of_day
from csmdesk.domain.facts import (
    Account,
    Discount,
    Fact,
    Invoice,
    StatusChange,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from csmdesk.sync import domains
from csmdesk.sync.connectors.stripe import customers, invoices, subscriptions, wire
from csmdesk.sync.connectors.stripe.amounts import millionths, minor, unit_price
from csmdesk.sync.decode import Days

UTC_DAYS = Days()

PRICE: dict[str, Any] = {
    "id": "price_1",
    "product": "prod_1",
    "unit_amount": 2500,
    "unit_amount_decimal": "2500",
    "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
}


OLD: dict[str, Any] = {
    "id": "in_1",
    "customer": "cus_1",
    "currency": "usd",
    "created": 0,
    "amount_due": 900,
    "subscription": "sub_1",
}
"""An invoice before 2025-03-31 but for its lines."""


def at(day: str, hour: int = 0) -> int:
    return start_of_day(parse_day(day)) + hour * 3600


def line(
    line_id: str, day: str, amount: int, quantity: int, *, proration: bool = False, **more: Any
) -> dict[str, Any]:
    """A line in the new shape."""
    details = {"subscription": "sub_1", "subscription_item": "si_1", "proration": proration}
    return {
        "id": line_id,
        "amount": amount,
        "quantity": quantity,
        "period": {"start": at(day), "end": at(day) + 30 * 86400},
        "parent": {"subscription_item_details": details},
        "pricing": {
            "price_details": {"price": "price_1", "product": "prod_1"},
            "unit_amount_decimal": PRICE["unit_amount_decimal"],
        },
        **more,
    }


def old(new: dict[str, Any]) -> dict[str, Any]:
    """The same line as before 2025-03-31."""
    details = new["parent"]["subscription_item_details"]
    plain = {name: value for name, value in new.items() if name not in ("parent", "pricing")}
    return plain | details | {"price": PRICE}


def invoice(
    *lines: dict[str, Any], legacy: bool = False, days: Days = UTC_DAYS, **more: Any
) -> list[Fact]:
    body: dict[str, Any] = {
        "id": "in_1",
        "customer": "cus_1",
        "currency": "usd",
        "created": at("2026-05-10"),
        "amount_due": 5000,
        "status": "paid",
        "number": "A-1",
        "lines": {"data": list(map(old, lines)) if legacy else list(lines)},
        **more,
    }
    if legacy:
        body["subscription"] = "sub_1"
    else:
        body["parent"] = {"subscription_details": {"subscription": "sub_1"}}
    row = msgspec.convert(body, wire.Invoice)
    price = msgspec.convert(more.pop("price", PRICE), wire.Price)
    return invoices.facts(
        row, row.lines.data, lambda one: one if isinstance(one, wire.Price) else price, days
    )


def pricing(price: dict[str, Any]) -> dict[str, Any]:
    """What a line of the new shape says of its price, the price in whole."""
    return {"pricing": {"price_details": {"price": price, "product": "prod_1"}}}


def changes(facts: list[Fact]) -> list[tuple[str, int, int, int]]:
    """(day, quantity, numerator, denominator) of every change."""

    return [
        (iso_day(fact.changed_on), fact.quantity, fact.unit_num, fact.unit_den)
        for fact in facts
        if isinstance(fact, SubscriptionChange)
    ]


@pytest.mark.parametrize("legacy", [False, True])
def test_a_line_holds_from_its_period_start(legacy: bool) -> None:
    facts = invoice(line("il_1", "2026-05-01", 5000, 2), legacy=legacy)
    assert changes(facts) == [("2026-05-01", 2, 2500, 1)]
    [change] = [fact for fact in facts if isinstance(fact, SubscriptionChange)]
    assert change.known_on == parse_day("2026-05-10")
    assert (change.item_id, change.subscription_id) == ("si_1", "sub_1")
    [bill] = [fact for fact in facts if isinstance(fact, Invoice)]
    assert bill.subscription_id == "sub_1"


@pytest.mark.parametrize("legacy", [False, True])
def test_of_a_proration_pair_the_debit_counts(legacy: bool) -> None:
    credit = line("il_1", "2026-05-12", -900, 2, proration=True)
    debit = line("il_2", "2026-05-12", 2100, 5, proration=True)
    assert changes(invoice(credit, debit, legacy=legacy)) == [("2026-05-12", 5, 2500, 1)]


def metered(facts: list[Fact]) -> int | None:
    [bill] = [fact for fact in facts if isinstance(fact, Invoice)]
    return bill.metered


def test_what_was_billed_for_use_is_net_of_discount_and_tax_in_both_shapes() -> None:
    by_use = PRICE | {"recurring": PRICE["recurring"] | {"usage_type": "metered"}}
    off = {"discount_amounts": [{"amount": 100, "discount": "di_1"}]}
    taxes = {"taxes": [{"amount": 30, "tax_behavior": "inclusive"}, {"amount": 9}]}
    new = invoice(
        line("il_1", "2026-05-01", 900, 9, **off, **taxes, **pricing(by_use)),
        line("il_2", "2026-05-01", -50, 1, **pricing(by_use)),  # a credit
        line("il_3", "2026-05-01", 5000, 2),
    )
    assert metered(new) == 900 - 100 - 30 - 50
    told = {"tax_amounts": [{"amount": 30, "inclusive": True}, {"amount": 9, "inclusive": False}]}
    used = old(line("il_1", "2026-05-01", 900, 9)) | off | told | {"price": by_use}
    row = msgspec.convert(OLD | {"lines": {"data": [used]}}, wire.Invoice)
    assert metered(invoices.facts(row, row.lines.data, lambda one: one, UTC_DAYS)) == 770


@pytest.mark.parametrize(
    ("currency", "amount"), [("jpy", 1250), ("kwd", 1250), ("usd", 1250), ("isk", 1300)]
)
def test_charges_by_use_are_minor_units_of_every_currency(currency: str, amount: int) -> None:
    by_use = PRICE | {"recurring": PRICE["recurring"] | {"usage_type": "metered"}}
    sent = amount * 100 if currency == "isk" else amount
    told = invoice(line("il_1", "2026-05-01", sent, 5, **pricing(by_use)), currency=currency)
    assert metered(told) == amount


def test_a_credit_alone_ends_the_item() -> None:
    credit = line("il_1", "2026-05-12", -900, 2, proration=True)
    assert changes(invoice(credit)) == [("2026-05-12", 0, 2500, 1)]


def test_a_one_off_line_changes_nothing() -> None:
    one_off = line("il_1", "2026-05-12", 900, 1, parent={"invoice_item_details": {}})
    assert changes(invoice(one_off)) == []


def test_a_price_by_quantity_is_what_the_line_comes_to() -> None:
    tiered = PRICE | {"unit_amount_decimal": None}
    facts = invoice(
        line("il_1", "2026-05-01", 1000, 3, pricing=None, price=tiered),
    )
    assert changes(facts) == [("2026-05-01", 3, 1000, 3)]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"status": "paid"}, ["active"]),
        ({"status": "open"}, ["active"]),
        (
            {"status": "void", "status_transitions": {"voided_at": at("2026-05-10", 1)}},
            ["paused"],
        ),
        (
            {"status": "void", "status_transitions": {"voided_at": at("2026-05-20")}},
            ["active"],
        ),
    ],
)
def test_an_invoice_voided_at_once_tells_of_a_pause(
    told: dict[str, Any], status: list[str]
) -> None:
    facts = invoice(line("il_1", "2026-05-01", 5000, 2), **told)
    found = [fact for fact in facts if isinstance(fact, StatusChange)]
    assert [fact.status for fact in found] == status
    assert found[0].changed_on == parse_day("2026-05-01")


def test_a_trial_and_a_proration_say_nothing_about_the_status() -> None:
    trial = invoice(line("il_1", "2026-05-01", 0, 2))
    proration = invoice(line("il_1", "2026-05-01", 500, 2, proration=True))
    assert not [one for one in trial + proration if isinstance(one, StatusChange)]


def subscription(**more: Any) -> wire.Subscription:
    item = {
        "id": "si_1",
        "price": PRICE,
        "created": at("2025-05-01"),
        "quantity": 4,
        "current_period_end": at("2026-06-01"),
    }
    body: dict[str, Any] = {
        "id": "sub_1",
        "customer": "cus_1",
        "status": "active",
        "currency": "usd",
        "start_date": at("2025-05-01", 9),
        "items": {"data": [item | more.pop("item", {})]},
        **more,
    }
    return msgspec.convert(body, wire.Subscription)


def test_the_head_of_a_subscription() -> None:
    told = {"pause_collection": {"behavior": "void"}, "cancel_at_period_end": True}
    row = subscription(**told, canceled_at=at("2026-05-20"))
    head = subscriptions.head(row, UTC_DAYS)
    assert head == Subscription(
        source="stripe",
        source_id="sub_1",
        account_id="cus_1",
        status="active",
        currency="USD",
        started_on=parse_day("2025-05-01"),
        next_billing_on=parse_day("2026-06-01"),
        cancel_at=parse_day("2026-06-01"),
        cancelled_on=parse_day("2026-05-20"),
        paused=True,
    )


def test_the_period_end_of_the_old_shape() -> None:
    row = subscription(item={"current_period_end": None}, current_period_end=at("2026-07-01"))
    assert subscriptions.head(row, UTC_DAYS).next_billing_on == parse_day("2026-07-01")


def test_an_item_holds_its_exact_price() -> None:
    price = PRICE | {"unit_amount": None, "unit_amount_decimal": "0.125"}
    [item] = subscriptions.items(subscription(item={"price": price}), UTC_DAYS)
    assert isinstance(item, SubscriptionItem)
    assert (item.unit_num, item.unit_den, item.quantity) == (1, 8, 4)
    assert not item.metered


@pytest.mark.parametrize("shape", ["source", "coupon"])
@pytest.mark.parametrize(("duration", "count"), [("once", 0), ("repeating", 1), ("forever", 1)])
def test_only_discounts_that_recur_count(shape: str, duration: str, count: int) -> None:
    coupon = {"id": "c", "duration": duration, "percent_off": 12.5}
    told = {"source": {"coupon": coupon}} if shape == "source" else {"coupon": coupon}
    given = msgspec.convert({"id": "di_1", "start": at("2026-01-01"), **told}, wire.Discount)
    found = subscriptions.discount(subscription(), given, UTC_DAYS)
    assert len(found) == count
    assert all(isinstance(one, Discount) and one.percent_millionths == 125_000 for one in found)


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [(1999, "usd", 1999), (500, "jpy", 500), (12345, "kwd", 12345), (120_000, "isk", 1200)],
)
def test_amounts_are_minor_units(amount: int, currency: str, units: int) -> None:
    assert minor(amount, currency) == units


def test_prices_are_exact() -> None:
    assert unit_price("1999", "USD") == (1999, 1)
    assert unit_price("0.3", "EUR") == (3, 10)
    assert unit_price("150000", "ISK") == (1500, 1)
    assert millionths(33.33) == 333_300
    for text in ("", "abc", "NaN", "Infinity"):
        with pytest.raises(ValueError, match="price"):
            unit_price(text, "USD")


@pytest.mark.parametrize(
    ("email", "domain"),
    [("a@acme.example", "acme.example"), ("a@GMail.com", None), ("", None), (None, None)],
)
def test_a_customer_joins_by_metadata_and_domain(email: str | None, domain: str | None) -> None:
    row = wire.Customer("cus_1", "Acme", email, metadata={"hubspot_company_id": " 77 "})
    [account] = customers.account(row, {"hubspot_id": "hubspot_company_id"}, UTC_DAYS)
    assert isinstance(account, Account)
    assert account.joins == ("hubspot:77",)
    assert account.domain == domain


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.Acme.example/x", "acme.example"),
        ("acme.example", "acme.example"),
        ("localhost", None),
        ("http://[bad", None),
        (None, None),
    ],
)
def test_a_website_tells_a_domain(address: str | None, domain: str | None) -> None:
    assert domains.of_website(address) == domain
