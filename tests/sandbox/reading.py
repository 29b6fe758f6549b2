"""Reads whole lists from a sandbox, page by page, as a client would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.sandbox.process import Sandbox

Json = dict[str, Any]
OBJECTS = "/crm/objects/2026-03"
GROUPED = "$group_0 != '' AND event NOT IN ('survey sent')"
_SELECT = {
    "daily": (
        "count() AS events, uniq(person_id) AS users",
        ("account", "day"),
    ),
    "features": (
        "event AS feature, any(properties.module) AS module, count() AS events, "
        "countIf(properties.status = 'failed') AS failed",
        ("account", "day", "feature"),
    ),
    "users": ("distinct_id AS person, count() AS events", ("account", "day", "person")),
}


def hubspot_list(sandbox: Sandbox, kind: str, limit: int = 100, query: str = "") -> Iterator[Json]:
    after = ""
    while True:
        page = sandbox.call(
            "hubspot", "GET", f"{OBJECTS}/{kind}?limit={limit}{query}{after}"
        ).json()
        yield from page["results"]
        if "paging" not in page:
            return
        after = f"&after={page['paging']['next']['after']}"


def hubspot_search(
    sandbox: Sandbox, kind: str, filters: list[Json], limit: int = 200, **more: Any
) -> list[Json]:
    body: Json = {"filterGroups": [{"filters": filters}], "limit": limit, **more}
    rows: list[Json] = []
    while True:
        page = sandbox.call("hubspot", "POST", f"{OBJECTS}/{kind}/search", json=body).json()
        rows += page["results"]
        if "paging" not in page:
            assert page["total"] == len(rows)
            return rows
        body["after"] = page["paging"]["next"]["after"]


def stripe_list(sandbox: Sandbox, name: str, limit: int = 100, query: str = "") -> Iterator[Json]:
    after = ""
    while True:
        page = sandbox.call("stripe", "GET", f"/v1/{name}?limit={limit}{query}{after}").json()
        yield from page["data"]
        if not page["has_more"]:
            return
        after = f"&starting_after={page['data'][-1]['id']}"


def intercom_search(sandbox: Sandbox, kind: str, query: Json, size: int = 150) -> list[Json]:
    rows: list[Json] = []
    paging: Json = {"per_page": size}
    while True:
        body = {"query": query, "pagination": paging}
        page = sandbox.call("intercom", "POST", f"/{kind}/search", json=body).json()
        rows += page["data" if kind == "contacts" else kind]
        if not page["pages"].get("next"):
            assert page["total_count"] == len(rows)
            return rows
        paging = page["pages"]["next"]


def bounds(first: str, end: str) -> str:
    return (
        f"timestamp >= toDateTime('{first} 00:00:00', 'UTC') "
        f"AND timestamp < toDateTime('{end} 00:00:00', 'UTC')"
    )


def usage_query(
    name: str, first: str, end: str, after: tuple[str, ...] = (), limit: int | None = 50_000
) -> str:
    """The text of one of the three grouped queries, as the connector writes it."""
    selected, key = _SELECT[name]
    columns = ", ".join(key)
    text = (
        f"SELECT $group_0 AS account, toDate(toTimeZone(timestamp, 'UTC')) AS day, {selected} FROM events "
        f"WHERE {bounds(first, end)} AND {GROUPED}"
    )
    if after:
        values = ", ".join(f"'{value}'" for value in after)
        text += f" AND ({columns}) > ({values})"
    text += f" GROUP BY {columns} ORDER BY {columns}"
    return text if limit is None else f"{text} LIMIT {limit}"


def usage_rows(
    sandbox: Sandbox, name: str, first: str, end: str, limit: int = 50_000
) -> list[list[Any]]:
    rows: list[list[Any]] = []
    size = len(_SELECT[name][1])
    after: tuple[str, ...] = ()
    while True:
        page = sandbox.query(usage_query(name, first, end, after, limit)).json()
        assert len(page["results"]) <= limit
        rows += page["results"]
        if not page["hasMore"]:
            return rows
        after = tuple(rows[-1][:size])
