"""The fault injector: each kind once, in its turn, then all is well again."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.sandbox.process import Sandbox
from tests.sandbox.reading import OBJECTS, usage_query

PATHS = {
    "hubspot": f"{OBJECTS}/companies?limit=3",
    "stripe": "/v1/customers?limit=3",
    "intercom": "/companies/scroll",
    "posthog": "/api/projects/1/query/",
}
ROWS = {"hubspot": "results", "stripe": "data", "posthog": "results", "intercom": "data"}


def ask(sandbox: Sandbox, system: str) -> requests.Response:
    if system == "posthog":
        return sandbox.query(usage_query("daily", "2026-11-01", "2026-11-21", limit=3))
    if system == "intercom":
        return sandbox.call(system, "POST", "/companies/list?per_page=3")
    return sandbox.call(system, "GET", PATHS[system])


@pytest.mark.parametrize("system", PATHS)
@pytest.mark.parametrize("kind", ["401", "403", "429", "500"])
def test_refusals(sandbox: Sandbox, system: str, kind: str) -> None:
    sandbox.fault(system, kind, times=2, after=1, retry_after=3)
    statuses = [ask(sandbox, system).status_code for _ in range(4)]
    assert statuses == [200, int(kind), int(kind), 200]


def test_how_each_vendor_says_when_to_come_back(sandbox: Sandbox) -> None:
    for system in PATHS:
        sandbox.fault(system, "429", retry_after=7)
        headers = ask(sandbox, system).headers
        if system == "intercom":
            assert "Retry-After" not in headers
            told = parsedate_to_datetime(headers["Date"]).timestamp()
            assert headers["X-RateLimit-Remaining"] == "0"
            assert 7 <= int(headers["X-RateLimit-Reset"]) - told <= 9
        else:
            assert headers["Retry-After"] == "7"
    sandbox.fault("hubspot", "429")
    assert "Retry-After" not in ask(sandbox, "hubspot").headers


@pytest.mark.parametrize("system", ["hubspot", "stripe", "posthog", "intercom"])
def test_expired_cursor(sandbox: Sandbox, system: str) -> None:
    sandbox.fault(system, "expired_cursor")
    assert ask(sandbox, system).status_code == 400
    assert ask(sandbox, system).status_code == 200


@pytest.mark.parametrize("system", PATHS)
def test_wrong_rows(sandbox: Sandbox, system: str) -> None:
    key = ROWS[system]
    good = ask(sandbox, system).json()[key]
    sandbox.fault(system, "wrong_type")
    sandbox.fault(system, "duplicate_rows")
    sandbox.fault(system, "bad_row")
    assert not isinstance(ask(sandbox, system).json()[key], list)
    assert ask(sandbox, system).json()[key] == [*good, good[0]]
    spoiled = ask(sandbox, system).json()[key]
    assert spoiled[1:] == good[1:]
    assert spoiled[0] != good[0]
    if system == "posthog":
        assert spoiled[0][0] == good[0][0]
    else:
        assert spoiled[0]["id"] == good[0]["id"]
    assert ask(sandbox, system).json()[key] == good


@pytest.mark.parametrize("system", PATHS)
def test_cut_json(sandbox: Sandbox, system: str) -> None:
    sandbox.fault(system, "cut")
    answer = ask(sandbox, system)
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert ask(sandbox, system).json()


@pytest.mark.parametrize("system", PATHS)
def test_reset_and_hang_break_the_connection(sandbox: Sandbox, system: str) -> None:
    for kind in ("reset", "hang"):
        sandbox.fault(system, kind, seconds=0.2)
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            ask(sandbox, system)
        assert ask(sandbox, system).json()


def test_a_hang_outlasts_an_impatient_client(sandbox: Sandbox) -> None:
    sandbox.fault("stripe", "hang", seconds=1)
    url, key = (sandbox.addresses["stripe"][name] for name in ("base_url", "key"))
    with pytest.raises(requests.Timeout):
        requests.get(f"{url}/v1/account", headers={"Authorization": f"Bearer {key}"}, timeout=0.2)


def test_slow_takes_its_time_and_is_whole(sandbox: Sandbox) -> None:
    good = ask(sandbox, "hubspot").json()
    sandbox.fault("hubspot", "slow", seconds=0.5)
    begun = time.monotonic()
    assert ask(sandbox, "hubspot").json() == good
    assert time.monotonic() - begun >= 0.5


def test_only_the_named_path_and_in_order(sandbox: Sandbox) -> None:
    sandbox.fault("hubspot", "500", "contacts")
    sandbox.fault("hubspot", "403", "contacts")
    assert ask(sandbox, "hubspot").status_code == 200
    path = f"{OBJECTS}/contacts"
    statuses = [sandbox.call("hubspot", "GET", path).status_code for _ in range(3)]
    assert statuses == [500, 403, 200]


def test_unknown_kinds_are_refused_and_faults_can_be_cleared(sandbox: Sandbox) -> None:
    wrong = [{"system": "stripe", "kind": "explode"}]
    assert sandbox.call("control", "POST", "/faults", json=wrong).status_code == 400
    sandbox.fault("stripe", "500")
    assert sandbox.call("control", "DELETE", "/faults").json() == []
    assert ask(sandbox, "stripe").status_code == 200


def test_enforced_limits(sandbox: Sandbox) -> None:
    limits = {"stripe": {"requests": 3, "seconds": 0.5}}
    assert sandbox.call("control", "POST", "/limits", json=limits).json() == limits
    statuses = [ask(sandbox, "stripe").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert ask(sandbox, "hubspot").status_code == 200
    time.sleep(0.5)
    assert ask(sandbox, "stripe").status_code == 200
    sandbox.call("control", "POST", "/limits", json={})
    assert [ask(sandbox, "stripe").status_code for _ in range(4)] == [200] * 4
