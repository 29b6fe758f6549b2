"""The text of our queries: columns, bounds in days of a zone, keyset, LIMIT. Values are quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from csmdesk.domain.days import iso_day

SYSTEM = "posthog"
PAGE = 50_000
"""The most rows an answer has; without a LIMIT there are 100, silently."""


@dataclass(frozen=True, slots=True)
class Query:
    """One shape of query. `key`: the columns that order it, by which the next page goes on."""

    columns: str
    where: str
    key: tuple[str, ...]
    grouped: bool = True

    def text(self, first: int, end: int, after: Sequence[str] | None, zone: str) -> str:
        """Rows of the days from `first` to before `end`, after the key of the last row read."""
        order, quoted = ", ".join(self.key), _quoted(zone)
        parts = ["SELECT", self.columns.replace(_ZONE, quoted), "FROM events WHERE"]
        begin, stop = _instant(first, quoted), _instant(end, quoted)
        bounds = f"timestamp >= {begin} AND timestamp < {stop}"
        parts.append(f"{bounds} AND {self.where}" if self.grouped else f"{self.where} AND {bounds}")
        if after is not None:
            values = ", ".join(_quoted(value) for value in after)
            parts.append(f"AND ({order}) > ({values})")
        if self.grouped:
            parts.append(f"GROUP BY {order}")
        parts.append(f"ORDER BY {order} LIMIT {PAGE}")
        return " ".join(parts)


def body(text: str) -> dict[str, object]:
    return {"query": {"kind": "HogQLQuery", "query": text}}


def path(project: str) -> str:
    return f"/api/projects/{project}/query/"


def _instant(day: int, zone: str) -> str:
    return f"toDateTime('{iso_day(day)} 00:00:00', {zone})"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


_ZONE = "{zone}"
# Bare, a day is one of the project's time zone: bounds in another would cut the first and last in two.
_DAY = f"toDate(toTimeZone(timestamp, {_ZONE})) AS day"
_USED = "$group_0 != '' AND event NOT IN ('survey sent')"
DAILY = Query(
    f"$group_0 AS account, {_DAY}, count() AS events, uniq(person_id) AS users",
    _USED,
    ("account", "day"),
)
FEATURES = Query(
    f"$group_0 AS account, {_DAY}, event AS feature, "
    "any(properties.module) AS module, count() AS events, "
    "countIf(properties.status = 'failed') AS failed",
    _USED,
    ("account", "day", "feature"),
)
USERS = Query(
    f"$group_0 AS account, {_DAY}, distinct_id AS person, count() AS events",
    _USED,
    ("account", "day", "person"),
)
SURVEYS = Query(
    "uuid, $group_0 AS account, distinct_id AS person, timestamp, "
    "properties.$survey_response AS score, properties.$survey_response_1 AS comment",
    "event = 'survey sent'",
    ("timestamp", "uuid"),
    grouped=False,
)
