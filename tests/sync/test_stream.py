"""The mark of an incremental stream, and HubSpot's keyset on ties and large answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.cancel import CancelToken
from csmdesk.sync.api import Api
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import complain, search, tickets
from csmdesk.sync.connectors.hubspot.objects import OVERLAP
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.stream import Mark
from tests.sync.loopback import Answer, Asked, serving

T0 = 1_790_000_000_000


def test_a_mark_reads_the_overlap_again_and_knows_its_rows() -> None:
    mark = Mark(overlap=10)
    mark.add("a", 100)
    mark.add("b", 107)
    mark.add("old", 50)
    again = Mark.load(10, mark.state())
    assert again.since == 97
    assert not again.is_new("a", 100)
    assert again.is_new("a", 101)
    assert again.is_new("old", 50)


def test_a_row_of_the_running_second_is_read_again() -> None:
    """It may change once more without another stamp."""
    mark = Mark(overlap=300)
    mark.add("settled", 990, now=1_000)
    mark.add("just now", 1_000, now=1_000)
    again = Mark.load(300, mark.state())
    assert not again.is_new("settled", 990)
    assert again.is_new("just now", 1_000)


def test_a_first_load_is_read_again_from_where_it_began() -> None:
    mark = Mark(overlap=10, ceiling=500)
    mark.add("a", 480)
    mark.add("changed while paging", 900)
    assert mark.since == 490
    mark.settle()
    assert mark.since == 490
    assert Mark.load(10, mark.state()).since == 490


@given(st.lists(st.tuples(st.text("ab", max_size=2), st.integers(0, 40)), max_size=30))
def test_no_row_at_or_after_the_mark_is_forgotten(rows: list[tuple[str, int]]) -> None:
    mark = Mark(overlap=5)
    for row_id, stamp in rows:
        mark.add(row_id, stamp)
    again = Mark.load(5, mark.state())
    last = dict(rows)
    assert all(
        again.is_new(row_id, stamp) == (stamp < again.since) for row_id, stamp in last.items()
    )


def _page(rows: list[tuple[int, int]], body: dict[str, Any]) -> Answer:
    """Answers a search as HubSpot does: filters, one sort, at most 200 rows."""
    chosen = rows
    for item in body["filterGroups"][0]["filters"]:
        value = int(item["value"])
        place = 0 if item["propertyName"] == "hs_object_id" else 1
        tests = {"GTE": int.__ge__, "GT": int.__gt__, "EQ": int.__eq__}
        chosen = [row for row in chosen if tests[item["operator"]](row[place], value)]
    by_id = body["sorts"][0]["propertyName"] == "hs_object_id"
    chosen = sorted(chosen, key=lambda row: row[0] if by_id else (row[1], -row[0]))
    found = [
        {"id": str(one), "properties": {"hs_lastmodifieddate": str_of(stamp)}}
        for one, stamp in chosen[: body["limit"]]
    ]
    return Answer(payload={"total": len(chosen), "results": found})


def str_of(stamp: int) -> str:
    return datetime.fromtimestamp(stamp / 1000, UTC).isoformat(timespec="milliseconds")


def _read(rows: list[tuple[int, int]], since: int) -> tuple[list[str], list[Asked]]:
    with serving(lambda asked: _page(rows, asked.json())) as server:
        client = HttpClient(
            Api("hubspot", "HubSpot", server.base_url, PastedKey("k"), complain), CancelToken()
        )
        mark = Mark(OVERLAP, since + OVERLAP)
        ids = [
            row.id
            for found in search.changed(client, tickets.KIND, ["subject"], mark)
            for row, _ in found.fresh
        ]
        client.close()
        return ids, server.asked


def test_a_search_without_change_is_one_request() -> None:
    ids, asked = _read([], T0)
    assert ids == []
    assert len(asked) == 1


def test_more_rows_than_a_search_may_give_all_come_once() -> None:
    rows = [(number, T0 + number * 7) for number in range(1, 10_701)]
    ids, asked = _read(rows, T0)
    assert sorted(map(int, ids)) == [number for number, _ in rows]
    assert len(ids) == len(set(ids))
    assert all("after" not in one.json() for one in asked)


def test_a_bulk_edit_of_one_instant_all_comes() -> None:
    rows = [(number, T0 + 5) for number in range(1, 651)]
    rows += [(number, T0 + 900) for number in range(700, 720)]
    ids, _ = _read(rows, T0)
    assert sorted(map(int, ids)) == [number for number, _ in rows]
    assert len(ids) == len(set(ids))
