"""What the vendor sells, who works there, and the words of the world."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from csmdesk.sandbox.shapes import Owner, Price, Product
from csmdesk.sandbox.world.words import FIRST_NAMES, LAST_NAMES

MODULES = ("core", "reports", "automation", "scanning", "sso")
PRODUCTS = (
    Product("prod_Starter", "Platform Starter", ("core",), "seat"),
    Product("prod_Team", "Platform Team", ("core", "reports"), "seat"),
    Product("prod_Business", "Platform Business", ("core", "reports", "scanning"), "seat"),
    Product(
        "prod_Enterprise", "Platform Enterprise", ("core", "reports", "automation", "sso"), "seat"
    ),
    Product("prod_Automation", "Automation Add-on", ("automation",), "workspace"),
    Product("prod_ScanPack", "Scan Pack", ("scanning",), "scan", 1000),
    Product("prod_Community", "Community", ("core",), "seat"),
)
STARTER, TEAM, BUSINESS, ENTERPRISE, AUTOMATION, SCANPACK, COMMUNITY = PRODUCTS

# USD minor units a month; the Scan Pack has a sub-cent price on purpose.
_MONTHLY = {
    STARTER.stripe_id: Fraction(1900),
    TEAM.stripe_id: Fraction(4900),
    BUSINESS.stripe_id: Fraction(9900),
    ENTERPRISE.stripe_id: Fraction(14900),
    AUTOMATION.stripe_id: Fraction(24000),
    SCANPACK.stripe_id: Fraction(24691, 2),
    COMMUNITY.stripe_id: Fraction(0),
}
# native minor units for one USD minor unit in the price list
_LIST_RATE = {
    "usd": Fraction(1),
    "eur": Fraction(9, 10),
    "gbp": Fraction(8, 10),
    "jpy": Fraction(3, 2),
    "kwd": Fraction(3),
}
BILLING = {1: ("month", 1), 3: ("month", 3), 12: ("year", 1), 36: ("year", 3)}
_TERM_PRICE = {1: 1, 3: 3, 12: 10, 36: 27}  # months charged for the term


def _price(product: Product, currency: str, months: int) -> Price:
    native = _MONTHLY[product.stripe_id] * _LIST_RATE[currency] * _TERM_PRICE[months]
    whole = native.denominator == 1
    decimal = str(native.numerator) if whole else f"{float(native):.1f}"
    unit, count = BILLING[months]
    name = f"price_{product.stripe_id[5:]}_{currency}_{months}"
    return Price(
        name, product.stripe_id, currency, int(native) if whole else None, decimal, unit, count
    )


_LISTED = {
    (product.stripe_id, currency, months): _price(product, currency, months)
    for product in PRODUCTS
    for currency in _LIST_RATE
    for months in BILLING
}
METERED = {
    currency: Price(
        f"price_Overage_{currency}_1",
        SCANPACK.stripe_id,
        currency,
        None,
        "2.5",
        "month",
        1,
        metered=True,
    )
    for currency in _LIST_RATE
}
PRICES = (*_LISTED.values(), *METERED.values())
PRODUCT_BY_ID = {product.stripe_id: product for product in PRODUCTS}


def price(product: Product, currency: str, months: int) -> Price:
    """The list price of a product for a term of 1, 3, 12 or 36 months."""
    return _LISTED[product.stripe_id, currency, months]


@dataclass(frozen=True, slots=True)
class Feature:
    """A PostHog event name; `weight` is its share of use, `job` has a status ok or failed."""

    name: str
    module: str
    weight: float
    key: bool = False
    job: bool = False


# In the order of the names: columns come out sorted.
FEATURES = (
    Feature("alert_acknowledged", "core", 9.0, key=True),
    Feature("api_call", "core", 14.0),
    Feature("dashboard_opened", "core", 18.0, key=True),
    Feature("export_created", "reports", 5.0, key=True),
    Feature("report_shared", "reports", 4.0),
    Feature("report_viewed", "reports", 13.0, key=True),
    Feature("rule_edited", "core", 5.0),
    Feature("scan_run", "scanning", 9.0, key=True, job=True),
    Feature("sso_login", "sso", 8.0),
    Feature("sync_run", "scanning", 6.0, job=True),
    Feature("user_provisioned", "sso", 3.0),
    Feature("webhook_sent", "automation", 5.0),
    Feature("workflow_edited", "automation", 3.0),
    Feature("workflow_run", "automation", 7.0, key=True),
)

_CSMS = (
    ("Dana", "Ruiz"),
    ("Mara", "Lindqvist"),
    ("Tom", "Okoye"),
    ("Julia", "Brandt"),
    ("Ravi", "Menon"),
    ("Elena", "Petrova"),
)


def owners(customers: int) -> tuple[Owner, ...]:
    """Six CSMs, one more per 90 customers above 540, and one who left (archived)."""
    count = max(len(_CSMS), customers // 90)
    names = [*_CSMS]
    names += [
        (FIRST_NAMES[n % 40], LAST_NAMES[(n * 7 + n // 40) % 40]) for n in range(len(_CSMS), count)
    ]
    made = [_owner(n, *name, archived=False) for n, name in enumerate(names)]
    return (*made, _owner(count, "Peter", "Vance", archived=True))


def _owner(number: int, first: str, last: str, *, archived: bool) -> Owner:
    mail = f"{first}.{last}{number if number >= len(_CSMS) else ''}@vendor.example".lower()
    return Owner(
        str(71_000_000 + number * 37), 5_100_000 + number * 13, first, last, mail, archived
    )
