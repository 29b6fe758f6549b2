"""The fault injector: what a vendor does wrong, once or a few times, so that tests can watch.

Faults wait in one list and are consumed in order. `after` lets that many matching requests
through first, `times` is how often the fault then happens.
"""

from __future__ import annotations

from threading import Lock
from typing import Any, cast

import msgspec

from csmdesk.sandbox.wire import Json, Request, Response, Vendor

ANSWERS = frozenset({"429", "500", "401", "403", "expired_cursor"})
ROWS = frozenset({"wrong_type", "duplicate_rows", "moved_rows", "bad_row"})
WIRE = frozenset({"cut", "slow", "reset", "hang", "skew"})
KINDS = ANSWERS | ROWS | WIRE
_LOCATOR = "/query/0r8"  # how the sandbox begins those of Salesforce
_CURSORS = frozenset({"after", "starting_after", "offset", "cursor", "page[after]"})

# The names under which the vendors send a page's rows.
_ROW_KEYS = (
    *("results", "data", "list", "conversations", "tickets", "admins", "segments"),
    *("organizations", "users", "records"),
)


class Fault(msgspec.Struct):
    """One entry of `POST /_sandbox/faults`; `path` is matched as a part of the request's.

    `going_on`: only what goes on from a cursor. `skew` is `seconds` of a wrong server clock.
    """

    system: str
    kind: str
    path: str = ""
    times: int = 1
    after: int = 0
    going_on: bool = False
    retry_after: float | None = None
    seconds: float = 2.0


class FaultList:
    """The faults still to happen, shared by all connections."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(self, faults: list[Fault]) -> None:
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def waiting(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def take(self, system: str, request: Request) -> Fault | None:
        """The fault that happens to this request; only the first match counts it."""
        with self._lock:
            for fault in self._faults:
                if fault.system != system or fault.path not in request.path:
                    continue
                if fault.going_on and not _goes_on(request):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None


def _goes_on(request: Request) -> bool:
    """Whether a request carries a cursor: in its query, in its body, or (Salesforce) in its path."""
    body = request.json_object() or {}
    paging = body.get("pagination")
    inside = paging if isinstance(paging, dict) else {}
    if _LOCATOR in request.path:
        return True
    return not _CURSORS.isdisjoint({*request.query, *body, *inside})


def spoiled(vendor: Vendor, kind: str, response: Response) -> Response:
    """A good answer with its rows made wrong as `kind` says; others pass unchanged."""
    if response.status != 200:
        return response
    if response.headers.get("Content-Type", "").startswith("text/plain"):
        return _spoiled_lines(vendor, kind, response)
    payload = cast(Json, msgspec.json.decode(response.encoded()))
    key = next((k for k in _ROW_KEYS if isinstance(payload.get(k), list)), None)
    if key is None or not payload[key]:
        return Response(200, payload, response.headers)
    rows: list[Any] = payload[key]
    if kind == "wrong_type":
        payload[key] = {"rows": "unavailable"}
    elif kind == "duplicate_rows":
        payload[key] = [*rows, rows[0]]
    elif kind == "moved_rows":
        payload[key] = rows[::-1]
    else:
        payload[key] = [vendor.spoil(rows[0]), *rows[1:]]
    return Response(200, payload, response.headers)


def _spoiled_lines(vendor: Vendor, kind: str, response: Response) -> Response:
    """The same of an answer that has a row on each line."""
    rows = response.encoded().splitlines()
    if kind == "wrong_type":
        rows = [b'"unavailable"' for _ in rows]
    elif kind == "duplicate_rows":
        rows = [*rows, *rows[:1]]
    elif kind == "moved_rows":
        rows.reverse()
    elif rows:
        rows[0] = msgspec.json.encode(vendor.spoil(msgspec.json.decode(rows[0])))
    return Response(200, None, response.headers, chunks=[row + b"\n" for row in rows])
