"""The price list as Chargebee has it: items with prices (catalog 2), plans and add-ons (1), coupons."""

from __future__ import annotations

from collections.abc import Iterable

from csmdesk.domain.money import exponent
from csmdesk.sandbox.shapes import Price, Product
from csmdesk.sandbox.stripe.prices import LISTED_AT
from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world import catalog
from csmdesk.sandbox.world.contract import Deduction

FAMILY = "platform"
_METERED = "-metered"
_DURATIONS = {"once": "one_time", "repeating": "limited_period", "forever": "forever"}
_STAMPS: Json = {
    "created_at": LISTED_AT,
    "updated_at": LISTED_AT,
    "resource_version": LISTED_AT * 1000,
    "deleted": False,
    "status": "active",
}


def item_type(price: Price) -> str:
    """Every subscription has one plan; only what is billed by use comes beside it."""
    return "addon" if price.metered else "plan"


def item_id(price: Price) -> str:
    """What is billed by use is an item of its own: the item says so, not its price."""
    return price.product_id + _METERED * price.metered


def decimal_of(price: Price) -> str:
    """A unit price in major units, as the fields `…_in_decimal` have it."""
    digits = exponent(price.currency)
    whole, _, rest = price.unit_amount_decimal.partition(".")
    whole = whole.rjust(digits + 1, "0")
    cut = len(whole) - digits
    return f"{whole[:cut]}.{whole[cut:]}{rest}".rstrip("0").rstrip(".") or "0"


def items() -> list[Json]:
    plain = [_item(product, metered=False) for product in catalog.PRODUCTS]
    return [*plain, _item(catalog.SCANPACK, metered=True)]


def _item(product: Product, *, metered: bool) -> Json:
    return {
        **_STAMPS,
        "object": "item",
        "id": product.stripe_id + _METERED * metered,
        "name": product.name + " by use" * metered,
        "external_name": product.name,
        "item_family_id": FAMILY,
        "type": "addon" if metered else "plan",
        "is_shippable": False,
        "is_giftable": False,
        "enabled_for_checkout": True,
        "enabled_in_portal": True,
        "included_in_mrr": not metered,
        "item_applicability": "all",
        "unit": product.unit,
        "metered": metered,
        "channel": "web",
        "bundle_items": [],
        "metadata": {
            "modules": ",".join(product.modules),
            "capacity_per_unit": product.capacity_per_unit,
        },
    }


def amounts(price: Price, name: str) -> Json:
    """A price as integer where it is one, and in decimals."""
    plain = {} if price.unit_amount is None else {name: price.unit_amount}
    return {**plain, f"{name}_in_decimal": decimal_of(price)}


def item_prices(prices: Iterable[Price]) -> list[Json]:
    return [
        {
            **_STAMPS,
            **amounts(price, "price"),
            "object": "item_price",
            "id": price.stripe_id,
            "name": price.stripe_id,
            "external_name": price.stripe_id,
            "item_family_id": FAMILY,
            "item_id": item_id(price),
            "item_type": item_type(price),
            "pricing_model": "per_unit",
            "period": price.interval_count,
            "period_unit": price.interval,
            "currency_code": price.currency.upper(),
            "free_quantity": 0,
            "channel": "web",
            "is_taxable": True,
            "show_description_in_invoices": False,
            "show_description_in_quotes": False,
        }
        for price in prices
    ]


def plans(prices: Iterable[Price]) -> list[Json]:
    """Catalog 1: a plan is product and price in one."""
    return [
        {
            **_STAMPS,
            **amounts(price, "price"),
            "object": "plan",
            "id": price.stripe_id,
            "name": catalog.PRODUCT_BY_ID[price.product_id].name,
            "period": price.interval_count,
            "period_unit": price.interval,
            "pricing_model": "per_unit",
            "currency_code": price.currency.upper(),
            "free_quantity": 0,
            "addon_applicability": "all",
            "meta_data": {"modules": ",".join(catalog.PRODUCT_BY_ID[price.product_id].modules)},
        }
        for price in prices
        if not price.metered
    ]


def addons(prices: Iterable[Price]) -> list[Json]:
    """Catalog 1: what is billed beside a plan."""
    return [
        {
            **_STAMPS,
            **amounts(price, "price"),
            "object": "addon",
            "id": price.stripe_id,
            "name": catalog.PRODUCT_BY_ID[price.product_id].name + " by use",
            "charge_type": "recurring",
            "period": price.interval_count,
            "period_unit": price.interval,
            "pricing_model": "per_unit",
            "currency_code": price.currency.upper(),
        }
        for price in prices
        if price.metered
    ]


def months_of(deduction: Deduction) -> int | None:
    """For how many months a deduction that ends is given."""
    if deduction.until is None:
        return None
    since, until = deduction.since, deduction.until
    return (until.year - since.year) * 12 + until.month - since.month


def coupon_id(deduction: Deduction) -> str:
    """A coupon has one length, so equal shares of different lengths are different coupons."""
    months = months_of(deduction) if deduction.duration == "repeating" else None
    return f"PCT{deduction.percent}-{deduction.duration.upper()}{f'-{months}M' if months else ''}"


def coupon_json(deduction: Deduction) -> Json:
    months = months_of(deduction) if deduction.duration == "repeating" else None
    period = {"period": months, "period_unit": "month", "duration_month": months} if months else {}
    return {
        **_STAMPS,
        **period,
        "object": "coupon",
        "id": coupon_id(deduction),
        "name": f"{deduction.percent} % off",
        "discount_type": "percentage",
        "discount_percentage": float(deduction.percent or 0),
        "duration_type": _DURATIONS[deduction.duration],
        "apply_discount_on": "not_applicable",
        "apply_on": "invoice_amount",
        "plan_constraint": "not_applicable",
        "addon_constraint": "not_applicable",
        "included_in_mrr": deduction.duration != "once",
    }


def discount_json(subscription: str, place: int, deduction: Deduction, currency: str) -> Json:
    """An amount off, given to one subscription alone."""
    months = months_of(deduction)
    period = {"period": months, "period_unit": "month"} if months else {}
    return {
        **period,
        "object": "discount",
        "id": f"{subscription}-d{place}",
        "type": "fixed_amount",
        "amount": deduction.amount,
        "currency_code": currency.upper(),
        "duration_type": _DURATIONS[deduction.duration],
        "included_in_mrr": deduction.duration != "once",
        "apply_on": "invoice_amount",
        "coupon_id": f"{subscription}-d{place}",
        "index": place,
    }
