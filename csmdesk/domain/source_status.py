"""What is known of a connected system: how its last read went, what it gave, what it lacks."""

from __future__ import annotations

from dataclasses import dataclass, field

NOT_CONNECTED, NO_KEY, NEVER_READ, PAUSED, FAILED, CURRENT = (
    "not connected",
    "no key",
    "never read",
    "paused",
    "failed",
    "current",
)

IMPORT = "import"
SETUP = "setup"
"""The stream of what must be known of an account before its rows are read."""
THINGS = {
    "account": ("account", "accounts"),
    "contact": ("contact", "contacts"),
    "subscription": ("subscription", "subscriptions"),
    "invoice": ("invoice", "invoices"),
    "deal": ("deal", "deals"),
    "ticket": ("ticket", "tickets"),
    "activity": ("activity", "activities"),
    "order": ("order", "orders"),
    "nps_answer": ("NPS answer", "NPS answers"),
    "agent": ("agent", "agents"),
    "entitlement": ("entitlement", "entitlements"),
    "product": ("product", "products"),
    "person": ("CSM", "CSMs"),
    "usage": ("account with usage", "accounts with usage"),
}
"""Fact tables in the order in which they are told, and what one and many of them are called."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests that a system still allows: `left` of `most`, for the next `seconds`."""

    left: int
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How the read of a source ended. `error`: sentence with remedy, "" when it was complete.

    `lacking`: permissions that the key misses, in the system's own words.
    """

    error: str = ""
    key_refused: bool = False
    lacking: tuple[str, ...] = ()
    requests: int = 0
    rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """One kind of row of a source: when it was last read (epoch seconds), whether to the end."""

    name: str
    read_at: int
    complete: bool
    refused: int


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that could not be used and is asked for again: its id at the source, and why."""

    stream: str
    source_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outward:
    """How a source is written to: records that hold a score of ours, the moment one was last
    confirmed (0 = never), records that refused theirs; edits that wait, and those in conflict."""

    records: int = 0
    at: int = 0
    refused: int = 0
    edits: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """Everything that the Sources page tells of one system.

    `kinds`: what it feeds; `read_at` last attempt, `complete_at` last whole read (epoch seconds,
    0 = never); `rows`: thing -> how many of it are stored. `configured`: it stands in the
    workspace's settings, so that it can be paused or disconnected.
    """

    system: str
    title: str
    kinds: tuple[str, ...]
    state: str
    configured: bool
    read_at: int
    complete_at: int
    reading: Reading
    rows: dict[str, int]
    streams: tuple[StreamStatus, ...]
    refused: tuple[RefusedRow, ...]
    outward: Outward = Outward()
    writes_scores: bool = False
    """Every run ends by writing scores to it."""
    base_url: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    """Settings that its system asks for beside the key, by name."""
