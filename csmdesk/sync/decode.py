"""Typed reading of rows, one by one where needed: a bad row is a problem, the rest goes in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Generic, TypeVar

import msgspec

from csmdesk.domain.days import day_date, day_of_instant, parse_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.facts import Fact
from csmdesk.sync.sink import Problem

T = TypeVar("T")
Decoded = Sequence[tuple[T, msgspec.Raw]]
"""Rows that could be read, each with its raw text."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RAW_SHOWN = 2_000
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""An escape of a JSON text: a whole pair of surrogates, half of one, or any other."""


def readable(content: bytes) -> bytes:
    """The same JSON with U+FFFD for what is no Unicode in its texts: systems that cut a text to a
    length cut emoji in two, and one such row must not keep the page from being read."""
    try:
        content.decode()
    except UnicodeDecodeError:
        content = content.decode("utf-8", "replace").encode()
    if b"\\ud" not in content and b"\\uD" not in content:
        return content
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], content)


class _Id(msgspec.Struct):
    id: str | int = ""
    Id: str = ""


class Rows(Generic[T]):
    """Decodes raw rows to `kind` and maps them to facts; collects what cannot be used."""

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(kind)
        self.problems: list[Problem] = []

    @property
    def bad(self) -> frozenset[str]:
        """Ids of the rows that cannot be used."""
        return frozenset(problem.source_id for problem in self.problems)

    def decode(self, raw: Iterable[msgspec.Raw]) -> list[tuple[T, msgspec.Raw]]:
        good: list[tuple[T, msgspec.Raw]] = []
        for row in raw:
            try:
                good.append((self._decoder.decode(row), row))
            except msgspec.DecodeError as error:
                self.fail(row_id(row), str(error), row)
        return good

    def facts(
        self, rows: Iterable[tuple[T, msgspec.Raw]], facts_of: Callable[[T], list[Fact]]
    ) -> list[Fact]:
        """The facts of all rows that can be mapped."""
        found: list[Fact] = []
        for row, raw in rows:
            try:
                found += facts_of(row)
            except (ValueError, OverflowError, BadInput) as error:
                self.fail(row_id(raw), str(error), raw)
        return found

    def fail(self, source_id: str, message: str, raw: msgspec.Raw | bytes = b"") -> None:
        text = bytes(raw).decode("utf-8", "replace")[:_RAW_SHOWN]
        self.problems.append(Problem(source_id, message, text))


def row_id(raw: msgspec.Raw) -> str:
    """The id of a raw row, "" when even that is unreadable."""
    try:
        found = msgspec.json.decode(raw, type=_Id)
        return str(found.id or found.Id)
    except msgspec.DecodeError:
        return ""


def milliseconds(text: str) -> int:
    """Epoch milliseconds of an ISO instant; ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MILLISECOND


def instant(text: str | None) -> int | None:
    """Epoch seconds of an ISO instant or of epoch milliseconds; None for nothing."""
    if not text:
        return None
    return (int(text) if text.isdigit() else milliseconds(text)) // 1000


def required_instant(text: str | None) -> int:
    """The same of a value that a row must have."""
    found = instant(text)
    if found is None:
        raise ValueError("the date is missing")
    return found


def day(text: str | None) -> int | None:
    """Day number of a date property: its calendar day as written, never shifted into a zone."""
    if not text:
        return None
    if not text.isdigit():
        return parse_day(text[:10])
    number = int(text) // 86_400_000
    day_date(number)  # refuses what no calendar holds
    return number


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days of the workspace's zone, of what a system tells as epoch seconds.

    ValueError or OverflowError for an instant that no calendar holds.
    """

    zone: tzinfo = UTC

    def of(self, seconds: int) -> int:
        return day_of_instant(seconds, self.zone)

    def or_none(self, seconds: int | None) -> int | None:
        return None if seconds is None else self.of(seconds)
