"""What Chargebee's objects come to, of both product catalogs, in currencies of any exponent."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from csmdesk.domain.days import iso_day, parse_day, start_of_day
from csmdesk.domain.errors import SourceError
from csmdesk.domain.facts import (
    Account,
    Discount,
    Fact,
    Invoice,
    Subscription,
    SubscriptionChange,
)
from csmdesk.domain.settings import Source
from csmdesk.sync.connectors.chargebee import Chargebee, customers, invoices, subscriptions, wire
from csmdesk.sync.connectors.chargebee.amounts import exact
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.decode import Days

UTC_DAYS = Days()
PRICE = wire.Price("team-usd", 0, "team", 1, "month", 2500, pricing_model="per_unit")
ONCE = wire.Price("setup", 0, "setup", price=9900)
COUPONS = {
    "forever": {"discount_percentage": 12.5, "duration_type": "forever"},
    "months": {"discount_percentage": 20.0, "duration_type": "limited_period", "period": 3},
    "once": {"discount_percentage": 50.0, "duration_type": "one_time"},
    "hidden": {"discount_amount": 500, "duration_type": "forever", "included_in_mrr": False},
}


def at(day: str, hour: int = 12) -> int:
    return start_of_day(parse_day(day)) + hour * 3600


def price_of(name: str) -> wire.Price:
    return ONCE if name == "setup" else msgspec.structs.replace(PRICE, id=name)


def coupon_of(name: str) -> wire.Coupon:
    return msgspec.convert({"id": name, "discount_type": "any", **COUPONS[name]}, wire.Coupon)


def subscription(**more: Any) -> wire.Subscription:
    item = {"item_price_id": "team-usd", "item_type": "plan", "quantity": 4, "unit_price": 2500}
    body: dict[str, Any] = {
        "id": "s1",
        "customer_id": "c1",
        "status": "active",
        "currency_code": "USD",
        "created_at": at("2025-05-01"),
        "started_at": at("2025-05-01"),
        "current_term_start": at("2026-05-01"),
        "current_term_end": at("2026-06-01"),
        "next_billing_at": at("2026-06-01"),
        "updated_at": at("2026-05-03"),
        "subscription_items": [item | more.pop("item", {}), *more.pop("others", [])],
        **more,
    }
    return msgspec.convert(body, wire.Subscription)


def facts(**more: Any) -> list[Fact]:
    return subscriptions.facts(subscription(**more), price_of, coupon_of, UTC_DAYS)


def changes(found: list[Fact]) -> list[tuple[str, str, Fraction, int]]:
    """(item, day, price of one, quantity)."""
    return [
        (one.item_id, iso_day(one.changed_on), Fraction(one.unit_num, one.unit_den), one.quantity)
        for one in found
        if isinstance(one, SubscriptionChange)
    ]


def discounts(**more: Any) -> list[tuple[int | None, int | None, str, str | None]]:
    return [
        (
            one.percent_millionths,
            one.amount_off,
            iso_day(one.starts_on),
            one.ends_on and iso_day(one.ends_on),
        )
        for one in facts(**more)
        if isinstance(one, Discount)
    ]


def head(**more: Any) -> Subscription:
    return subscriptions.head(subscription(**more), UTC_DAYS)


def test_a_cancellation_may_lie_ahead() -> None:
    told = {"cancelled_at": at("2026-06-01"), "cancel_schedule_created_at": at("2026-05-20")}
    ahead = head(status="non_renewing", next_billing_at=None, **told)
    assert (ahead.status, ahead.ended_on) == ("non_renewing", None)
    assert (ahead.cancel_at, ahead.cancelled_on) == (
        parse_day("2026-06-01"),
        parse_day("2026-05-20"),
    )
    over = head(status="cancelled", **told)
    assert (over.cancel_at, over.ended_on) == (None, parse_day("2026-06-01"))
    assert over.cancelled_on == parse_day("2026-05-20")
    at_once = head(status="cancelled", cancelled_at=at("2026-05-09"))
    assert at_once.cancelled_on == at_once.ended_on == parse_day("2026-05-09")


def test_invoices_that_are_due_make_it_past_due() -> None:
    assert head(due_invoices_count=1, due_since=at("2026-05-02")).status == "past_due"
    assert head(status="paused", due_invoices_count=1).status == "paused"


def test_a_pause_holds_from_its_own_day() -> None:
    found = facts(status="paused", pause_date=at("2026-04-11"))
    assert [one.changed_on for one in found if type(one).__name__ == "StatusChange"] == [
        parse_day("2026-04-11")
    ]


def test_items_of_both_catalogs() -> None:
    addon = {"item_price_id": "extra", "item_type": "addon", "quantity": 2, "unit_price": 700}
    new = facts(others=[addon])
    old = facts(
        subscription_items=[],
        plan_id="team-usd",
        plan_quantity=4,
        plan_unit_price=2500,
        addons=[{"id": "extra", "quantity": 2, "unit_price": 700}],
    )
    told = [("s1:plan", "2026-05-03", 2500, 4), ("s1:extra", "2026-05-03", 700, 2)]
    assert changes(new) == changes(old) == told


def test_what_is_charged_once_or_by_use_is_no_recurring_change() -> None:
    once = {"item_price_id": "setup", "item_type": "charge", "quantity": 1, "unit_price": 9900}
    used = {"item_price_id": "calls", "item_type": "addon", "metered_quantity": "12"}
    assert changes(facts(others=[once, used])) == [("s1:plan", "2026-05-03", 2500, 4)]


@pytest.mark.parametrize(
    ("currency", "item", "price"),
    [
        ("USD", {"unit_price": 12, "unit_price_in_decimal": "0.125"}, Fraction(25, 2)),
        ("JPY", {"unit_price": 500}, Fraction(500)),
        ("JPY", {"unit_price_in_decimal": "500.5"}, Fraction(1001, 2)),
        ("KWD", {"unit_price": 12345}, Fraction(12345)),
        ("KWD", {"unit_price_in_decimal": "12.3455"}, Fraction(24691, 2)),
    ],
)
def test_prices_are_exact_in_every_currency(
    currency: str, item: dict[str, Any], price: Fraction
) -> None:
    base = {"unit_price": None}
    [(_, _, found, quantity)] = changes(facts(currency_code=currency, item=base | item))
    assert (found, quantity) == (price, 4)


def test_tiers_and_free_units_are_what_all_come_to() -> None:
    tiered = facts(item={"amount": 7000}, item_tiers=[{"item_price_id": "team-usd"}])
    free = facts(item={"amount": 7500, "free_quantity": 1})
    assert [changes(found)[0][2] for found in (tiered, free)] == [1750, 1875]


def test_a_part_of_a_unit_is_told_once() -> None:
    [(_, _, price, quantity)] = changes(facts(item={"quantity_in_decimal": "2.5"}))
    assert (price, quantity) == (6250, 1)


def test_coupons_recur_from_the_term_they_were_first_applied_in() -> None:
    given = {"coupon_id": "forever", "applied_count": 3}
    assert discounts(coupons=[given]) == [(125_000, None, "2026-03-01", None)]
    waiting = {"coupon_id": "forever", "applied_count": 0}
    assert discounts(coupons=[waiting]) == [(125_000, None, "2026-06-01", None)]
    ending = {"coupon_id": "months", "apply_till": at("2026-07-01")}
    assert discounts(coupons=[ending]) == [(200_000, None, "2026-04-01", "2026-07-01")]
    early = {"coupon_id": "forever", "applied_count": 99}
    assert discounts(coupons=[early]) == [(125_000, None, "2025-05-01", None)]
    none = [{"coupon_id": name, "applied_count": 1} for name in ("once", "hidden")]
    assert discounts(coupons=none) == []


def test_discounts_of_one_subscription() -> None:
    own = {"id": "d1", "type": "fixed_amount", "duration_type": "forever"}
    own |= {"created_at": at("2026-02-10"), "amount": 300}
    assert discounts(discounts=[own]) == [(None, 300, "2026-02-10", None)]
    share = own | {"amount": None, "percentage": 10.0, "apply_on": "specific_item_price"}
    told = discounts(discounts=[share | {"item_price_id": "team-usd"}], item={"amount": 10000})
    assert told == [(None, 1000, "2026-02-10", None)]


def invoice(*lines: dict[str, Any], days: Days = UTC_DAYS, **more: Any) -> list[Fact]:
    body = {
        "id": "7",
        "customer_id": "c1",
        "subscription_id": "s1",
        "status": "paid",
        "currency_code": "USD",
        "date": at("2026-05-01"),
        "line_items": list(lines),
        **more,
    }
    return invoices.facts(msgspec.convert(body, wire.Invoice), price_of, days)


def line(first: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "li_1",
        "date_from": at(first),
        "date_to": at(end),
        "entity_type": "plan_item_price",
        "entity_id": "team-usd",
        "pricing_model": "per_unit",
        "quantity": 4,
        "unit_amount": 2400,
        "amount": 9600,
        **more,
    }


def test_a_line_of_a_whole_term_tells_its_price() -> None:
    assert changes(invoice(line("2026-05-01", "2026-06-01"))) == [
        ("s1:plan", "2026-05-01", 2400, 4)
    ]
    clamped = line("2026-01-31", "2026-02-28")
    assert changes(invoice(clamped)) == [("s1:plan", "2026-01-31", 2400, 4)]


@pytest.mark.parametrize(
    ("zone", "begins"), [("America/New_York", "2026-04-30"), ("Asia/Tokyo", "2026-05-01")]
)
def test_days_are_those_of_the_workspace(zone: str, begins: str) -> None:
    """The term begins at two in the morning UTC, and is a whole one in any zone."""
    first, end = at("2026-05-01", 2), at("2026-06-01", 2)
    term = line("2026-05-01", "2026-06-01", date_from=first, date_to=end)
    bill, change = invoice(term, days=Days(ZoneInfo(zone)), date=first)
    assert isinstance(bill, Invoice)
    assert iso_day(bill.issued_on) == begins
    assert changes([change]) == [("s1:plan", begins, 2400, 4)]


def test_a_line_of_a_part_of_a_term_tells_its_quantity_alone() -> None:
    part = line("2026-05-03", "2026-06-01", unit_amount=2240, quantity=6)
    assert changes(invoice(part)) == [("s1:plan", "2026-05-03", 2500, 6)]


def test_a_line_by_tiers_tells_what_all_come_to() -> None:
    tiered = line("2026-05-01", "2026-06-01", pricing_model="volume", amount=9000)
    assert changes(invoice(tiered)) == [("s1:plan", "2026-05-01", 2250, 4)]


@pytest.mark.parametrize(
    "more", [{"entity_type": "adhoc"}, {"entity_type": "charge_item_price", "entity_id": "setup"}]
)
def test_what_is_billed_once_changes_nothing(more: dict[str, Any]) -> None:
    assert changes(invoice(line("2026-05-01", "2026-06-01", **more))) == []


def test_what_is_to_pay_and_what_was_paid() -> None:
    row = msgspec.convert(
        {
            "id": "7",
            "customer_id": "c1",
            "status": "payment_due",
            "currency_code": "KWD",
            "date": at("2026-05-01"),
            "due_date": at("2026-05-31"),
            "amount_due": 700,
            "amount_paid": 300,
            "linked_payments": [{"txn_status": "failure"}, {"txn_status": "in_progress"}],
        },
        wire.Invoice,
    )
    bill = invoices.invoice(row, UTC_DAYS)
    assert (bill.amount_due, bill.amount_paid, bill.status) == (1000, 300, "open")
    assert (bill.attempts, bill.due_on) == (1, parse_day("2026-05-31"))
    assert invoice(status="pending") == []


@pytest.mark.parametrize(
    ("price_type", "billed"), [("tax_exclusive", 900 - 100), ("tax_inclusive", 900 - 100 - 30)]
)
@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_what_was_billed_for_use_is_net_of_discount_and_tax(
    currency: str, price_type: str, billed: int
) -> None:
    used = line("2026-05-01", "2026-06-01", metered=True, amount=900)
    used |= {"discount_amount": 100, "item_level_discount_amount": 40, "tax_amount": 30}
    told = {"currency_code": currency, "price_type": price_type}
    [bill, *_] = invoice(used, line("2026-05-01", "2026-06-01"), **told)
    assert isinstance(bill, Invoice)
    assert bill.metered == billed
    [plain, *_] = invoice(line("2026-05-01", "2026-06-01"))
    assert isinstance(plain, Invoice)
    assert plain.metered == 0


def test_a_credited_add_on_that_is_gone_ends() -> None:
    credited = msgspec.convert(
        line("2026-05-12", "2026-06-01", entity_type="addon_item_price", entity_id="extra"),
        wire.Line,
    )
    note = wire.CreditNote("cn", "USD", at("2026-05-12"), line_items=[credited])
    gone = invoices.ended(note, credited, subscription(), PRICE, UTC_DAYS)
    assert changes(gone) == [("s1:extra", "2026-05-12", 0, 0)]
    extra = {"item_price_id": "extra", "item_type": "addon", "quantity": 1, "unit_price": 1}
    assert invoices.ended(note, credited, subscription(others=[extra]), PRICE, UTC_DAYS) == []


def test_a_customer_joins_by_its_custom_field() -> None:
    raw = msgspec.Raw(b'{"id":"c1","created_at":1,"cf_crm":77,"company":"Acme"}')
    row = msgspec.json.decode(raw, type=wire.Customer)
    [account] = customers.account(row, customers.joins_in(raw, {"hubspot_id": "cf_crm"}), UTC_DAYS)
    assert isinstance(account, Account)
    assert (account.name, account.joins) == ("Acme", ("hubspot:77",))
    assert customers.joins_in(raw, {"salesforce_id": "cf_none"}) == ()


def test_decimals_must_be_numbers() -> None:
    for text in ("abc", "NaN", "Infinity"):
        with pytest.raises(ValueError, match="number"):
            exact(None, text, "USD")


def test_the_site_makes_the_address() -> None:
    def address(site: str) -> str:
        return Chargebee(Source(system="chargebee", site=site), PastedKey("k")).api().base_url

    assert address("acme-test") == "https://acme-test.chargebee.com"
    for wrong in ("", "acme.evil.example/", "a/b", "acme@x"):
        with pytest.raises(SourceError, match="site"):
            address(wrong)
