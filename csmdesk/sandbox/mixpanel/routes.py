"""Mixpanel: service account, project, the two APIs under one address."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import cast

from csmdesk.sandbox.mixpanel import events
from csmdesk.sandbox.state import State
from csmdesk.sandbox.wire import Json, RefusedError, Request, Response, Router
from csmdesk.sandbox.world import catalog

PROJECT_ID = "1"
KEPT_DAYS = 280
_QUERY, _EXPORT = "/api/query", "/api/2.0"
_ON = f'properties["{events.ACCOUNT}"]'
_FAILED = 'properties["status"] == "failed"'
_MOST_VALUES = 10_000
_ERRORS = {
    "401": "Invalid service account credentials",
    "403": "The service account has no access to this project",
    "404": "Not found",
    "429": "Query rate limit exceeded: 60 queries an hour",
    "500": "Internal error",
}
_KNOWN = {
    "segmentation": {"project_id", "event", "from_date", "to_date", "on", "where", "unit"}
    | {"type", "limit"},
    "names": {"project_id", "type", "limit"},
    "export": {"project_id", "from_date", "to_date", "event", "where", "time_in_ms"},
}


class Mixpanel:
    """Product usage over HTTP; see `Vendor`."""

    def __init__(self, state: State, key: str) -> None:
        self._state = state
        self._key = key
        self._router = Router()
        self._router.add("GET", f"{_QUERY}/segmentation", self._segmentation)
        self._router.add("GET", f"{_QUERY}/events/names", self._names)
        self._router.add("GET", f"{_EXPORT}/export", self._export)

    def handle(self, request: Request) -> Response:
        if request.user() != self._key:
            return self.trouble("401", None)
        return self._router.answer(request) or self.trouble("404", None)

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        if kind == "expired_cursor":
            return _refuse("session has expired").response
        response = Response(int(kind), {"error": _ERRORS[kind], "request": "", "status": "error"})
        if kind == "429" and retry_after is not None:
            response.headers["Retry-After"] = f"{retry_after:g}"
        return response

    def spoil(self, row: object) -> object:
        """Its time is no number; the id of the event stays."""
        event = cast(Json, row)
        return event | {"properties": event["properties"] | {"time": "yesterday"}}

    def _segmentation(self, request: Request, _: dict[str, str]) -> Response:
        _check(request, "segmentation")
        where = request.first("where")
        if request.first("on") != _ON or where not in (None, _FAILED):
            raise _refuse("This sandbox does not know the expression")
        if request.first("unit") != "day" or request.first("type") != "general":
            raise _refuse("This sandbox counts events by day")
        first, end = self._window(request)
        event = request.first("event") or ""
        found = events.segmented(self._state.world, event, first, end, failed=bool(where))
        limit = min(int(request.first("limit") or 60), _MOST_VALUES)
        kept = sorted(found, key=lambda name: -sum(found[name].values()))[:limit]
        series = [(first + timedelta(n)).isoformat() for n in range(max((end - first).days, 0))]
        values = {name: dict.fromkeys(series, 0) | found[name] for name in kept}
        return Response(
            200, {"data": {"series": series, "values": values}, "legend_size": len(values)}
        )

    def _names(self, request: Request, _: dict[str, str]) -> Response:
        _check(request, "names")
        names = [feature.name for feature in catalog.FEATURES]
        return Response(200, names[: int(request.first("limit") or 255)])

    def _export(self, request: Request, _: dict[str, str]) -> Response:
        _check(request, "export")
        first, end = self._window(request)
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        return Response(200, None, headers, chunks=events.lines(self._state.world, first, end))

    def _window(self, request: Request) -> tuple[date, date]:
        """The first day asked for and the day after the last, as far as events are kept."""
        today = self._state.today
        try:
            first = date.fromisoformat(request.first("from_date") or "")
            last = date.fromisoformat(request.first("to_date") or "")
        except ValueError as error:
            raise _refuse("from_date and to_date are needed, as yyyy-mm-dd") from error
        oldest = today - timedelta(days=KEPT_DAYS)
        return max(first, oldest), max(min(last + timedelta(days=1), today), oldest)


def _check(request: Request, name: str) -> None:
    unknown = sorted(request.query.keys() - _KNOWN[name])
    if unknown:
        raise _refuse(f"unknown parameter {json.dumps(unknown[0])}")
    if request.first("project_id") != PROJECT_ID:
        raise _refuse("project_id is required")


def _refuse(message: str) -> RefusedError:
    return RefusedError(Response(400, {"error": message, "request": "", "status": "error"}))
