"""Products, prices with their plans, coupons and discounts as Stripe objects."""

from __future__ import annotations

from datetime import UTC, datetime

from csmdesk.sandbox.shapes import Discount, Price, Product
from csmdesk.sandbox.wire import Json

# The price list is older than every customer.
LISTED_AT = int(datetime(2022, 1, 3, 9, tzinfo=UTC).timestamp())


def product_json(product: Product, legacy: bool) -> Json:
    return {
        "id": product.stripe_id,
        "object": "product",
        "active": True,
        "created": LISTED_AT,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "metadata": {
            "modules": ",".join(product.modules),
            "unit": product.unit,
            "capacity_per_unit": str(product.capacity_per_unit),
        },
        "name": product.name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": product.unit,
        "updated": LISTED_AT,
        "url": None,
        **({"features": []} if legacy else {"marketing_features": []}),
    }


def price_json(price: Price, product: Json | None = None) -> Json:
    """`product` is the expanded object, else its id goes out."""
    return {
        "id": price.stripe_id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": LISTED_AT,
        "currency": price.currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product or price.product_id,
        "recurring": {
            "interval": price.interval,
            "interval_count": price.interval_count,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "metered" if price.metered else "licensed",
        },
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring",
        "unit_amount": price.unit_amount,
        "unit_amount_decimal": price.unit_amount_decimal,
    }


def plan_json(price: Price) -> Json:
    """The price once more, as the object Stripe had before prices."""
    return {
        "id": price.stripe_id,
        "object": "plan",
        "active": True,
        "amount": price.unit_amount,
        "amount_decimal": price.unit_amount_decimal,
        "billing_scheme": "per_unit",
        "created": LISTED_AT,
        "currency": price.currency,
        "interval": price.interval,
        "interval_count": price.interval_count,
        "livemode": False,
        "metadata": {},
        "meter": None,
        "nickname": None,
        "product": price.product_id,
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "metered" if price.metered else "licensed",
    }


def coupon_json(discount: Discount) -> Json:
    """The coupon a discount was made from; a repeating one shows its months."""
    months = None
    if discount.duration == "repeating" and discount.end is not None:
        months = max(round((discount.end - discount.start) / (30.4375 * 86400)), 1)
    return {
        "id": discount.coupon_id,
        "object": "coupon",
        "amount_off": discount.amount_off,
        "created": LISTED_AT,
        "currency": discount.currency,
        "duration": discount.duration,
        "duration_in_months": months,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "name": discount.coupon_id,
        "percent_off": discount.percent_off,
        "redeem_by": None,
        "times_redeemed": 1,
        "valid": True,
    }


def discount_json(discount: Discount, customer: str, subscription: str, legacy: bool) -> Json:
    """The coupon is always the whole object, as with `expand[]=…discounts.source.coupon`."""
    coupon = coupon_json(discount)
    return {
        "id": discount.stripe_id,
        "object": "discount",
        "checkout_session": None,
        "customer": customer,
        "end": discount.end,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None,
        "start": discount.start,
        "subscription": subscription,
        **({"coupon": coupon} if legacy else {"source": {"type": "coupon", "coupon": coupon}}),
    }
