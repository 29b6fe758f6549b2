"""Intercom: key, lists, scroll and searches, rate-limit headers."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import islice
from threading import Lock
from typing import Any, TypeAlias, cast

import msgspec

from csmdesk.sandbox.intercom import errors, objects
from csmdesk.sandbox.intercom.attributes import Attributes
from csmdesk.sandbox.intercom.search import Test, test_of
from csmdesk.sandbox.limits import Window
from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.state import State
from csmdesk.sandbox.wire import Json, Request, Response, Router

LIST_CAP = 10_000
_COMPANIES_DEFAULT, _COMPANIES_MOST = 15, 60
_SCROLL_PAGE, _SCROLL_SECONDS = 100, 60.0
_SEARCH_DEFAULT, _SEARCH_MOST = 20, 150
_WINDOW_SECONDS, _MOST_IN_WINDOW = 10, 1666  # 10,000 a minute, dealt out in windows

# `starting_after` of a search: the account's index times this, plus the position in it.
_STRIDE = 1_000_000
# A search looks at this many accounts a page; only worlds up to it are counted.
_SCAN = 1_000
_COUNTS_KEPT = 64

Rows: TypeAlias = Callable[[Account], list[Json]]


def _contacts(account: Account) -> list[Json]:
    return [objects.contact_json(account, contact) for contact in account.contacts]


def _conversations(account: Account) -> list[Json]:
    return [objects.conversation_json(account, row) for row in account.conversations]


class Intercom:
    """Support over HTTP; see `Vendor`."""

    def __init__(self, state: State, key: str) -> None:
        self._state = state
        self._key = key
        self._window = Window(_MOST_IN_WINDOW, _WINDOW_SECONDS)
        self._lock = Lock()
        self._scroll: tuple[str, int, float] | None = None  # parameter, next account, last used
        self._counted: OrderedDict[bytes, tuple[object, int]] = OrderedDict()
        self._attributes = Attributes()
        self._router = Router()
        add = self._router.add
        add("GET", "/me", lambda _, __: self._me())
        add("GET", "/admins", lambda _, __: self._admins())
        add("GET", "/admins/{id}", self._admin)
        add("POST", "/companies/list", self._company_list)
        add("GET", "/companies/scroll", self._company_scroll)
        add("GET", "/companies", self._company_list)
        add("GET", "/companies/{id}", self._company)
        add("GET", "/companies/{id}/contacts", self._company_contacts)
        add("GET", "/contacts/{id}", self._contact)
        add("POST", "/contacts/search", self._search("data", "list", _contacts))
        add(
            "POST",
            "/conversations/search",
            self._search("conversations", "conversation.list", _conversations),
        )
        add("POST", "/tickets/search", self._tickets)
        add("GET", "/data_attributes", self._attributes.list_page)
        add("POST", "/data_attributes", self._attributes.create)
        add("GET", "/segments", lambda _, __: Response(200, _NO_SEGMENTS))

    def handle(self, request: Request) -> Response:
        if request.bearer() != self._key:
            return self.trouble("401", None)
        response = self._router.answer(request)
        if response is None:
            return self.trouble("404", None)
        now = self._state.now()
        response.headers |= {
            "X-RateLimit-Limit": str(_MOST_IN_WINDOW),
            "X-RateLimit-Remaining": str(self._window.left(now)),
            "X-RateLimit-Reset": str((int(now) // _WINDOW_SECONDS + 1) * _WINDOW_SECONDS),
            "Intercom-Version": request.header("Intercom-Version") or "2.16",
        }
        return response

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        """A 429 has no Retry-After: `X-RateLimit-Reset` says when, on the clock of `Date`."""
        response = errors.trouble(kind)
        if kind == "429":
            response.headers = {
                "X-RateLimit-Limit": str(_MOST_IN_WINDOW),
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": str(int(self._state.now() + (retry_after or 0) + 0.999)),
            }
        return response

    def spoil(self, row: object) -> object:
        """Its instants are no numbers; the id stays."""
        return cast(Json, row) | {"created_at": "yesterday", "updated_at": "yesterday"}

    def _me(self) -> Response:
        owner = self._state.world.owners[0]
        app = {
            "type": "app",
            "id_code": objects.APP_ID,
            "name": "CSMDesk sandbox",
            "created_at": self._state.account(0).company.created_at,
            "secure": True,
            "identity_verification": True,
            "timezone": "Etc/UTC",
            "region": "US",
        }
        me = objects.admin_json(owner) | {"email_verified": True, "app": app}
        return Response(200, me)

    def _admins(self) -> Response:
        rows = [objects.admin_json(o) for o in self._state.world.owners if not o.archived]
        return Response(200, {"type": "admin.list", "admins": rows})

    def _admin(self, _: Request, parts: dict[str, str]) -> Response:
        for owner in self._state.world.owners:
            if str(owner.user_id) == parts["id"]:
                return Response(200, objects.admin_json(owner))
        raise errors.refuse(404, "admin_not_found", "Admin not found")

    def _company_list(self, request: Request, _: dict[str, str]) -> Response:
        """`POST /companies/list`: by page, 10,000 companies at most."""
        key = request.first("company_id")
        if key is not None:
            return self._company_by_key(key)
        number = _integer(request, "page", 1)
        size = _integer(request, "per_page", _COMPANIES_DEFAULT)
        if not 1 <= size <= _COMPANIES_MOST or number < 1:
            raise errors.refuse(400, "parameter_invalid", "page or per_page is out of range")
        if number * size > LIST_CAP:
            raise errors.refuse(
                400, "page_limit_reached", "page limit reached, please use scroll API"
            )
        count, start = self._state.count, (number - 1) * size
        indices = range(count) if request.first("order") == "asc" else range(count - 1, -1, -1)
        rows = [objects.company_json(self._state.account(i)) for i in indices[start : start + size]]
        return Response(200, _envelope("list", "data", rows, count, None, number, size))

    def _company_by_key(self, key: str) -> Response:
        index = self._state.world.index_of_account_key(key)
        if index is None:
            raise errors.refuse(404, "company_not_found", "Company Not Found")
        return Response(200, objects.company_json(self._state.account(index)))

    def _company_scroll(self, request: Request, _: dict[str, str]) -> Response:
        """One open scroll, dead after a minute unused, ended by an empty page."""
        asked, now = request.first("scroll_param"), self._state.now()
        with self._lock:
            opened = self._scroll
            alive = opened is not None and now - opened[2] <= _SCROLL_SECONDS
            if asked is None and alive:
                raise errors.refuse(
                    400, "scroll_exists", "scroll already exists for this workspace"
                )
            if asked is not None and (opened is None or not alive or asked != opened[0]):
                raise errors.refuse(404, "not_found", "scroll parameter not found")
            parameter, start = (secrets.token_hex(16), 0) if asked is None else opened[:2]  # type: ignore[index]
            end = min(start + _SCROLL_PAGE, self._state.count)
            self._scroll = (parameter, end, now) if start < end else None
        rows = [objects.company_json(self._state.account(index)) for index in range(start, end)]
        answer: Json = {"type": "list", "data": rows, "scroll_param": parameter}
        return Response(200, answer | {"total_count": self._state.count})

    def _company(self, _: Request, parts: dict[str, str]) -> Response:
        return Response(200, objects.company_json(self._account(parts["id"])))

    def _company_contacts(self, _: Request, parts: dict[str, str]) -> Response:
        rows = _contacts(self._account(parts["id"]))
        return Response(200, _envelope("list", "data", rows, len(rows), None, 1, max(len(rows), 1)))

    def _account(self, object_id: str) -> Account:
        index = self._state.world.index_of_intercom(object_id)
        if index is None or self._state.world.intercom_company_id(index) != object_id:
            raise errors.refuse(404, "company_not_found", "Company Not Found")
        return self._state.account(index)

    def _contact(self, _: Request, parts: dict[str, str]) -> Response:
        index = self._state.world.index_of_intercom(parts["id"])
        rows = [] if index is None else _contacts(self._state.account(index))
        for row in rows:
            if row["id"] == parts["id"]:
                return Response(200, row)
        raise errors.refuse(404, "not_found", "User Not Found")

    def _search(
        self, key: str, kind: str, rows: Rows
    ) -> Callable[[Request, dict[str, str]], Response]:
        def answer(request: Request, _: dict[str, str]) -> Response:
            body = request.json_object() or {}
            test = test_of(body.get("query"))
            paging = body.get("pagination") or {}
            size, cursor = paging.get("per_page", _SEARCH_DEFAULT), paging.get("starting_after")
            if not isinstance(size, int) or not 1 <= size <= _SEARCH_MOST:
                raise errors.refuse(400, "parameter_invalid", "per_page must be from 1 to 150")
            if cursor is not None and not str(cursor).isdigit():
                raise errors.refuse(400, "parameter_invalid", "starting_after is invalid")
            found, following = self._page(rows, test, int(cursor or 0), size)
            total = self._count(kind, body, rows, test)
            return Response(200, _envelope(kind, key, found, total, following, None, size))

        return answer

    def _tickets(self, request: Request, _: dict[str, str]) -> Response:
        """The vendor's tickets are in the CRM: none here, whatever is asked."""
        test_of((request.json_object() or {}).get("query"))
        return Response(200, _envelope("ticket.list", "tickets", [], 0, None, 1, _SEARCH_DEFAULT))

    def _page(
        self, rows: Rows, test: Test, cursor: int, size: int
    ) -> tuple[list[Json], str | None]:
        """Rows from the cursor on, and the cursor of the next page."""
        first, skipped = divmod(cursor, _STRIDE)
        found: list[Json] = []
        for account in islice(self._state.accounts(first), _SCAN):
            for position, row in enumerate(rows(account)):
                if (account.index == first and position < skipped) or not test(row):
                    continue
                if len(found) == size:
                    return found, str(account.index * _STRIDE + position)
                found.append(row)
        last = first + _SCAN
        return found, str(last * _STRIDE) if last < self._state.count else None

    def _count(self, kind: str, body: Json, rows: Rows, test: Test) -> int | None:
        """How many rows a query finds, remembered for its next pages."""
        world = self._state.world
        if world.count > _SCAN:
            return None
        key = msgspec.json.encode([kind, body.get("query")])
        with self._lock:
            known = self._counted.get(key)
        if known is not None and known[0] is world:
            return known[1]
        count = sum(1 for row in self._every(rows) if test(row))
        with self._lock:
            self._counted[key] = (world, count)
            if len(self._counted) > _COUNTS_KEPT:
                self._counted.popitem(last=False)
        return count

    def _every(self, rows: Rows) -> Iterator[Json]:
        for account in self._state.accounts():
            yield from rows(account)


_NO_SEGMENTS: Json = {"type": "segment.list", "segments": []}


def _integer(request: Request, name: str, default: int) -> int:
    text = request.first(name)
    if text is None:
        return default
    if not text.isdigit():
        raise errors.refuse(400, "parameter_invalid", f"{name} must be an integer")
    return int(text)


def _envelope(
    kind: str,
    key: str,
    rows: list[Json],
    total: int | None,
    following: str | None,
    number: int | None,
    size: int,
) -> Json:
    """A page; without a total (a world too large to count) it has no page count either."""
    pages: dict[str, Any] = {"type": "pages", "per_page": size}
    if following is not None:
        pages["next"] = {"per_page": size, "starting_after": following}
    if number is not None:
        pages["page"] = number
    if total is not None:
        pages["total_pages"] = -(-total // size)
    answer: Json = {"type": kind, key: rows, "pages": pages}
    return answer if total is None else answer | {"total_count": total}
