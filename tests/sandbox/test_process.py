"""The process: first line, keys, control, tomorrow, its end, and a hundred thousand customers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.process import KEY, Sandbox, running
from tests.sandbox.reading import (
    OBJECTS,
    hubspot_list,
    hubspot_search,
    stripe_list,
    usage_query,
    usage_rows,
)

SYSTEMS = {
    "hubspot": "pat-",
    "stripe": "rk_test_",
    "chargebee": "test_",
    "posthog": "phx_",
    "mixpanel": "csmdesk.",
    "intercom": "dG9r",
}
"""What is served, and how the keys begin."""
TOMORROW = {"today": "2026-11-22"}


def started(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "csmdesk.sandbox", "--customers", "5", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)


def first_line(process: subprocess.Popen[str]) -> dict[str, dict[str, str]]:
    assert process.stdout is not None
    addresses: dict[str, dict[str, str]] = json.loads(process.stdout.readline())
    return addresses


def test_keys_are_random_and_look_like_the_vendors() -> None:
    found = []
    for _ in range(2):
        with started(stdin=subprocess.PIPE) as process:
            found.append(first_line(process))
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(10) == 0
    for system, prefix in SYSTEMS.items():
        keys = [addresses[system]["key"] for addresses in found]
        assert keys[0] != keys[1]
        assert all(key.startswith(prefix) for key in keys)
    assert found[0]["posthog"]["project_id"] == "1"
    assert found[0]["control"]["base_url"].endswith("/_sandbox")


@pytest.mark.parametrize(
    "arguments", [("--customers", "0"), ("--today", "1999-01-01"), ("--port", "99999")]
)
def test_says_why_it_cannot_start(arguments: tuple[str, ...]) -> None:
    with started(*arguments, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.wait(10) == 1
        assert process.stderr is not None
        told = process.stderr.read()
    assert told.startswith("The sandbox cannot start: ")
    assert told.count("\n") == 1


def test_ends_on_sigterm_without_a_trace() -> None:
    with started(stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first_line(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_ends_with_its_parent() -> None:
    """A middleman starts it and dies; stdin stays open, so only the parent's id tells."""
    script = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'csmdesk.sandbox', '--customers', '5',"
        " '--parent-pid', str(os.getpid())], stdout=subprocess.PIPE, text=True)\n"
        "child.stdout.readline(); print(child.pid, flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    pid = int(done.stdout)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and os.path.exists(f"/proc/{pid}"):
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{pid}")


def test_no_trace_when_a_client_hangs_up() -> None:
    with started("--key", KEY, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        port = int(first_line(process)["hubspot"]["base_url"].split(":")[2].split("/")[0])
        for _ in range(3):
            client = socket.create_connection(("127.0.0.1", port))
            client.sendall(
                f"GET /hubspot{OBJECTS}/contacts?limit=100 HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {KEY}\r\n\r\n".encode()
            )
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
        time.sleep(0.3)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_wrong_key_and_unknown_path(sandbox: Sandbox) -> None:
    for system in (*SYSTEMS, "control"):
        assert sandbox.call(system, "GET", "/nothing", key="wrong").status_code == 401
        assert sandbox.call(system, "GET", "/nothing/at/all").status_code == 404


def test_what_was_asked_is_remembered(sandbox: Sandbox) -> None:
    sandbox.call("hubspot", "GET", f"{OBJECTS}/companies?limit=2&properties=name")
    sandbox.call("stripe", "GET", "/v1/account", key="wrong")
    assert sandbox.call("control", "GET", "/requests").json() == [
        {
            "system": "hubspot",
            "method": "GET",
            "path": f"{OBJECTS}/companies",
            "query": {"limit": ["2"], "properties": ["name"]},
            "status": 200,
        },
        {"system": "stripe", "method": "GET", "path": "/v1/account", "query": {}, "status": 401},
    ]


def test_the_same_day_gives_the_same_world(own_sandbox: Sandbox) -> None:
    def seen() -> list[object]:
        rows = [list(hubspot_list(own_sandbox, kind)) for kind in ("companies", "tickets")]
        return [*rows, list(stripe_list(own_sandbox, "invoices"))]

    before = seen()
    own_sandbox.call("control", "POST", "/today", json=TOMORROW)
    own_sandbox.call("control", "POST", "/today", json={"today": "2026-11-21"})
    assert seen() == before


def test_tomorrow_keeps_all_ids_and_adds_what_happened(own_sandbox: Sandbox) -> None:
    since = [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "0"}]

    def seen() -> dict[str, set[str]]:
        found = {
            kind: {row["id"] for row in hubspot_list(own_sandbox, kind)}
            for kind in ("companies", "contacts", "tickets", "deals")
        }
        for kind in ("emails", "calls", "meetings", "notes"):
            found[kind] = {row["id"] for row in hubspot_search(own_sandbox, kind, since)}
        for kind in ("customers", "invoices"):
            found[kind] = {row["id"] for row in stripe_list(own_sandbox, kind)}
        return found

    before = seen()
    usage = usage_rows(own_sandbox, "features", "2026-11-01", "2026-12-01")
    moved = own_sandbox.call("control", "POST", "/today", json=TOMORROW)
    assert moved.json() == TOMORROW
    after = seen()
    assert all(before[kind] <= after[kind] for kind in before)
    assert sum(len(after[kind] - before[kind]) for kind in before) > 0
    later = usage_rows(own_sandbox, "features", "2026-11-01", "2026-12-01")
    assert {row[1] for row in later} - {row[1] for row in usage} == {"2026-11-21"}
    assert [row for row in later if row[1] < "2026-11-21"] == usage


def test_an_edit_in_the_crm_survives_tomorrow(own_sandbox: Sandbox) -> None:
    company = next(hubspot_list(own_sandbox, "companies", 1))["id"]
    edit = {"id": company, "properties": {"csm_tier": "T4", "hubspot_owner_id": ""}}
    assert own_sandbox.call("control", "POST", "/hubspot/company", json=edit).status_code == 200
    own_sandbox.call("control", "POST", "/today", json=TOMORROW)
    query = "?properties=csm_tier,hubspot_owner_id&propertiesWithHistory=csm_tier"
    row = own_sandbox.call("hubspot", "GET", f"{OBJECTS}/companies/{company}{query}").json()
    assert row["properties"]["csm_tier"] == "T4"
    assert row["properties"]["hubspot_owner_id"] is None
    newest = row["propertiesWithHistory"]["csm_tier"][0]
    assert newest["value"] == "T4"
    assert newest["timestamp"].startswith("2026-11-21T00:00:")


def test_a_later_change_in_the_world_wins_over_an_edit(own_sandbox: Sandbox) -> None:
    def move(day: str) -> None:
        assert own_sandbox.call("control", "POST", "/today", json={"today": day}).ok

    def companies() -> dict[str, Any]:
        query = "&properties=csm_stage&propertiesWithHistory=csm_stage"
        return {row["id"]: row for row in hubspot_list(own_sandbox, "companies", 50, query)}

    move("2027-03-01")
    later = companies()
    changed = next(
        i
        for i, row in later.items()
        if row["propertiesWithHistory"]["csm_stage"][0]["timestamp"] > "2026-11-22"
        and row["createdAt"] < "2026-11-01"
    )
    move("2026-11-21")
    edit = {"id": changed, "properties": {"csm_stage": "edited"}}
    own_sandbox.call("control", "POST", "/hubspot/company", json=edit)
    assert companies()[changed]["properties"]["csm_stage"] == "edited"
    move("2027-03-01")
    row = companies()[changed]
    assert row["properties"] == later[changed]["properties"]
    values = [item["value"] for item in row["propertiesWithHistory"]["csm_stage"]]
    assert "edited" in values[1:]


def test_the_ledger_names_every_company(sandbox: Sandbox) -> None:
    books = sandbox.call("control", "GET", "/ledger").json()
    listed = {
        row["id"]
        for archived in ("", "&archived=true")
        for row in hubspot_list(sandbox, "companies", query=archived)
    }
    assert {customer["hubspot_id"] for customer in books["customers"]} == listed


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads memory from /proc")
def test_a_hundred_thousand_customers() -> None:
    """First pages within two seconds, bounded memory, cursors anywhere in the list."""
    with running("--customers", "100000") as sandbox:
        asked = [
            *[
                ("hubspot", "GET", f"{OBJECTS}/{kind}?limit=100", None)
                for kind in ("companies", "contacts", "deals", "tickets")
            ],
            ("hubspot", "GET", f"{OBJECTS}/companies?limit=100&after=99000000000", None),
            *[
                ("stripe", "GET", f"/v1/{name}?limit=100", None)
                for name in ("customers", "subscriptions", "invoices", "events", "coupons")
            ],
            ("intercom", "POST", "/companies/list?per_page=60", None),
            ("intercom", "GET", "/companies/scroll", None),
            (
                "intercom",
                "POST",
                "/contacts/search",
                {"query": {"field": "updated_at", "operator": ">", "value": 0}},
            ),
        ]
        for system, method, path, body in asked:
            begun = sandbox.busy()
            answer = sandbox.call(system, method, path, json=body)
            assert answer.status_code == 200
            assert sandbox.busy() - begun < 2, path
        begun = sandbox.busy()
        text = usage_query("features", "2026-02-14", "2026-11-21", ("acct_070000", "", ""))
        page = sandbox.query(text).json()
        assert len(page["results"]) == 50_000
        assert page["results"][0][0] == "acct_070000"
        assert sandbox.busy() - begun < 2
        assert sandbox.memory() < 400 * 2**20


def test_a_slim_world_shows_the_last_days_only() -> None:
    with running("--customers", "12", "--history", "7") as sandbox:
        days = {row[1] for row in usage_rows(sandbox, "daily", "2026-01-01", "2026-11-21")}
        assert min(days) == "2026-11-14"
        tickets = list(hubspot_list(sandbox, "tickets"))
        assert all(row["createdAt"] >= "2026-11-14" for row in tickets)
        assert len(list(hubspot_list(sandbox, "companies"))) >= 11
        assert len(list(stripe_list(sandbox, "subscriptions", query="&status=all"))) >= 8
        since = int(datetime(2026, 11, 14, tzinfo=UTC).timestamp())
        assert all(row["created"] >= since for row in stripe_list(sandbox, "invoices"))
