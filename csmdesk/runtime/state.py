"""What the sync card and the status line show, as one frozen value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from csmdesk.domain.days import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from csmdesk.domain.cancel import Progress
    from csmdesk.domain.inputs import SourceState
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.settings import Settings

STARTING, CURRENT, WORKING, OFFLINE, ATTENTION = (
    "starting",
    "current",
    "working",
    "offline",
    "attention",
)


def trouble(sources: tuple[SourceState, ...], notices: tuple[str, ...]) -> str:
    """What needs attention while no job runs: the notices of the configuration, failed sources."""
    failed = (one.error or f"{one.title} failed." for one in sources if one.failed)
    return " ".join((*notices, *failed))


def newest_read(sources: tuple[SourceState, ...]) -> datetime | None:
    """When a source was last read, in the zone of this computer; None before the first read."""
    from datetime import datetime

    reads = [source.read_at for source in sources if source.read_at not in (0, MISSING)]
    return datetime.fromtimestamp(max(reads)).astimezone() if reads else None


def next_run(settings: Settings | None, clock: Callable[[], datetime]) -> datetime | None:
    """When the schedule runs next; None while the settings are not read."""
    from csmdesk.runtime import clockwork

    return None if settings is None else clockwork.next_run(settings, clock())


def unsent_edits(portfolio: Portfolio | None) -> int:
    """Edits that the CRM does not hold yet."""
    return 0 if portfolio is None else sum(map(len, portfolio.customers["unsent"]))


class DeskState(NamedTuple):
    """`sources`: titles of the connected systems; `problem`: sentence with remedy, "" when none.
    `queued_edits`: those that are not stored, or not in the CRM yet."""

    state: str
    sources: tuple[str, ...] = ()
    read_at: datetime | None = None
    next_run: datetime | None = None
    progress: Progress | None = None
    problem: str = ""
    queued_edits: int = 0

    @property
    def headline(self) -> str:
        """The card's first line."""
        if self.state == WORKING:
            return self.progress.text if self.progress is not None else "Working…"
        if self.state == OFFLINE:
            since = f": data from {self.read_at:%H:%M}" if self.read_at is not None else ""
            return f"Offline{since}"
        return {
            STARTING: "Starting…",
            CURRENT: "Up to date",
            ATTENTION: "Needs attention",
        }[self.state]
