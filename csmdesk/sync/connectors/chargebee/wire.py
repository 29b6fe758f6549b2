"""Chargebee's answers, as far as they are read, of both product catalogs."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

SYSTEM = "chargebee"
API = "/api/v2"
PAGE = 100


Wrapper: TypeAlias = dict[str, msgspec.Raw]
"""An object, and what comes along with it: {"subscription": {…}, "customer": {…}}."""
_NOTHING = msgspec.Raw(b"{}")


def unwrapped(wrapper: Wrapper, one: str) -> msgspec.Raw:
    """The object under its name; one that is not there is read as an empty one, and refused."""
    return wrapper.get(one, _NOTHING)


class RawList(msgspec.Struct):
    """A page of a list: each row wraps its object."""

    rows: list[Wrapper] = msgspec.field(name="list")
    next_offset: str = ""


class Configuration(msgspec.Struct):
    product_catalog_version: str = "v2"


class Configurations(msgspec.Struct):
    configurations: list[Configuration] = []


class Customer(msgspec.Struct):
    id: str
    created_at: int
    updated_at: int = 0
    deleted: bool = False
    company: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    preferred_currency_code: str = ""


class Article(msgspec.Struct):
    """An item of catalog 2, a plan or an add-on of catalog 1."""

    id: str
    updated_at: int = 0
    deleted: bool = False
    status: str = "active"
    name: str = ""
    unit: str = ""
    metadata: dict[str, Any] | None = None
    meta_data: dict[str, Any] | None = None

    @property
    def notes(self) -> dict[str, Any]:
        return self.metadata or self.meta_data or {}


class Price(msgspec.Struct):
    """An item price, or a plan or add-on of catalog 1, which is its own product."""

    id: str
    updated_at: int = 0
    item_id: str = ""
    period: int = 0
    period_unit: str = ""
    price: int | None = None
    price_in_decimal: str | None = None
    pricing_model: str = "flat_fee"
    item_type: str = ""


class Coupon(msgspec.Struct):
    id: str
    discount_type: str
    duration_type: str
    updated_at: int = 0
    discount_percentage: float | None = None
    discount_amount: int | None = None
    duration_month: int | None = None
    period: int | None = None
    period_unit: str = "month"
    included_in_mrr: bool = True


class _Priced(msgspec.Struct, kw_only=True):
    """What an item or an add-on comes to."""

    quantity: int | None = None
    quantity_in_decimal: str | None = None
    unit_price: int | None = None
    unit_price_in_decimal: str | None = None
    amount: int | None = None
    amount_in_decimal: str | None = None


class Item(_Priced, kw_only=True):
    item_price_id: str
    item_type: str
    free_quantity: int = 0
    metered_quantity: str | None = None
    billing_period: int | None = None
    billing_period_unit: str | None = None


class Addon(_Priced, kw_only=True):
    """Catalog 1."""

    id: str

    @property
    def item(self) -> Item:
        told = {name: getattr(self, name) for name in _Priced.__struct_fields__}
        return Item(item_price_id=self.id, item_type="addon", **told)


class Tier(msgspec.Struct):
    item_price_id: str


class Applied(msgspec.Struct):
    """A coupon of a subscription."""

    coupon_id: str
    applied_count: int = 0
    apply_till: int | None = None


class Discount(msgspec.Struct):
    """A discount given to one subscription."""

    id: str
    type: str
    duration_type: str
    created_at: int
    apply_on: str = "invoice_amount"
    item_price_id: str = ""
    percentage: float | None = None
    amount: int | None = None
    apply_till: int | None = None
    included_in_mrr: bool = True


class Subscription(msgspec.Struct):
    id: str
    customer_id: str
    status: str
    currency_code: str
    created_at: int
    updated_at: int = 0
    deleted: bool = False
    billing_period: int = 1
    billing_period_unit: str = "month"
    started_at: int | None = None
    start_date: int | None = None
    activated_at: int | None = None
    trial_end: int | None = None
    current_term_start: int | None = None
    current_term_end: int | None = None
    next_billing_at: int | None = None
    cancelled_at: int | None = None
    cancel_schedule_created_at: int | None = None
    pause_date: int | None = None
    due_invoices_count: int = 0
    due_since: int | None = None
    subscription_items: list[Item] = []
    item_tiers: list[Tier] = []
    coupons: list[Applied] = []
    discounts: list[Discount] = []
    plan_id: str = ""
    plan_quantity: int = 1
    plan_quantity_in_decimal: str | None = None
    plan_unit_price: int | None = None
    plan_unit_price_in_decimal: str | None = None
    plan_amount: int | None = None
    plan_amount_in_decimal: str | None = None
    plan_free_quantity: int = 0
    addons: list[Addon] = []

    @property
    def start(self) -> int:
        return self.started_at or self.start_date or self.created_at

    @property
    def items(self) -> list[Item]:
        """Plan, add-ons and charges, whatever the catalog."""
        if not self.plan_id:
            return self.subscription_items
        plan = Item(
            item_price_id=self.plan_id,
            item_type="plan",
            quantity=self.plan_quantity,
            quantity_in_decimal=self.plan_quantity_in_decimal,
            unit_price=self.plan_unit_price,
            unit_price_in_decimal=self.plan_unit_price_in_decimal,
            amount=self.plan_amount,
            amount_in_decimal=self.plan_amount_in_decimal,
            free_quantity=self.plan_free_quantity,
        )
        return [plan, *(addon.item for addon in self.addons)]


class Line(msgspec.Struct):
    id: str
    date_from: int
    date_to: int
    entity_type: str
    entity_id: str = ""
    subscription_id: str | None = None
    quantity: int = 1
    quantity_in_decimal: str | None = None
    unit_amount: int = 0
    unit_amount_in_decimal: str | None = None
    amount: int = 0
    amount_in_decimal: str | None = None
    pricing_model: str = "flat_fee"
    metered: bool = False
    discount_amount: int = 0
    tax_amount: int = 0


class Payment(msgspec.Struct):
    txn_status: str = ""


class Invoice(msgspec.Struct):
    id: str
    customer_id: str
    status: str
    currency_code: str
    date: int
    updated_at: int = 0
    deleted: bool = False
    subscription_id: str | None = None
    due_date: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    amount_due: int = 0
    amount_paid: int = 0
    write_off_amount: int = 0
    price_type: str = "tax_exclusive"
    line_items: list[Line] = []
    linked_payments: list[Payment] = []


class CreditNote(msgspec.Struct):
    id: str
    currency_code: str
    date: int
    updated_at: int = 0
    deleted: bool = False
    status: str = ""
    line_items: list[Line] = []


class Reference(msgspec.Struct, frozen=True):
    id: str = ""


class Content(msgspec.Struct):
    subscription: Reference = Reference()


class Event(msgspec.Struct):
    id: str
    event_type: str
    occurred_at: int
    content: Content
