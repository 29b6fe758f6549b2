"""Stripe: key, version, lists and single objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from threading import Lock
from typing import Any, cast

from csmdesk.sandbox.shapes import Discount
from csmdesk.sandbox.state import State
from csmdesk.sandbox.stripe import errors, filters, lists, objects, prices
from csmdesk.sandbox.stripe.lists import SOURCES, Row
from csmdesk.sandbox.stripe.objects import Shape
from csmdesk.sandbox.wire import Json, Request, Response, Router

BASIL = "2025-03-31"  # the version that moved the periods to the items
EVENT_DAYS = 30
_DEEPEST = 4  # levels of an expansion
# The accounts looked at for coupons in use: a vendor has few, so all turn up early.
_COUPON_SCAN = 300
ACCOUNT_ID = "acct_1QsandboxCSMDesk"

_PAGING = frozenset({"limit", "starting_after", "ending_before", "expand[]"})
# What may be asked for besides paging, and what may be expanded, list by list.
_FILTERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "customers": (frozenset({"created", "email", "test_clock"}), frozenset({"subscriptions"})),
    "subscriptions": (
        frozenset(
            {"created", "customer", "status", "price", "collection_method"}
            | {"current_period_start", "current_period_end"}
        ),
        frozenset(
            {"discounts", "discounts.source.coupon", "customer", "latest_invoice"}
            | {"items.data.price", "items.data.price.product", "items.data.discounts"}
        ),
    ),
    "invoices": (
        frozenset({"created", "customer", "status", "subscription", "collection_method"})
        | {"due_date"},
        frozenset({"customer", "discounts", "lines.data.discounts"}),
    ),
    "events": (frozenset({"created", "type", "types[]"}), frozenset()),
    "products": (frozenset({"active", "created", "ids[]"}), frozenset()),
    "prices": (
        frozenset({"active", "created", "currency", "product", "type"}),
        frozenset({"product"}),
    ),
    "coupons": (frozenset({"created"}), frozenset()),
    "subscription_items": (
        frozenset({"subscription"}),
        frozenset({"price.product", "discounts"}),
    ),
    "lines": (frozenset(), frozenset({"discounts"})),
}
_NOT_PERMITTED = (
    ["charges", "credit_notes", "disputes", "invoice_payments", "payment_intents", "refunds"]
    + [f"{name}/search" for name in ("charges", "customers", "invoices", "payment_intents")]
    + [f"{name}/search" for name in ("prices", "products", "subscriptions")]
)


class Stripe:
    """Billing over HTTP; see `Vendor`."""

    def __init__(self, state: State, key: str) -> None:
        self._state = state
        self._key = key
        self._lock = Lock()
        self._coupons_of: object = None
        self._known_coupons: dict[str, Discount] = {}
        self._router = Router()
        refused = self.trouble("403", None)
        for name in _NOT_PERMITTED:
            self._router.add("GET", f"/v1/{name}", lambda _, __: refused)
        self._router.add("POST", "/v1/customers/{id}", lambda _, __: refused)
        self._router.add("GET", "/v1/account", lambda _, __: Response(200, _ACCOUNT))
        for name in SOURCES:
            self._router.add("GET", f"/v1/{name}", self._list(name))
            self._router.add("GET", f"/v1/{name}/{{id}}", self._one(name))
        self._router.add("GET", "/v1/invoices/{id}/lines", self._lines)
        self._router.add("GET", "/v1/subscription_items", self._items)
        self._router.add("GET", "/v1/subscription_items/{id}", self._item)
        for name in ("products", "prices", "coupons"):
            self._router.add("GET", f"/v1/{name}", self._catalogue(name))
            self._router.add("GET", f"/v1/{name}/{{id}}", self._catalogued(name))

    def handle(self, request: Request) -> Response:
        if self._key not in (request.bearer(), request.user()):
            return self.trouble("401", None)
        response = self._router.answer(request)
        if response is None:
            return self.trouble("404", None)
        version = request.header("Stripe-Version") or objects.VERSION
        response.headers |= {"Stripe-Version": version, "Request-Id": "req_1Qsandbox"}
        return response

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        return errors.trouble(kind, retry_after)

    def spoil(self, row: object) -> object:
        """Its instant of creation is no number; the id stays."""
        return cast(Json, row) | {"created": "yesterday"}

    # -- lists of what customers have

    def _list(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        source = SOURCES[name]

        def answer(request: Request, _: dict[str, str]) -> Response:
            shape = self._shape(request, name, "data.")
            keep = self._filter(name, request)
            rows, more = lists.page(self._state, source, request, keep, self._among(request))
            return _page(f"/v1/{name}", [self._json(name, row, shape) for row in rows], more)

        return answer

    def _one(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        source = SOURCES[name]

        def answer(request: Request, parts: dict[str, str]) -> Response:
            shape = self._shape(request, name, "")
            found = lists.find(self._state, source, parts["id"])
            if found is not None:
                return Response(200, self._json(name, found, shape))
            if name == "customers" and self._was_deleted(parts["id"]):
                return Response(200, {"id": parts["id"], "object": "customer", "deleted": True})
            raise errors.missing(source.name, parts["id"])

        return answer

    def _was_deleted(self, object_id: str) -> bool:
        index = self._state.world.index_of_stripe(object_id)
        if index is None:
            return False
        return any(
            event.type == "customer.deleted" and event.object_id == object_id
            for _, event in lists.rows_of(self._state, SOURCES["events"], index)
        )

    def _among(self, request: Request) -> Sequence[int] | None:
        """The account a filter by customer or subscription names, None for all; 400 if unknown."""
        indices = set()
        for name in ("customer", "subscription"):
            value = request.first(name)
            if value is None:
                continue
            index = self._state.world.index_of_stripe(value)
            if index is None:
                raise errors.missing(name, value, name, 400)
            indices.add(index)
        if not indices:
            return None
        return list(indices) if len(indices) == 1 else []

    def _filter(self, name: str, request: Request) -> Callable[[Row], bool]:
        created = lists.bounds(request, "created")
        if name == "subscriptions":
            return filters.subscription_filter(request, created)
        if name == "invoices":
            return filters.invoice_filter(request, created)
        if name == "events":
            return self._event_filter(request, created)
        email = request.first("email")
        return lambda row: created(row[1].created_at) and email in (None, row[1].email)

    def _event_filter(
        self, request: Request, created: Callable[[int | None], bool]
    ) -> Callable[[Row], bool]:
        types = set(request.query.get("types[]", [])) | set(request.query.get("type", []))
        oldest = self._state.midnight - EVENT_DAYS * 86400
        return lambda row: (
            row[1].at >= oldest
            and created(row[1].at)
            and (not types or any(filters.type_matches(row[1].type, wanted) for wanted in types))
        )

    def _json(self, name: str, row: Row, shape: Shape) -> Json:
        owner, found = row
        if name == "customers":
            return objects.customer_json(owner, shape)
        if name == "subscriptions":
            return objects.subscription_json(owner, found, shape)
        if name == "invoices":
            return objects.invoice_json(owner, found, shape)
        return objects.event_json(found, self._current(found.object_kind, found.object_id))

    def _current(self, kind: str, object_id: str) -> Json:
        """The object of an event as it is now, or only its id when it is gone."""
        shape = Shape(products=self._products())
        if kind in {"product", "price"}:
            rows = self._catalogue_rows(f"{kind}s", shape)
            return next((row for row in rows if row["id"] == object_id), {"id": object_id})
        source = SOURCES.get(f"{kind}s")
        found = lists.find(self._state, source, object_id) if source else None
        if found is None:
            return {"id": object_id, "object": kind}
        return self._json(f"{kind}s", found, shape)

    # -- parts of a subscription or an invoice

    def _lines(self, request: Request, parts: dict[str, str]) -> Response:
        shape = self._shape(request, "lines", "data.")
        found = lists.find(self._state, SOURCES["invoices"], parts["id"])
        if found is None:
            raise errors.missing("invoice", parts["id"])
        rows = [objects.line_json(found[1], line, shape.legacy) for line in found[1].lines]
        chosen, more = lists.simple_page(request, "line_item", rows)
        return _page(f"/v1/invoices/{parts['id']}/lines", chosen, more)

    def _items(self, request: Request, _: dict[str, str]) -> Response:
        shape = self._shape(request, "subscription_items", "data.")
        wanted = request.first("subscription")
        if wanted is None:
            raise errors.refuse(
                "Missing required param: subscription.", "parameter_missing", "subscription"
            )
        found = lists.find(self._state, SOURCES["subscriptions"], wanted)
        if found is None:
            raise errors.missing("subscription", wanted, "subscription", 400)
        rows = [objects.item_json(found[1], item, shape) for item in found[1].items]
        return _page("/v1/subscription_items", *lists.simple_page(request, "item", rows))

    def _item(self, request: Request, parts: dict[str, str]) -> Response:
        shape = self._shape(request, "subscription_items", "")
        index = self._state.world.index_of_stripe(parts["id"])
        if index is not None:
            for _, row in lists.rows_of(self._state, SOURCES["subscriptions"], index):
                for item in row.items:
                    if item.stripe_id == parts["id"]:
                        return Response(200, objects.item_json(row, item, shape))
        raise errors.missing("subscription_item", parts["id"])

    # -- the price list

    def _products(self) -> dict[str, Any]:
        return {product.stripe_id: product for product in self._state.world.products}

    def _catalogue_rows(self, name: str, shape: Shape) -> list[Json]:
        if name == "products":
            return [prices.product_json(p, shape.legacy) for p in shape.products.values()]
        if name == "coupons":
            return [prices.coupon_json(coupon) for coupon in self._coupons()]
        expanded = "product" in shape.expand
        return [
            prices.price_json(
                price,
                prices.product_json(shape.products[price.product_id], shape.legacy)
                if expanded
                else None,
            )
            for price in self._state.world.prices
        ]

    def _coupons(self) -> list[Discount]:
        """A discount of every coupon in use; equal discounts share their coupon."""
        with self._lock:
            if self._coupons_of is not self._state.world:
                self._coupons_of = self._state.world
                self._known_coupons = {
                    discount.coupon_id: discount
                    for account in islice(self._state.accounts(), _COUPON_SCAN)
                    for owner in account.billing
                    for subscription in owner.subscriptions
                    for discount in subscription.discounts
                }
            return [found for _, found in sorted(self._known_coupons.items())]

    def _catalogue(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        def answer(request: Request, _: dict[str, str]) -> Response:
            shape = self._shape(request, name, "data.")
            created = lists.bounds(request, "created")
            ids = request.query.get("ids[]")
            rows = [
                row
                for row in self._catalogue_rows(name, shape)
                if created(row["created"])
                and (ids is None or row["id"] in ids)
                and filters.plain_filters(request, row)
            ]
            return _page(f"/v1/{name}", *lists.simple_page(request, name[:-1], rows))

        return answer

    def _catalogued(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        def answer(request: Request, parts: dict[str, str]) -> Response:
            for row in self._catalogue_rows(name, self._shape(request, name, "")):
                if row["id"] == parts["id"]:
                    return Response(200, row)
            raise errors.missing(name[:-1], parts["id"])

        return answer

    def _shape(self, request: Request, name: str, prefix: str) -> Shape:
        """What the caller pinned and expands; refuses parameters Stripe does not know."""
        known, expandable = _FILTERS[name]
        for parameter in request.query:
            plain = parameter.split("[")[0]
            if parameter not in _PAGING | known and (plain == "expand" or plain not in known):
                raise errors.refuse(
                    f"Received unknown parameter: {parameter}", "parameter_unknown", parameter
                )
        expand = set()
        for path in request.query.get("expand[]", []):
            inner = path.removeprefix(prefix)
            if path.count(".") >= _DEEPEST:
                raise errors.refuse("You cannot expand more than 4 levels of a property")
            if not path.startswith(prefix) or inner not in expandable:
                raise errors.refuse(f"This property cannot be expanded ({path}).")
            expand.add(inner)
        version = request.header("Stripe-Version") or objects.VERSION
        return Shape(version < BASIL, frozenset(expand), self._products())


_ACCOUNT: Json = {
    "id": ACCOUNT_ID,
    "object": "account",
    "business_type": "company",
    "charges_enabled": True,
    "country": "US",
    "created": prices.LISTED_AT,
    "default_currency": "usd",
    "details_submitted": True,
    "email": "billing@vendor.example",
    "payouts_enabled": True,
    "settings": {"dashboard": {"display_name": "CSMDesk sandbox", "timezone": "Etc/UTC"}},
    "type": "standard",
}


def _page(url: str, rows: list[Json], more: bool) -> Response:
    return Response(200, {"object": "list", "url": url, "has_more": more, "data": rows})
