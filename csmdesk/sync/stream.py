"""Connector, Stream and what a stream works with. A stream yields pages; the runner writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, Protocol

from csmdesk.domain.cancel import CancelToken
from csmdesk.sync.api import Api
from csmdesk.sync.client import HttpClient
from csmdesk.sync.decode import Days
from csmdesk.sync.sink import Cursor, Page

_MOST_SEEN = 5_000
_UNSETTLED = 2  # seconds


@dataclass(frozen=True, slots=True)
class Context:
    """What a stream may use while it runs. `zone`: the workspace's, in which days are told."""

    client: HttpClient
    cursor_of: Callable[[str], Cursor | None]
    problems_of: Callable[[str], list[str]]
    zone: tzinfo = UTC

    @property
    def cancel(self) -> CancelToken:
        return self.client.cancel

    def to_ask_again(self, key: str, most: int) -> list[str]:
        """Ids of a stream's rows that could not be used last time, as far as they have one."""
        return [one for one in self.problems_of(key) if one][:most]

    def server_now(self, otherwise: int = 0) -> int:
        """Epoch seconds by the server's clock, never by ours."""
        return self.client.server_now or otherwise

    @property
    def days(self) -> Days:
        return Days(self.zone)

    def today(self) -> int | None:
        """The workspace's day by the server's clock, None when it has told none yet."""
        return self.days.or_none(self.client.server_now)

    def server_day(self) -> int | None:
        """Day number (UTC) by the server's clock, None when it has told none yet."""
        now = self.client.server_now
        return None if now is None else now // 86_400


class Stream(Protocol):
    """One kind of row of a system. `essential`: the first scores need it."""

    key: str
    title: str
    essential: bool

    def pages(self, context: Context) -> Iterator[Page]:
        """Pages from the stored cursor on; each page's cursor goes on right after it."""
        ...


class Connector(Protocol):
    """A system that can be read. Made from its configuration and key; holds no connection."""

    @property
    def system(self) -> str: ...

    @property
    def title(self) -> str: ...

    def api(self) -> Api: ...

    def probe(self, client: HttpClient) -> None:
        """One small question that fails with a clear sentence when address or key is wrong."""
        ...

    def streams(self) -> Sequence[Stream]:
        """The streams in the order in which they must run; made anew for each run."""
        ...


@dataclass(slots=True)
class Mark:
    """How far an incremental stream has read: the newest stamp and what was seen around it.

    The next read starts at `since` (closed, with overlap, for rows that a server shows late);
    `seen` tells the rows of the overlap that have not changed since. Stamps are integers of the
    source's own clock. `ceiling` keeps the mark before the moment a first load began: a row
    changed behind our back while paging is then read again.
    """

    overlap: int
    newest: int = 0
    ceiling: int | None = None
    seen: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, overlap: int, state: Any) -> Mark:
        if not isinstance(state, dict):
            return cls(overlap)
        return cls(overlap, state["newest"], state.get("ceiling"), dict(state["seen"]))

    @property
    def edge(self) -> int:
        return self.newest if self.ceiling is None else min(self.newest, self.ceiling)

    @property
    def since(self) -> int:
        return max(0, self.edge - self.overlap)

    def settle(self) -> None:
        """A first load is over: from now on rows come in the order of their stamps."""
        self.newest, self.ceiling = self.edge, None

    def is_new(self, row_id: str, stamp: int) -> bool:
        return self.seen.get(row_id) != stamp

    def add(self, row_id: str, stamp: int, now: int | None = None) -> None:
        """Move over a row. `now`: the server's time when it was read, in the unit of the stamps: a
        row of a second that was not over may change again without another stamp."""
        self.newest = max(self.newest, stamp)
        if now is None or stamp < now - _UNSETTLED:
            self.seen[row_id] = stamp

    def state(self) -> Cursor:
        """What the cursor keeps."""
        since = self.since
        kept = {row: stamp for row, stamp in self.seen.items() if stamp >= since}
        if len(kept) > _MOST_SEEN:
            newest = sorted(kept.items(), key=lambda item: item[1])[-_MOST_SEEN:]
            kept = dict(newest)
        self.seen = kept
        return {"newest": self.newest, "ceiling": self.ceiling, "seen": dict(kept)}
