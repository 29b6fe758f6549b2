"""The four shapes of HogQL the sandbox understands; everything else is refused.

A query is read by its text: it names its columns, its bounds, where the last page ended
(a comparison of tuples, optional) and its LIMIT (100 when it has none, 50,000 at most).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_LIMIT = 100
MOST_ROWS = 50_000

_TEXT = r"'((?:[^'\\]|\\.)*)'"
_INSTANT = r"toDateTime\('(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})', 'UTC'\)"
_BOUNDS = rf"timestamp >= {_INSTANT} AND timestamp < {_INSTANT}"
_GROUPS = r"\$group_0 != '' AND event NOT IN \('survey sent'\)"
_LIMIT = r"(?: LIMIT (\d+))?"
_ZONE = re.compile(r"toDateTime\('[^']*', ('([\w/+-]+)')\)")
_UNESCAPE = re.compile(r"\\(.)")

# Query name: the columns as selected, the names of the key, in the order of the answer.
COLUMNS = {
    "daily": ("account", "day", "events", "users"),
    "features": ("account", "day", "feature", "module", "events", "failed"),
    "users": ("account", "day", "person", "events"),
    "surveys": ("uuid", "account", "person", "timestamp", "score", "comment"),
}
TYPES = {
    "account": "String",
    "day": "Date",
    "events": "UInt64",
    "users": "UInt64",
    "feature": "String",
    "module": "Nullable(String)",
    "failed": "UInt64",
    "person": "String",
    "uuid": "UUID",
    "timestamp": "DateTime64(6, 'UTC')",
    "score": "Nullable(String)",
    "comment": "Nullable(String)",
}
_DAY = "toDate(toTimeZone(timestamp, 'UTC')) AS day"
_SELECTED = {
    "daily": f"SELECT $group_0 AS account, {_DAY}, count() AS events, uniq(person_id) AS users",
    "features": f"SELECT $group_0 AS account, {_DAY}, event AS feature, "
    "any(properties.module) AS module, count() AS events, "
    "countIf(properties.status = 'failed') AS failed",
    "users": f"SELECT $group_0 AS account, {_DAY}, distinct_id AS person, count() AS events",
}
_KEYS = {
    "daily": ("account", "day"),
    "features": ("account", "day", "feature"),
    "users": ("account", "day", "person"),
    "surveys": ("timestamp", "uuid"),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood; `after` is the key of the last row already read, `zone` that of
    its days and bounds."""

    name: str
    zone: ZoneInfo
    first: datetime
    end: datetime
    after: tuple[str, ...] | None
    limit: int


def _keyset(names: tuple[str, ...]) -> str:
    values = ", ".join([_TEXT] * len(names))
    return rf"(?: AND \({', '.join(names)}\) > \({values}\))?"


def _grouped(name: str) -> re.Pattern[str]:
    key = _KEYS[name]
    columns = ", ".join(key)
    return re.compile(
        re.escape(_SELECTED[name])
        + rf" FROM events WHERE {_BOUNDS} AND {_GROUPS}{_keyset(key)}"
        + rf" GROUP BY {columns} ORDER BY {columns}{_LIMIT}"
    )


_SURVEYS = re.compile(
    re.escape(
        "SELECT uuid, $group_0 AS account, distinct_id AS person, timestamp, "
        "properties.$survey_response AS score, properties.$survey_response_1 AS comment "
        "FROM events WHERE event = 'survey sent' AND "
    )
    + rf"{_BOUNDS}{_keyset(_KEYS['surveys'])} ORDER BY timestamp, uuid{_LIMIT}"
)
_SHAPES = {name: _grouped(name) for name in _SELECTED} | {"surveys": _SURVEYS}


def parse(text: str) -> Query | None:
    """The query, or None when it has none of the four shapes."""
    named = _ZONE.search(text)
    zone = _zone(named[2]) if named else None
    if named is None or zone is None:
        return None
    plain = text.replace(f", {named[1]})", ", 'UTC')")  # the shapes are written with this one
    for name, shape in _SHAPES.items():
        found = shape.fullmatch(plain)
        if found is None:
            continue
        first, end, *key, limit = found.groups()
        asked = DEFAULT_LIMIT if limit is None else min(int(limit), MOST_ROWS)
        after = None if key[0] is None else tuple(_UNESCAPE.sub(r"\1", part) for part in key)
        return Query(name, zone, _instant(first, zone), _instant(end, zone), after, asked)
    return None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _instant(text: str, zone: ZoneInfo) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
