"""Every request our connectors make, held against the vendors' contracts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.settings import Source
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import HubSpot
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.writer import Logged, Write
from tests.contract.validator import Contract, ContractError
from tests.sandbox.process import Sandbox, running
from tests.sync.bench import SYSTEMS, Bench, new_bench


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running("--customers", "24") as started:
        yield started


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[requests.PreparedRequest]:
    """The requests that really go out, in order."""
    found: list[requests.PreparedRequest] = []
    send = requests.Session.send

    def watched(
        session: requests.Session, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        found.append(request)
        return send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", watched)
    return found


def check_all(bench: Bench, sent: list[requests.PreparedRequest]) -> dict[str, int]:
    """Hold every request against its system's contract; how many there were of each."""
    counts = dict.fromkeys(SYSTEMS, 0)
    for request in sent:
        assert request.url is not None
        assert request.method is not None
        system = urlsplit(request.url).path.split("/")[1]
        if system not in counts:
            continue
        counts[system] += 1
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert body is None or isinstance(body, bytes)
        base_url = bench.sandbox.base_url(system)
        Contract.of(system, request.url).check_request(request.method, request.url, base_url, body)
        assert request.headers["Authorization"].startswith(("Bearer ", "Basic "))
        assert bench.key not in request.url
    return counts


def test_first_load_incremental_and_retried_rows(
    sandbox: Sandbox, tmp_path: Path, sent: list[requests.PreparedRequest]
) -> None:
    bench = new_bench(sandbox, tmp_path)
    calm = new_bench(sandbox, tmp_path, "calm")
    calm.sync(phase="essential")
    calm.store.close()
    for system in SYSTEMS:
        sandbox.fault(system, "bad_row", path=sandbox.asked_most(system))
    sandbox.fault("hubspot", "bad_row", path="emails/search")
    bench.sync()
    assert {problem.source for problem in bench.problems()} == set(SYSTEMS)
    bench.sync()
    assert bench.problems() == []
    sandbox.call("control", "POST", "/today", json={"today": "2026-11-24"})
    bench.sync()
    sandbox.call("control", "POST", "/today", json={"today": "2026-11-21"})
    counts = check_all(bench, sent)
    assert min(counts.values()) > 10, counts
    bench.store.close()


def test_scores_are_written_as_the_contract_asks(
    sandbox: Sandbox, tmp_path: Path, sent: list[requests.PreparedRequest]
) -> None:
    bench = new_bench(sandbox, tmp_path)
    connector = HubSpot(
        Source(system="hubspot", base_url=sandbox.base_url("hubspot")), PastedKey(bench.key)
    )
    client = HttpClient(connector.api(), CancelToken())
    writer = connector.writer()
    for _ in range(2):  # made, and found
        writer.prepare(client)
    values = {"chi": "71", "band": "good", "scored_at": "2026-11-20T06:30:00Z", "reason_1": None}
    ids = ["21000000300000", "7"]
    results = writer.write(client, [Write(one, values) for one in ids])
    assert [bool(one.error) for one in results] == [False, True]
    assert writer.current(client, ids, list(values)) == {ids[0]: values}
    client.close()
    assert check_all(bench, sent)["hubspot"] == 11
    bench.store.close()


def test_activities_are_made_as_the_contract_asks(
    sandbox: Sandbox, tmp_path: Path, sent: list[requests.PreparedRequest]
) -> None:
    """The contract names no engagements; they are made and removed like every other object."""
    source = Source(system="hubspot", base_url=sandbox.base_url("hubspot"))
    connector = HubSpot(source, PastedKey("sandbox-test-key"))
    client = HttpClient(connector.api(), CancelToken())
    writer = connector.activity_writer()
    for number, kind in enumerate(("note", "call", "meeting", "email")):
        writer.prepare(client, kind)
        said = ("Subject", "Body", "in", True, None)
        made = writer.create(
            client, Logged("21000000300000", f"mark-{number}", kind, 1_795_000_000, *said)
        )
        assert writer.find(client, kind, f"mark-{number}") == made
        writer.remove(client, kind, made)
        assert writer.find(client, kind, f"mark-{number}") is None
    client.close()
    base_url = sandbox.base_url("hubspot")
    kinds = re.compile(r"/objects/2026-03/(?:notes|calls|meetings|emails)(?=$|/\d+$)")
    for request in sent:
        url = kinds.sub("/objects/2026-03/companies", str(request.url))
        body = request.body if isinstance(request.body, bytes) else None
        Contract.load("hubspot").check_request(str(request.method), url, base_url, body)


def test_versions_are_pinned(
    sandbox: Sandbox, tmp_path: Path, sent: list[requests.PreparedRequest]
) -> None:
    bench = new_bench(sandbox, tmp_path)
    bench.sync(["stripe", "intercom"], phase="essential")
    for request in sent:
        path = urlsplit(str(request.url)).path
        if path.startswith("/stripe"):
            assert request.headers["Stripe-Version"] == "2026-10-28.endive"
        elif path.startswith("/intercom"):
            assert request.headers["Intercom-Version"] == "2.16"
    bench.store.close()


def test_the_check_refuses_what_a_contract_does_not_name() -> None:
    url = "http://127.0.0.1:1/stripe/v1/customers?limitt=1"
    with pytest.raises(ContractError, match="unknown query parameter"):
        Contract.load("stripe").check_request("GET", url, "http://127.0.0.1:1/stripe", None)
