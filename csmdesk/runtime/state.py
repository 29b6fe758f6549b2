"""What the sync card and the status line show, as one frozen value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from csmdesk.domain.cancel import Progress

STARTING, CURRENT, WORKING, OFFLINE, ATTENTION = (
    "starting",
    "current",
    "working",
    "offline",
    "attention",
)


class DeskState(NamedTuple):
    """`sources`: titles of the connected systems; `problem`: sentence with remedy, "" when none."""

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
