"""Zendesk: sign-in, incremental exports by cursor and by time, lists, rate-limit headers."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

from csmdesk.sandbox.authority import Authority
from csmdesk.sandbox.limits import Window
from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.state import State
from csmdesk.sandbox.timeline import Edit, Timeline
from csmdesk.sandbox.wire import Json, Request, Response, Router
from csmdesk.sandbox.world.ids import index_of_zendesk, zendesk_id
from csmdesk.sandbox.zendesk import errors, objects

_EXPORT_PAGE = 250  # a real one holds up to 1,000; here small worlds have pages too
_LIST_MOST = 100
_MANY_MOST = 100
_LATEST = 60  # seconds that an export never shows
_LIFETIME = 1_800
_WINDOW_SECONDS, _MOST_IN_WINDOW = 60, 700

# What a deleted row looks like where it is still shown.
_GONE: dict[str, Json] = {
    "organization": {},
    "user": {"active": False},
    "ticket": {"status": "deleted"},
}

Render: TypeAlias = Callable[[Account, Any, str], Json]


class Kind:
    """One kind of object: where its rows are and how it looks."""

    def __init__(
        self, state: State, name: str, rows: Callable[[Account], Sequence[Any]], render: Render
    ) -> None:
        self.name = name
        self.plural = f"{name}s"
        self.render = render
        self.timeline = Timeline[int](state, rows, lambda row: zendesk_id(name, row.hubspot_id))

    def one(self, account: Account, row: Any, base: str) -> Json:
        """A row with what happened to it since."""
        answer = self.render(account, row, base)
        edit = self.timeline.edit_of(answer["id"])
        if edit is None:
            return answer
        stamps = {"updated_at": objects.iso(edit.at), "generated_timestamp": edit.at}
        gone = _GONE[self.name] if edit.deleted else {}
        return answer | stamps | edit.values | gone

    def live(self, rows: list[Json]) -> list[Json]:
        """Those that are not deleted."""
        edits = [self.timeline.edit_of(row["id"]) for row in rows]
        return [row for row, edit in zip(rows, edits, strict=True) if not (edit and edit.deleted)]


class Zendesk:
    """Support over HTTP; see `Vendor`."""

    def __init__(self, state: State, key: str) -> None:
        self._state = state
        self._window = Window(_MOST_IN_WINDOW, _WINDOW_SECONDS)
        self.authority = Authority(key, _LIFETIME, state.now)
        self.kinds = {
            kind.name: kind
            for kind in (
                Kind(
                    state,
                    "organization",
                    lambda account: (account.company,),
                    lambda account, _, base: objects.organization_json(account, base),
                ),
                Kind(state, "user", lambda account: account.contacts, objects.user_json),
                Kind(state, "ticket", lambda account: account.tickets, self._ticket),
            )
        }
        self._router = Router()
        add = self._router.add
        add("GET", "/oauth/authorizations/new", self.authority.authorize)
        add("POST", "/oauth/tokens", self._tokens)
        add("GET", "/api/v2/users/me", self._me)
        add("GET", "/api/v2/incremental/organizations", self._by_time)
        add("GET", "/api/v2/incremental/users/cursor", self._by_cursor("user"))
        add("GET", "/api/v2/incremental/tickets/cursor", self._by_cursor("ticket"))
        add("GET", "/api/v2/organizations", self._organizations)
        for name in self.kinds:
            add("GET", f"/api/v2/{name}s/show_many", self._many(name))

    def handle(self, request: Request) -> Response:
        path = request.path.removesuffix(".json")
        if not path.startswith("/oauth/") and not self.authority.accepts(request.bearer()):
            return self.trouble("401", None)
        response = self._router.answer(request, path)
        if response is None:
            return self.trouble("404", None)
        now = self._state.now()
        response.headers |= {
            "X-Rate-Limit": str(_MOST_IN_WINDOW),
            "X-Rate-Limit-Remaining": str(self._window.left(now)),
            "ratelimit-limit": str(_MOST_IN_WINDOW),
            "ratelimit-reset": str(_WINDOW_SECONDS - int(now) % _WINDOW_SECONDS),
        }
        return response

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        response = errors.trouble(kind)
        if kind == "429" and retry_after is not None:
            response.headers = {"Retry-After": str(int(retry_after))}
        return response

    def spoil(self, row: object) -> object:
        """Its date is none; the id stays."""
        return cast(Json, row) | {"created_at": "yesterday", "updated_at": "yesterday"}

    def edit(self, kind: str, row_id: int, edit: Edit) -> bool:
        """Something happens to a row; False when there is none."""
        timeline = self.kinds[kind].timeline
        found = timeline.find(row_id, index_of_zendesk(row_id)) is not None
        if found:
            timeline.edit(row_id, edit)
        return found

    def _ticket(self, account: Account, row: Any, base: str) -> Json:
        return objects.ticket_json(account, row, base, self._state.midnight)

    def _tokens(self, request: Request, _: dict[str, str]) -> Response:
        given = self.authority.tokens(request)
        if isinstance(given, Response):
            return given
        return Response(200, given | {"token_type": "bearer", "scope": "read"})

    def _me(self, request: Request, _: dict[str, str]) -> Response:
        created = self._state.account(0).company.created_at
        user = objects.agent_json(self._state.world.owners[0], created, _base(request))
        return Response(200, {"user": user})

    # --- exports ----------------------------------------------------------------------------

    def _by_time(self, request: Request, _: dict[str, str]) -> Response:
        """Organizations since a second; the next page begins with the last second of this one."""
        kind, start, base = self.kinds["organization"], self._start(request), _base(request)
        found = kind.timeline.since(start, until=self._newest())
        page = found[:_EXPORT_PAGE]
        while len(page) < len(found) and found[len(page)].at == page[-1].at:
            page.append(found[len(page)])
        rows = [kind.one(*kind.timeline.row(entry), base) for entry in page]
        end = page[-1].at if page else start
        answer = {
            "organizations": kind.live(rows),
            "count": len(rows),
            "end_time": end,
            "end_of_stream": len(page) == len(found),
            "next_page": f"{base}/api/v2/incremental/organizations.json?start_time={end}",
        }
        return Response(200, answer)

    def _by_cursor(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        kind = self.kinds[name]

        def answer(request: Request, _: dict[str, str]) -> Response:
            cursor, base = request.first("cursor"), _base(request)
            at, after = (self._start(request), None) if cursor is None else _place(cursor)
            found = kind.timeline.since(at, after, self._newest())
            page = found[:_EXPORT_PAGE]
            rows = [kind.one(*kind.timeline.row(entry), base) for entry in page]
            if request.first("include") != "metric_sets":
                rows = [{key: row[key] for key in row if key != "metric_set"} for row in rows]
            last = (page[-1].at, page[-1].id) if page else (at, after)
            mark = _cursor(*last)
            url = f"{base}/api/v2/incremental/{kind.plural}/cursor.json?cursor={mark}"
            body = {
                kind.plural: rows,
                "after_cursor": mark,
                "after_url": url,
                "before_cursor": None,
                "before_url": None,
                "end_of_stream": len(page) == len(found),
            }
            return Response(200, body)

        return answer

    def _start(self, request: Request) -> int:
        text = request.first("start_time") or ""
        if not text.isdigit():
            raise errors.invalid("start_time must be a time in seconds")
        if int(text) > self._newest():
            raise errors.refuse(
                400, "StartTimeTooRecent", "Use a start_time older than 60 seconds."
            )
        return int(text)

    def _newest(self) -> int:
        return int(self._state.now()) - _LATEST

    # --- lists ------------------------------------------------------------------------------

    def _organizations(self, request: Request, _: dict[str, str]) -> Response:
        kind, base = self.kinds["organization"], _base(request)
        size, after = request.first("page[size]") or "100", request.first("page[after]") or "0"
        if not size.isdigit() or not 1 <= int(size) <= _LIST_MOST or not after.isdigit():
            raise errors.invalid("page is out of range")
        start = int(after)
        end = min(start + int(size), self._state.count)
        accounts = [self._state.account(index) for index in range(start, end)]
        rows = [kind.one(account, account.company, base) for account in accounts]
        more = end < self._state.count
        following = f"{base}/api/v2/organizations.json?page[size]={size}&page[after]={end}"
        body = {
            "organizations": kind.live(rows),
            "meta": {"has_more": more, "after_cursor": str(end), "before_cursor": str(start)},
            "links": {"next": following if more else None, "prev": None},
        }
        return Response(200, body)

    def _many(self, name: str) -> Callable[[Request, dict[str, str]], Response]:
        kind = self.kinds[name]

        def answer(request: Request, _: dict[str, str]) -> Response:
            ids = [text for text in (request.first("ids") or "").split(",") if text.isdigit()]
            if not ids or len(ids) > _MANY_MOST:
                raise errors.invalid("ids must be 1 to 100 numbers")
            base = _base(request)
            rows = []
            for row_id in map(int, ids):
                found = kind.timeline.find(row_id, index_of_zendesk(row_id))
                if found is not None:
                    rows.append(kind.one(*found, base))
            live = kind.live(rows)
            return Response(200, {kind.plural: live, "count": len(live)})

        return answer


def _base(request: Request) -> str:
    return f"http://{request.header('Host')}/zendesk"


def _cursor(at: int, after: int | None) -> str:
    text = f"{at}:{'' if after is None else after}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[int, int | None]:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, after = text.partition(":")
        return int(at), int(after) if after else None
    except ValueError:
        raise errors.refuse(400, "InvalidCursor", "The cursor is invalid") from None
