"""PostHog: four shapes of query, their limits, paging by key, refusals."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.sandbox.process import Sandbox
from tests.sandbox.reading import bounds, hubspot_list, usage_query, usage_rows

SIZES = {"daily": 2, "features": 3, "users": 3}
SURVEYS = (
    "SELECT uuid, $group_0 AS account, distinct_id AS person, timestamp, "
    "properties.$survey_response AS score, properties.$survey_response_1 AS comment FROM events "
    "WHERE event = 'survey sent' AND {bounds}{after} ORDER BY timestamp, uuid LIMIT {limit}"
)
MONTH = ("2026-10-21", "2026-11-21")


@pytest.mark.parametrize("name", SIZES)
def test_pages_by_key_make_the_whole_answer(sandbox: Sandbox, name: str) -> None:
    whole = usage_rows(sandbox, name, *MONTH)
    size = SIZES[name]
    keys = [tuple(row[:size]) for row in whole]
    assert keys == sorted(set(keys))
    assert len(keys) > 500
    assert usage_rows(sandbox, name, *MONTH, limit=333) == whole


def test_a_hundred_rows_without_a_limit(sandbox: Sandbox) -> None:
    answer = sandbox.query(usage_query("daily", *MONTH, limit=None)).json()
    assert len(answer["results"]) == answer["limit"] == 100
    assert answer["hasMore"] is True
    assert answer["columns"] == ["account", "day", "events", "users"]


def test_bounds_are_honoured(sandbox: Sandbox) -> None:
    days = {row[1] for row in usage_rows(sandbox, "daily", "2026-11-02", "2026-11-05")}
    assert days == {"2026-11-02", "2026-11-03", "2026-11-04"}
    beyond = {row[1] for row in usage_rows(sandbox, "daily", "2026-11-19", "2027-01-01")}
    assert max(beyond) == "2026-11-20"
    kept = {row[1] for row in usage_rows(sandbox, "users", "2026-01-01", "2026-11-21")}
    assert min(kept) == "2026-08-23"
    older = {row[1] for row in usage_rows(sandbox, "daily", "2025-01-01", "2026-11-21")}
    assert min(older) == "2026-02-14"
    assert usage_rows(sandbox, "daily", "2025-01-01", "2025-02-01") == []


def test_the_three_views_agree(sandbox: Sandbox) -> None:
    events: dict[str, dict[tuple[str, str], int]] = {}
    for name, column in (("daily", 2), ("features", 4), ("users", 3)):
        events[name] = defaultdict(int)
        for row in usage_rows(sandbox, name, *MONTH):
            events[name][row[0], row[1]] += row[column]
    assert events["daily"] == events["features"] == events["users"]
    people: dict[tuple[str, str], int] = defaultdict(int)
    for row in usage_rows(sandbox, "users", *MONTH):
        people[row[0], row[1]] += 1
    assert people == {(row[0], row[1]): row[3] for row in usage_rows(sandbox, "daily", *MONTH)}


def test_features_of_modules_and_failed_jobs(sandbox: Sandbox) -> None:
    rows = usage_rows(sandbox, "features", *MONTH)
    modules = {row[2]: row[3] for row in rows}
    assert set(modules.values()) <= {"core", "reports", "automation", "scanning", "sso"}
    assert modules["scan_run"] == modules["sync_run"] == "scanning"
    assert {row[2] for row in rows if row[5]} == {"scan_run", "sync_run"}
    assert all(0 <= row[5] <= row[4] for row in rows)


def test_a_group_that_is_no_customer(sandbox: Sandbox) -> None:
    keys = {
        row["properties"]["account_key"]
        for row in hubspot_list(sandbox, "companies", query="&properties=account_key")
    }
    groups = {row[0] for row in usage_rows(sandbox, "daily", *MONTH)}
    assert len(groups - keys) == 1
    assert all(key.startswith("legacy_") for key in groups - keys)


def test_surveys_in_order_of_time(sandbox: Sandbox) -> None:
    span = bounds("2025-06-01", "2026-11-21")
    whole = sandbox.query(SURVEYS.format(bounds=span, after="", limit=50_000)).json()["results"]
    assert len(whole) > 20
    assert [(row[3], row[0]) for row in whole] == sorted((row[3], row[0]) for row in whole)
    assert {int(row[4]) for row in whole} <= set(range(11))
    rows: list[list[str]] = []
    after = ""
    while True:
        page = sandbox.query(SURVEYS.format(bounds=span, after=after, limit=7)).json()
        rows += page["results"]
        if not page["hasMore"]:
            break
        after = f" AND (timestamp, uuid) > ('{rows[-1][3]}', '{rows[-1][0]}')"
    assert rows == whole


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "SELECT * FROM events LIMIT 10",
        usage_query("daily", *MONTH).replace("GROUP BY account, day ", "GROUP BY account "),
        usage_query("daily", *MONTH).replace("2026-10-21 00:00:00', 'UTC'", "2026-10-21'"),
        usage_query("daily", *MONTH) + " OFFSET 100",
        usage_query("daily", *MONTH).replace("toTimeZone(timestamp, 'UTC')", "timestamp"),
        usage_query("users", *MONTH, after=("a", "b")),
    ],
)
def test_other_queries_are_refused(sandbox: Sandbox, text: str) -> None:
    answer = sandbox.query(text)
    assert answer.status_code == 400
    assert answer.json()["code"] == "illegal_hogql"


def test_a_query_needs_its_project_and_kind(sandbox: Sandbox) -> None:
    body = {"query": {"kind": "TrendsQuery", "query": usage_query("daily", *MONTH)}}
    path = "/api/projects/{}/query/"
    assert sandbox.call("posthog", "POST", path.format(1), json=body).status_code == 400
    assert sandbox.call("posthog", "POST", path.format(2), json=body).status_code == 404
