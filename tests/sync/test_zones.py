"""Days of what a system tells as instants are days of the workspace's time zone."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from csmdesk.config.workspace import open_workspace
from csmdesk.config.writing import write_settings
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import day_number
from csmdesk.jobs.session import Session
from csmdesk.jobs.sync import read_sources
from csmdesk.store.usage import decode
from tests.integration.conftest import connected
from tests.sandbox.process import Sandbox
from tests.sandbox.reading import stripe_list
from tests.sync.bench import Bench, new_bench

ZONES = ("America/Los_Angeles", "Pacific/Auckland")


def local_day(seconds: int, zone: tzinfo) -> int:
    return day_number(datetime.fromtimestamp(seconds, zone).date())


@pytest.mark.parametrize("name", ZONES)
def test_subscriptions_start_on_the_local_day(sandbox: Sandbox, bench: Bench, name: str) -> None:
    bench.zone = ZoneInfo(name)
    bench.sync(["stripe"])
    told = list(stripe_list(sandbox, "subscriptions", query="&status=all"))
    with bench.store.read() as conn:
        sql = "SELECT source_id, started_on FROM fact_subscription"
        stored = dict(map(tuple, conn.exec_driver_sql(sql).all()))
    assert stored == {row["id"]: local_day(row["start_date"], bench.zone) for row in told}
    assert len(stored) > 10


def test_usage_is_counted_by_the_local_day(sandbox: Sandbox, tmp_path: Path) -> None:
    """The sandbox's use happens at noon UTC, which is the next day in Auckland."""
    found: dict[str, dict[tuple[str, int], int]] = {}
    for name in ("UTC", "Pacific/Auckland"):
        bench = new_bench(sandbox, tmp_path, name.replace("/", "-"))
        bench.zone = ZoneInfo(name)
        bench.sync(["posthog"])
        found[name] = events_of(bench)
        bench.store.close()
    home, away = found["UTC"], found["Pacific/Auckland"]
    last = max(day for _, day in away)
    moved = {(account, day + 1): count for (account, day), count in home.items()}
    first = max(min(day for _, day in moved), min(day for _, day in away))
    inside = {key: count for key, count in moved.items() if first <= key[1] <= last}
    assert len(inside) > 1_000
    assert inside == {key: count for key, count in away.items() if key[1] >= first}


def events_of(bench: Bench) -> dict[tuple[str, int], int]:
    """Events by account and day."""
    sql = "SELECT account_id, first_day, names, cells FROM usage_cells WHERE kind = 'daily'"
    found = {}
    with bench.store.read() as conn:
        for account, first_day, names, cells in conn.exec_driver_sql(sql):
            counts = decode("daily", first_day, names, cells).cells[0, 0].tolist()
            found.update({(account, first_day + at): one for at, one in enumerate(counts) if one})
    return found


def test_another_time_zone_reads_everything_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """And comes to what a workspace has that was in this zone from the start."""
    moved, fresh = (in_zone(tmp_path / name, sandbox) for name in ("moved", "fresh"))
    read(moved)
    for session in (moved, fresh):
        path = session.workspace.config_path
        told = msgspec.structs.replace(session.settings, time_zone="Pacific/Auckland")
        write_settings(path, told)
        session.workspace = open_workspace(session.workspace.folder)
        read(session)
    here, there = (Bench(sandbox, session.store).tables() for session in (moved, fresh))
    assert here == there
    again = read_sources(moved, moved.today(), CancelToken(), silent)
    assert again.changed == 0
    for session in (moved, fresh):
        session.close()


def in_zone(folder: Path, sandbox: Sandbox) -> Session:
    folder.mkdir()
    return connected(folder, sandbox)


def read(session: Session) -> None:
    outcome = read_sources(session, session.today(), CancelToken(), silent)
    assert outcome.errors == []
