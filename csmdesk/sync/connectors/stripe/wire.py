"""Stripe's answers, as far as they are read, in the shapes before and after 2025-03-31."""

from __future__ import annotations

import msgspec

SYSTEM = "stripe"
VERSION = "2026-10-28.endive"
BASIL = "2025-03-31"
"""The version that moved periods to the items and discounts to a list."""
PAGE = 100


class RawList(msgspec.Struct):
    data: list[msgspec.Raw]
    has_more: bool = False


class Recurring(msgspec.Struct):
    interval: str
    interval_count: int = 1
    usage_type: str = "licensed"


class Transform(msgspec.Struct):
    divide_by: int


class Price(msgspec.Struct):
    id: str
    product: str | Product
    unit_amount_decimal: str | None = None
    recurring: Recurring | None = None
    transform_quantity: Transform | None = None

    @property
    def product_id(self) -> str:
        return self.product if isinstance(self.product, str) else self.product.id


class Product(msgspec.Struct):
    id: str
    name: str = ""
    metadata: dict[str, str] = {}
    deleted: bool = False


class Customer(msgspec.Struct):
    id: str
    name: str | None = None
    email: str | None = None
    created: int | None = None
    currency: str | None = None
    metadata: dict[str, str] = {}
    deleted: bool = False


class Coupon(msgspec.Struct):
    id: str
    duration: str
    percent_off: float | None = None
    amount_off: int | None = None


class CouponSource(msgspec.Struct):
    coupon: Coupon | str | None = None


class Discount(msgspec.Struct):
    id: str
    start: int
    end: int | None = None
    source: CouponSource | None = None
    coupon: Coupon | None = None

    @property
    def terms(self) -> Coupon | str | None:
        return self.source.coupon if self.source else self.coupon


class Item(msgspec.Struct):
    id: str
    price: Price
    created: int
    quantity: int | None = None
    current_period_end: int | None = None


class ItemList(msgspec.Struct):
    data: list[Item]
    has_more: bool = False


class Pause(msgspec.Struct):
    behavior: str = ""


class Subscription(msgspec.Struct):
    id: str
    customer: str
    status: str
    currency: str
    start_date: int
    items: ItemList
    trial_end: int | None = None
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    ended_at: int | None = None
    pause_collection: Pause | None = None
    current_period_end: int | None = None
    discounts: list[Discount | str] = []
    discount: Discount | None = None

    @property
    def given(self) -> list[Discount]:
        """The discounts: a list of objects when expanded, before that there was one."""
        found = [one for one in self.discounts if isinstance(one, Discount)]
        return found or ([self.discount] if self.discount else [])

    @property
    def period_end(self) -> int | None:
        """The end of the running period: on the items, before 2025-03-31 on the subscription."""
        ends = [item.current_period_end for item in self.items.data if item.current_period_end]
        return min(ends) if ends else self.current_period_end


class ItemDetails(msgspec.Struct):
    subscription: str | None = None
    subscription_item: str | None = None
    proration: bool = False


class LineParent(msgspec.Struct):
    subscription_item_details: ItemDetails | None = None


class PriceDetails(msgspec.Struct):
    price: str | Price
    product: str


class Pricing(msgspec.Struct):
    price_details: PriceDetails | None = None
    unit_amount_decimal: str | None = None


class Period(msgspec.Struct):
    start: int
    end: int


class DiscountAmount(msgspec.Struct):
    amount: int


class TaxAmount(msgspec.Struct):
    amount: int
    inclusive: bool = False
    tax_behavior: str = ""

    @property
    def within(self) -> bool:
        """Whether the line's amount has it in it, in either shape."""
        return self.inclusive or self.tax_behavior == "inclusive"


class Line(msgspec.Struct):
    id: str
    amount: int
    period: Period
    discount_amounts: list[DiscountAmount] | None = None
    taxes: list[TaxAmount] | None = None
    tax_amounts: list[TaxAmount] | None = None
    quantity: int | None = None
    parent: LineParent | None = None
    pricing: Pricing | None = None
    price: Price | None = None
    subscription: str | None = None
    subscription_item: str | None = None
    proration: bool = False

    @property
    def details(self) -> ItemDetails:
        """Which subscription item a line bills, in either shape."""
        if self.parent and self.parent.subscription_item_details:
            return self.parent.subscription_item_details
        return ItemDetails(self.subscription, self.subscription_item, self.proration)

    @property
    def net(self) -> int:
        """The amount less its discounts and the tax within it."""
        off = sum(one.amount for one in self.discount_amounts or ())
        taxes: list[TaxAmount] = [*(self.taxes or ()), *(self.tax_amounts or ())]
        return self.amount - off - sum(one.amount for one in taxes if one.within)


class LineList(msgspec.Struct):
    data: list[Line]
    has_more: bool = False


class Transitions(msgspec.Struct, frozen=True):
    finalized_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    marked_uncollectible_at: int | None = None


class InvoiceSubscription(msgspec.Struct):
    subscription: str | None = None


class InvoiceParent(msgspec.Struct):
    subscription_details: InvoiceSubscription | None = None


class Invoice(msgspec.Struct):
    id: str
    customer: str | None
    currency: str
    created: int
    amount_due: int
    lines: LineList
    amount_paid: int = 0
    attempt_count: int = 0
    number: str | None = None
    status: str | None = None
    due_date: int | None = None
    status_transitions: Transitions = Transitions()
    subscription: str | None = None
    parent: InvoiceParent | None = None

    @property
    def subscription_id(self) -> str | None:
        if self.parent and self.parent.subscription_details:
            return self.parent.subscription_details.subscription
        return self.subscription


class EventObject(msgspec.Struct):
    id: str = ""


class EventData(msgspec.Struct):
    object: EventObject


class Event(msgspec.Struct):
    id: str
    type: str
    created: int
    data: EventData


class EventList(msgspec.Struct):
    data: list[Event]
    has_more: bool = False
