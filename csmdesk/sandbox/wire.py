"""What a request and an answer are inside the sandbox, and how a path finds its handler."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Protocol, TypeAlias, cast

import msgspec

Json: TypeAlias = dict[str, Any]
Query: TypeAlias = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; `path` is without the prefix of the system it was sent to."""

    method: str
    path: str
    query: Query
    headers: Message
    body: bytes = b""

    def first(self, name: str) -> str | None:
        """The first value of a query parameter, None when it is absent."""
        values = self.query.get(name)
        return values[0] if values else None

    def header(self, name: str) -> str | None:
        """A header, whatever its case."""
        return self.headers.get(name)

    def bearer(self) -> str | None:
        """The token of an `Authorization: Bearer` header."""
        scheme, _, token = (self.header("Authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def user(self) -> str | None:
        """The user of an `Authorization: Basic` header; the password after a colon when given."""
        scheme, _, text = (self.header("Authorization") or "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            return base64.b64decode(text, validate=True).decode().removesuffix(":")
        except (binascii.Error, UnicodeDecodeError):
            return None

    def json_object(self) -> Json | None:
        """The body as a JSON object, None when it is anything else."""
        try:
            value = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return None
        return cast(Json, value) if isinstance(value, dict) else None


@dataclass(slots=True)
class Response:
    """An answer: a JSON value, or `chunks` of an encoded one that is too large to hold."""

    status: int
    payload: object = None
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Iterable[bytes] | None = None

    def encoded(self) -> bytes:
        """The whole body; consumes `chunks`."""
        if self.chunks is not None:
            return b"".join(self.chunks)
        return b"" if self.payload is None else msgspec.json.encode(self.payload)


class RefusedError(Exception):
    """Raised anywhere below a handler: the vendor's error answer to send instead."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Vendor(Protocol):
    """One of the systems: answers requests and knows its own error bodies."""

    def handle(self, request: Request) -> Response: ...

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        """The vendor's body for 401, 403, 404, 429, 500 or `expired_cursor`."""

    def spoil(self, row: object) -> object:
        """A copy of a list row with a date or a number made unreadable."""


Handler: TypeAlias = Callable[[Request, dict[str, str]], Response]


class Router:
    """Paths with `{name}` parts, matched in the order they were added."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
        self._routes.append((method, re.compile(pattern), handler))

    def answer(self, request: Request, path: str = "") -> Response | None:
        """What the handler of a path says, its refusals too; None where there is no such path."""
        found = self.find(request.method, path or request.path)
        if found is None:
            return None
        handler, parts = found
        try:
            return handler(request, parts)
        except RefusedError as refused:
            return refused.response

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        for wanted, pattern, handler in self._routes:
            if wanted == method and (match := pattern.fullmatch(path)):
                return handler, match.groupdict()
        return None


def pieces(body: bytes, size: int = 65536) -> Iterator[bytes]:
    """`body` in parts small enough to interleave with other connections."""
    for start in range(0, len(body), size):
        yield body[start : start + size]
