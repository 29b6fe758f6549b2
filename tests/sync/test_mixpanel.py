"""Mixpanel's two APIs give what PostHog gives of the same world, as far as they can tell."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from csmdesk.domain.days import day_number, parse_day, start_of_day
from csmdesk.domain.errors import SourceError
from csmdesk.domain.settings import Source
from csmdesk.domain.usage import KEEP_DAYS, KEEP_USER_DAYS
from csmdesk.sync.connectors.mixpanel import Mixpanel
from csmdesk.sync.connectors.mixpanel.export import Counter, decoder
from csmdesk.sync.credentials import PastedKey
from tests.sync.bench import Bench

LINES = decoder("account_id")
DAY = parse_day("2026-11-02")


def usage(bench: Bench, system: str) -> dict[tuple[str, str], tuple[int, dict[str, Any]]]:
    """(account, kind) -> first day, and the cells of each name."""
    return {
        (account, kind): (first, {name: np.frombuffer(cells, "<u4") for name, cells in by_name})
        for source, account, kind, first, by_name in bench.tables()["usage"]
        if source == system
    }


def test_usage_is_that_of_posthog(bench: Bench) -> None:
    results = bench.sync(["posthog", "mixpanel"])
    assert all(result.complete for result in results.values())
    theirs, ours = usage(bench, "posthog"), usage(bench, "mixpanel")
    assert set(theirs) == set(ours)
    for (account, kind), (first, wanted) in theirs.items():
        told, cells = ours[account, kind]
        assert told == first
        assert set(cells) == set(wanted)
        for name, values in wanted.items():
            width = KEEP_USER_DAYS if kind == "user" else KEEP_DAYS
            events, got = values.reshape(-1, width), cells[name].reshape(-1, width)
            assert (events[0] == got[0]).all(), (account, kind, name)
            if kind == "daily":  # persons are in raw events alone
                assert (events[1][-KEEP_USER_DAYS:] == got[1][-KEEP_USER_DAYS:]).all()
                assert not got[1][:-KEEP_USER_DAYS].any()
            elif kind == "feature":
                assert (events[1] == got[1]).all()


def test_nothing_is_asked_for_one_account(bench: Bench) -> None:
    """Sixty questions an hour: a first load fits, a second asks once."""
    assert bench.sync(["mixpanel"])["mixpanel"].requests <= 60
    second = bench.sync(["mixpanel"])["mixpanel"]
    assert (second.requests, second.changed) == (1, 0)


def event(**properties: Any) -> bytes:
    told = {
        "time": start_of_day(DAY) + 60,
        "distinct_id": "a@x",
        "account_id": "acme",
        **properties,
    }
    return json.dumps({"event": "opened", "properties": told}).encode() + b"\n"


def counted(*parts: bytes, zone: str = "UTC") -> Counter:
    def day_of(seconds: int) -> int:
        from datetime import datetime

        return day_number(datetime.fromtimestamp(seconds, ZoneInfo(zone)).date())

    counter = Counter(LINES, day_of, DAY, DAY + 1)
    for part in parts:
        counter.feed(part)
    counter.close()
    return counter


def test_events_are_counted_as_they_come_cut_anywhere() -> None:
    text = event() + event(status="failed", module="core") + event(distinct_id=7)
    for size in (1, 7, len(text)):
        counter = counted(*(text[at : at + size] for at in range(0, len(text), size)))
        daily, feature, user = counter.batches()
        assert (daily.events, daily.users) == ([3], [2])
        assert (feature.events, feature.failed) == ([3], [1])
        assert sorted(zip(user.names or [], user.events, strict=True)) == [("7", 1), ("a@x", 2)]


def test_an_event_that_comes_twice_counts_once() -> None:
    one = event(**{"$insert_id": "i1"})
    assert counted(one, one, event(), event()).batches()[0].events == [3]


def test_a_person_of_two_accounts_counts_for_both_and_one_of_none_for_none() -> None:
    counter = counted(event(account_id=["acme", "beta"]), event(account_id=None))
    assert counter.batches()[0].accounts == ["acme", "beta"] or len(counter.features) == 2


def test_days_are_those_of_the_projects_zone() -> None:
    late = event(time=start_of_day(DAY) - 3600)
    assert counted(late).batches() == []
    assert counted(late, zone="Europe/Paris").batches()[0].days == [DAY]


def test_a_bad_line_is_a_problem_and_no_line_is_an_error() -> None:
    counter = counted(event(), event(**{"time": "x", "$insert_id": "i9"}))
    assert [problem.source_id for problem in counter.problems] == ["i9"]
    with pytest.raises(ValueError, match="no line"):
        counted(b'"unavailable"\n')
    with pytest.raises(ValueError, match="incomplete"):
        counted(event() + event()[:30])


def test_a_line_that_nobody_would_send_stops_no_other() -> None:
    mute = event(distinct_id="NAME").replace(b"NAME", b"Anna \\ud83d")
    bytes_ = event(distinct_id="NAME").replace(b"NAME", b"Anna \xe9")
    never = event(**{"time": 10**15, "$insert_id": "i7"})
    counter = counted(mute, never, bytes_[:-1])
    assert [problem.source_id for problem in counter.problems] == ["i7"]
    assert list(counter.persons.values()) == [2]


def test_the_region_is_that_of_the_address() -> None:
    def hosts(address: str) -> list[str]:
        source = Source(system="mixpanel", base_url=address)
        return list(Mixpanel(source, PastedKey("u:s")).api().hosts.values())

    assert hosts("") == ["https://data.mixpanel.com"]
    assert hosts("https://eu.mixpanel.com/") == ["https://data-eu.mixpanel.com"]
    assert hosts("https://proxy.example") == []
    wrong = Source(system="mixpanel", fields={"time_zone": "Mars/Base"})
    with pytest.raises(SourceError, match="time zone"):
        Mixpanel(wrong, PastedKey("u:s")).api()
