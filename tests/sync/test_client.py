"""The client's rules: what is tried again, how long it waits, what a person is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import (
    AuthError,
    BadAnswer,
    Cancelled,
    RateLimited,
    SourceError,
    Unreachable,
)
from csmdesk.domain.source_status import Rate
from csmdesk.sync.api import Api, Patience
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import complain
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.errors import Refused
from tests.sync.loopback import NOW, Answer, Loopback, Script, serving

KEY = "pat-na1-very-secret"
QUICK = Patience(connect=1.0, read=0.3, base=0.01, longest=0.05, attempts=4)
OK = Answer(payload={"fine": True})


class Waits(CancelToken):
    """Remembers what it was asked to wait for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def wait(self, seconds: float) -> None:
        self.check()
        if seconds > 0:
            self.asked.append(seconds)


def make(
    base_url: str, cancel: CancelToken | None = None, patience: Patience = QUICK
) -> HttpClient:
    api = Api("hubspot", "HubSpot", base_url, PastedKey(KEY), complain)
    return HttpClient(api, cancel or CancelToken(), patience, jitter=lambda: 0.5)


@contextmanager
def asking(
    script: Script | list[Answer], cancel: CancelToken | None = None, patience: Patience = QUICK
) -> Iterator[tuple[HttpClient, Loopback]]:
    with serving(script) as server:
        client = make(server.base_url, cancel, patience)
        yield client, server
        client.close()


def limited(policy: str = "SECONDLY") -> dict[str, Any]:
    return {"status": "error", "message": "slow", "errorType": "RATE_LIMIT", "policyName": policy}


def test_the_key_travels_in_the_header_alone() -> None:
    with asking([OK]) as (client, server):
        assert client.get("/x", dict, (("a", "b"),)) == {"fine": True}
        asked = server.asked[0]
        assert asked.headers["Authorization"] == f"Bearer {KEY}"
        assert asked.path == "/x?a=b"
        assert client.server_now == NOW


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        pytest.param([Answer(500), OK], [0.0075], id="500"),
        pytest.param([Answer(502), Answer(503), OK], [0.0075, 0.015], id="backoff"),
        pytest.param(
            [Answer(429, limited(), {"Retry-After": "7"}), OK], [7.0005], id="retry-after"
        ),
        pytest.param(
            [Answer(429, limited(), {"X-RateLimit-Reset": str(NOW + 4)}), OK],
            [4.0005],
            id="reset",
        ),
        pytest.param([Answer(429, limited()), OK], [0.0075], id="429 alone"),
        pytest.param([Answer(raw=b'{"fine": tr'), OK], [0.0075], id="cut JSON"),
        pytest.param([Answer(raw=b'{"fine"', announce=900), OK], [0.0075], id="cut body"),
        pytest.param([Answer(payload=[1, 2]), OK], [0.0075], id="wrong type"),
        pytest.param([Answer(payload={}, wait=0.6), OK], [0.0075], id="hang"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_tries_again(method: str, answers: list[Answer], waits: list[float]) -> None:
    cancel = Waits()
    with asking(answers, cancel) as (client, _):
        if method == "GET":
            assert client.get("/x", dict) == {"fine": True}
        else:
            assert client.post("/x", dict, {"q": 1}) == {"fine": True}
    # What the budget learned from a refusal comes on top.
    told = [wait for wait in cancel.asked if wait > QUICK.base / 2]
    assert told == pytest.approx(waits)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(500), Unreachable, "trouble of its own"),
        (Answer(429, limited()), RateLimited, "slow down"),
        (Answer(raw=b"{"), BadAnswer, "incomplete"),
        (Answer(payload={}, wait=0.6), Unreachable, "no answer in time"),
    ],
)
def test_gives_up_with_a_sentence(answer: Answer, error: type[SourceError], words: str) -> None:
    with asking([answer]) as (client, server):
        with pytest.raises(error, match=words) as caught:
            client.get("/x", dict)
        assert len(server.asked) == QUICK.attempts
        assert caught.value.remedy
        assert KEY not in caught.value.sentence()


def test_a_days_quota_is_not_tried_again() -> None:
    with asking([Answer(429, limited("DAILY"))]) as (client, server):
        with pytest.raises(RateLimited, match="today are used up"):
            client.get("/x", dict)
        assert len(server.asked) == 1


def test_trouble_that_asks_for_a_long_pause_is_left_for_the_next_run() -> None:
    with asking([Answer(503, headers={"Retry-After": "3600"})]) as (client, server):
        with pytest.raises(Unreachable):
            client.get("/x", dict)
        assert len(server.asked) == 1


def test_a_wait_beyond_reason_is_an_error_that_says_when() -> None:
    with asking([Answer(429, limited(), {"Retry-After": "3600"})]) as (client, server):
        with pytest.raises(RateLimited) as caught:
            client.get("/x", dict)
        assert caught.value.retry_at == NOW + 3600
        assert len(server.asked) == 1


def test_a_wrong_key_is_told_at_once() -> None:
    with asking([Answer(401, {"message": f"bad key {KEY}"})]) as (client, server):
        with pytest.raises(AuthError, match="HubSpot does not accept the key"):
            client.get("/x", dict)
        assert len(server.asked) == 1


def test_a_missing_scope_is_named() -> None:
    scopes = {"requiredGranularScopes": ["crm.objects.deals.read"]}
    body = {"category": "MISSING_SCOPES", "message": "no", "errors": [{"context": scopes}]}
    with (
        asking([Answer(403, body)]) as (client, _),
        pytest.raises(AuthError, match=r"crm\.objects\.deals\.read"),
    ):
        client.get("/x", dict)


def test_a_refusal_hides_the_key_and_keeps_the_reference() -> None:
    body = {"message": f"cannot use {KEY} here", "correlationId": "abc-1"}
    with asking([Answer(400, body)]) as (client, _):
        with pytest.raises(Refused) as caught:
            client.get("/x", dict)
        assert caught.value.status == 400
        assert KEY not in caught.value.sentence()
        assert "abc-1" in caught.value.sentence()


def test_a_redirect_is_not_followed() -> None:
    with serving([OK]) as other:
        away = Answer(302, {}, {"Location": f"{other.base_url}/steal"})
        with asking([away]) as (client, _):
            with pytest.raises(Refused):
                client.get("/x", dict)
            assert other.asked == []


def test_an_answer_beyond_the_limit_is_refused() -> None:
    patience = Patience(most_bytes=1000)
    with (
        asking([Answer(raw=b"[" + b" " * 5000)], patience=patience) as (client, _),
        pytest.raises(BadAnswer, match="larger than"),
    ):
        client.get("/x", list)


@pytest.mark.parametrize(
    "address",
    ["http://api.hubapi.com", "http://127.0.0.1.example.com", "ftp://x", "https://a:b@x", "x"],
)
def test_a_key_goes_to_no_such_address(address: str) -> None:
    with pytest.raises(SourceError) as caught:
        make(address)
    assert KEY not in caught.value.sentence()


@pytest.mark.parametrize("address", ["http://localhost:1", "http://[::1]:1", "http://127.9.9.9:1"])
def test_loopback_needs_no_tls(address: str) -> None:
    make(address).close()


def test_a_closed_port_says_so() -> None:
    client = make("http://127.0.0.1:1")
    with pytest.raises(Unreachable, match="refuses the connection"):
        client.get("/x", dict)
    client.close()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(payload={}, wait=20.0),
        Answer(429, limited(), {"Retry-After": "60"}),
    ],
)
def test_a_cancel_ends_any_wait(answer: Answer) -> None:
    cancel = CancelToken()
    with asking([answer], cancel, Patience()) as (client, _):
        threading.Timer(0.2, cancel.cancel).start()
        started = time.monotonic()
        with pytest.raises(Cancelled):
            client.get("/x", dict)
        assert time.monotonic() - started < 1.5


def test_a_used_up_window_is_waited_for() -> None:
    headers = {
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Max": "100",
        "X-HubSpot-RateLimit-Remaining": "0",
    }
    cancel = Waits()
    with asking([Answer(payload={}, headers=headers)], cancel) as (client, _):
        client.get("/x", dict)
        client.get("/x", dict)
    assert cancel.asked == [pytest.approx(10.0, abs=0.2)]


def test_a_question_ahead_is_answered_in_any_order() -> None:
    with asking(lambda asked: Answer(payload={"path": asked.path})) as (client, _):
        first = client.begin("GET", "/1", dict)
        assert client.get("/2", dict) == {"path": "/2"}
        assert first.result() == {"path": "/1"}


@pytest.mark.parametrize(
    ("headers", "rate"),
    [
        ({"X-Rate-Limit": "700", "X-Rate-Limit-Remaining": "699", "ratelimit-reset": "13"},
         Rate(699, 700, 13)),
        ({"Sforce-Limit-Info": "api-usage=14500/15000"}, Rate(500, 15_000, 86_400)),
        ({"Sforce-Limit-Info": "nonsense"}, None),
    ],
)  # fmt: skip
def test_what_is_left_of_the_budget_is_known(headers: dict[str, str], rate: Rate | None) -> None:
    """A day's quota that runs low is shown and does not slow the next request down."""
    cancel = Waits()
    with asking([Answer(payload={}, headers=headers)], cancel) as (client, _):
        client.get("/x", dict)
        client.get("/x", dict)
        assert client.rate == rate
    assert cancel.asked == []
