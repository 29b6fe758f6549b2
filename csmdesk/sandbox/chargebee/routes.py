"""Chargebee: key, lists of what customers have, the price list, single objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from csmdesk.sandbox.chargebee import catalogue, errors, lists
from csmdesk.sandbox.chargebee.lists import KINDS, Index
from csmdesk.sandbox.state import State
from csmdesk.sandbox.wire import Json, Request, Response, Router

_API = "/api/v2"
_LISTED = frozenset({"limit", "offset", "sort_by[asc]", "updated_at[after]", "include_deleted"})


class Chargebee:
    """Billing over HTTP; see `Vendor`. `catalog` is the site's product catalog, 1 or 2."""

    def __init__(self, state: State, key: str, catalog: int = 2) -> None:
        self._state = state
        self._key = key
        self._catalog = catalog
        self.index = Index(state, catalog)
        self._router = Router()
        self._router.add("GET", f"{_API}/configurations", lambda _, __: self._configurations())
        for name in KINDS:
            self._router.add("GET", f"{_API}/{name}", self._list(name))
            self._router.add("GET", f"{_API}/{name}/{{id}}", self._one(name))
        listed = ("plans", "addons") if catalog == 1 else ("items", "item_prices")
        for name in (*listed, "coupons"):
            self._router.add("GET", f"{_API}/{name}", self._listed(name))
            self._router.add("GET", f"{_API}/{name}/{{id}}", self._listed_one(name))

    def handle(self, request: Request) -> Response:
        if request.user() != self._key:
            return self.trouble("401", None)
        return self._router.answer(request) or self.trouble("404", None)

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        return errors.trouble(kind, retry_after)

    def spoil(self, row: object) -> object:
        """Its object's instants are no numbers; the id stays."""
        wrapped = cast(Json, row)
        name = next(iter(wrapped))
        body = wrapped[name] | {"created_at": "yesterday", "date": "yesterday"}
        return wrapped | {name: body}

    def _configurations(self) -> Response:
        version = f"v{self._catalog}"
        schema = "items" if self._catalog == 2 else "plans_addons"
        row = {
            "domain": "sandbox-test",
            "product_catalog_version": version,
            "chargebee_response_schema_type": schema,
        }
        return Response(200, {"configurations": [row]})

    def _list(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        def answer(request: Request, _: dict[str, str]) -> Response:
            rows, offset = lists.page(self.index, name, request)
            return _page([self._wrapped(name, row) for row in rows], offset)

        return answer

    def _wrapped(self, name: str, row: Json) -> Json:
        """A list's row: the object, and beside a subscription its customer."""
        found: Json = {KINDS[name].name: row}
        if name == "subscriptions":
            index = self._state.world.index_of_stripe(row["id"])
            assert index is not None
            found["customer"] = self.index.body("customers", index, row["customer_id"])
        return found

    def _one(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        def answer(_: Request, parts: dict[str, str]) -> Response:
            for _stamp, object_id, account in self.index.keys(name):
                if object_id == parts["id"]:
                    row = self.index.body(name, account, object_id)
                    return Response(200, self._wrapped(name, row))
            raise errors.missing(KINDS[name].name, parts["id"])

        return answer

    def _listed(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        """A short list that is there as a whole; the offset is the number of rows before."""

        def answer(request: Request, _: dict[str, str]) -> Response:
            unknown = sorted(request.query.keys() - _LISTED)
            if unknown:
                raise errors.refuse(f"{unknown[0]} : the parameter is not known", unknown[0])
            after = int(request.first("updated_at[after]") or 0)
            rows = [row for row in self._rows(name) if row["updated_at"] > after]
            start = int((request.first("offset") or '["0"]').strip('["]'))
            end = start + lists.limit_of(request)
            offset = f'["{end}"]' if end < len(rows) else None
            return _page([{name[:-1]: row} for row in rows[start:end]], offset)

        return answer

    def _rows(self, name: str) -> list[Json]:
        prices = self._state.world.prices
        if name == "items":
            return catalogue.items()
        if name == "item_prices":
            return catalogue.item_prices(prices)
        if name == "coupons":
            return self._coupons()
        return catalogue.plans(prices) if name == "plans" else catalogue.addons(prices)

    def _coupons(self) -> list[Json]:
        """Every coupon in use."""
        found = {
            catalogue.coupon_id(deduction): deduction
            for index in range(self._state.count)
            for contract in self._state.world.contracts(index)
            for deduction in contract.deductions
            if deduction.percent is not None
        }
        return [catalogue.coupon_json(found[name]) for name in sorted(found)]

    def _listed_one(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        def answer(_: Request, parts: dict[str, str]) -> Response:
            for row in self._rows(name):
                if row["id"] == parts["id"]:
                    return Response(200, {name[:-1]: row})
            raise errors.missing(name[:-1], parts["id"])

        return answer


def _page(rows: list[Json], offset: str | None) -> Response:
    return Response(200, {"list": rows} | ({"next_offset": offset} if offset else {}))
