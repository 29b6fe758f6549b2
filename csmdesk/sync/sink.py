"""Where a synchronisation writes: a page of rows and the cursor after it, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from csmdesk.domain.facts import Fact
from csmdesk.domain.usage import UsageBatch

Cursor: TypeAlias = dict[str, Any]
"""JSON-able state of a stream; only the stream that wrote it knows what it means."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that could not be used: listed, left out, asked for again next time."""

    source_id: str
    message: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Children:
    """Rows of `table` whose `column` is one of `parents` are exactly those of `kept`.

    The others are removed, or when `ended` names a day field set to `day` where it is later or
    empty (a discount that is over still counts for the days before).
    """

    table: str
    column: str
    parents: frozenset[str]
    kept: frozenset[str]
    ended: str = ""
    day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A part of all the ids that the source has in `table` (of one `kind`, if it holds several).

    With the last part, rows that were in none since the first are gone.
    """

    table: str
    ids: Collection[str] = ()
    kind: str = ""
    first: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One step of a stream. `cursor` goes on after it; None leaves the stored one alone.

    `gone[table]`: ids known to be gone. `fixed`: rows that were problems and are none any more.
    """

    cursor: Cursor | None
    complete: bool = False
    facts: list[Fact] = field(default_factory=list)
    usage: list[UsageBatch] = field(default_factory=list)
    children: list[Children] = field(default_factory=list)
    listing: Listing | None = None
    gone: Mapping[str, frozenset[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    fixed: frozenset[str] = frozenset()
    of: str = ""
    """The stream whose rows (and problems) these are, when another than the one that runs."""
    total: int = 0
    """Rows expected in all, for the progress bar; 0 = unknown."""

    @property
    def rows(self) -> int:
        return len(self.facts) + sum(len(batch.days) for batch in self.usage)


def swept_pages(
    table: str, answers: Iterable[Collection[str]], cursor: Cursor, kind: str = ""
) -> Iterator[Page]:
    """The pages of a sweep: the ids of all `answers` together are what the source still has."""
    first = True
    for ids in answers:
        yield Page(cursor=None, listing=Listing(table=table, ids=ids, kind=kind, first=first))
        first = False
    last = Listing(table=table, kind=kind, first=first, last=True)
    yield Page(cursor=cursor, complete=True, listing=last)


class Sink(Protocol):
    """Writes pages. An error raised by `page` leaves rows and cursor as they were before."""

    def cursor(self, source: str, stream: str) -> Cursor | None: ...

    def problem_ids(self, source: str, stream: str) -> list[str]: ...

    def page(self, source: str, stream: str, page: Page, at: int) -> int:
        """Write in one transaction; `at` is the server's time. Rows really changed."""
