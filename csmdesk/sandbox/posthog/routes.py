"""PostHog: key, the query endpoint with its limits, and who the key belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import msgspec

from csmdesk.sandbox.posthog import hogql, rows
from csmdesk.sandbox.posthog.hogql import Query
from csmdesk.sandbox.state import State
from csmdesk.sandbox.wire import Json, Request, Response, Router

PROJECT_ID = "1"
_ERRORS = {
    "401": ("authentication_error", "authentication_failed", "Invalid personal API key."),
    "403": (
        "authentication_error",
        "permission_denied",
        "API key missing required scope 'query:read'",
    ),
    "404": ("invalid_request", "not_found", "Not found."),
    "429": ("throttled_error", "throttled", "Request was throttled."),
    "500": ("server_error", "error", "A server error occurred."),
}


class PostHog:
    """Product usage over HTTP; see `Vendor`."""

    def __init__(self, state: State, key: str) -> None:
        self._state = state
        self._key = key
        self._router = Router()
        self._router.add("GET", "/api/users/@me/", lambda _, __: Response(200, _ME))
        self._router.add("POST", "/api/projects/{project}/query/", self._query)
        self._router.add(
            "GET", "/api/projects/{project}/query/{id}/", lambda _, __: self.trouble("404", None)
        )

    def handle(self, request: Request) -> Response:
        if request.bearer() != self._key:
            return self.trouble("401", None)
        return self._router.answer(request) or self.trouble("404", None)

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        if kind == "expired_cursor":
            return _illegal("The cursor of this query has expired")
        kind_name, code, detail = _ERRORS[kind]
        body = {"type": kind_name, "code": code, "detail": detail, "attr": None}
        headers = {}
        if kind == "429" and retry_after is not None:
            headers["Retry-After"] = f"{retry_after:g}"
        return Response(int(kind), body, headers)

    def spoil(self, row: object) -> object:
        """Its second column, a day or an account, is a number in a list."""
        cells = list(cast(list[object], row))
        return [cells[0], [0], *cells[2:]]

    def _query(self, request: Request, parts: dict[str, str]) -> Response:
        if parts["project"] != PROJECT_ID:
            return self.trouble("404", None)
        asked = (request.json_object() or {}).get("query")
        if not isinstance(asked, dict) or asked.get("kind") != "HogQLQuery":
            return _illegal("query.kind must be HogQLQuery")
        text = asked.get("query")
        query = hogql.parse(text) if isinstance(text, str) else None
        if query is None:
            return _illegal("This sandbox does not know the query")
        return Response(200, chunks=self._stream(query))

    def _stream(self, query: Query) -> Iterator[bytes]:
        """The answer as JSON, account by account; what follows the rows is known at the end."""
        columns = hogql.COLUMNS[query.name]
        head: Json = {
            "columns": columns,
            "types": [[name, hogql.TYPES[name]] for name in columns],
            "limit": query.limit,
            "offset": 0,
            "is_cached": False,
            "error": None,
        }
        yield msgspec.json.encode(head)[:-1] + b',"results":['
        sent = 0
        for block in rows.blocks(self._state, query):
            fitting = block[: query.limit - sent]
            if fitting:
                yield (b"," if sent else b"") + msgspec.json.encode(fitting)[1:-1]
            sent += len(block)
        yield b'],"hasMore":' + (b"true" if sent > query.limit else b"false") + b"}"


def _illegal(detail: str) -> Response:
    body = {"type": "validation_error", "code": "illegal_hogql", "detail": detail, "attr": None}
    return Response(400, body)


_ME: Json = {
    "uuid": "0191f3a0-0000-7000-8000-000000000001",
    "first_name": "Sandbox",
    "email": "usage@vendor.example",
    "team": {"id": int(PROJECT_ID), "name": "Production", "timezone": "UTC"},
    "organization": {"name": "CSMDesk sandbox"},
}
