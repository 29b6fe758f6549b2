"""Sync state: where each stream stands, rows that could not be read, the result of each source."""

from __future__ import annotations

from csmdesk.store.schema.meta import integer, key, table, text

CURSOR = table(
    "sync_cursor", key("source"), key("stream"), text("value"), integer("complete"), integer("at")
)
PROBLEM = table(
    "sync_problem", key("source"), key("stream"), key("source_id"), text("message"), text("raw")
)
LISTED = table("sync_listed", key("source"), key("source_id"))
"""Ids that a source listed so far, while all that it still has are listed."""
SOURCE_ZONE = table("source_zone", key("source"), text("zone"))
SOURCE_STATE = table(
    "source_state",
    key("source"),
    integer("read_at"),
    integer("complete_at", None),
    text("error"),
    integer("key_refused"),
    text("lacking"),
    integer("requests"),
    integer("rate_left", None),
    integer("rate_most", None),
    integer("rate_seconds", None),
)
"""`read_at`: last attempt, `complete_at`: last read without an error, `error`: why the last failed,
`lacking`: permissions that it missed, one a line, `rate_…`: the request budget as last told."""
