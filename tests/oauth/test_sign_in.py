"""The browser step: PKCE, state, ports, refusal, cancel and time-out."""

from __future__ import annotations

import re
import socket
import threading
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import AuthError, BadInput, Cancelled, SourceError, Unreachable
from csmdesk.sync.oauth.provider import Provider
from csmdesk.sync.oauth.sign_in import challenge_of, sign_in
from csmdesk.sync.oauth.tokens import Tokens
from tests.oauth.conftest import PORTS, Browse, browser, event
from tests.sandbox.process import Sandbox
from tests.sync.bench import QUICK


def signed(provider: Provider, browse: Browse, timeout: float = 10.0) -> Tokens:
    return sign_in(provider, browse, CancelToken(), timeout=timeout, ports=PORTS, patience=QUICK)


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_a_person_signs_in(provider: Provider, sandbox: Sandbox) -> None:
    seen: list[str] = []

    def browse(address: str) -> None:
        seen.append(address)
        browser(address)

    tokens = signed(provider, browse)
    assert tokens.refresh
    assert tokens.until > 0
    me = sandbox.call("zendesk", "GET", "/api/v2/users/me", key=tokens.access)
    assert me.status_code == 200
    asked = query(seen[0])
    assert asked["code_challenge_method"] == "S256"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", asked["code_challenge"])
    assert asked["redirect_uri"] == f"http://127.0.0.1:{PORTS[0]}/callback"
    assert repr(tokens) == "Tokens(***)"


@given(st.text("ABCabc012-._~", min_size=43, max_size=128))
def test_challenge_is_that_of_the_standard(verifier: str) -> None:
    digest = sha256(verifier.encode()).digest()
    assert challenge_of(verifier) + "=" == urlsafe_b64encode(digest).decode()


def test_challenge_of_the_standards_own_example() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_an_answer_with_another_state_is_not_taken(provider: Provider) -> None:
    stranger: list[int] = []

    def browse(address: str) -> None:
        back = query(address)["redirect_uri"]
        forged = requests.get(f"{back}?code=stolen&state=guess", timeout=5)
        stranger.append(forged.status_code)
        assert requests.get(f"{back}?code=stolen", timeout=5).status_code == 400
        assert requests.get(back.replace("/callback", "/else"), timeout=5).status_code == 404
        browser(address)

    assert signed(provider, browse).refresh  # it went on waiting for its own
    assert stranger == [400]


def test_text_from_outside_is_not_shown(provider: Provider) -> None:
    def browse(address: str) -> None:
        asked = query(address)
        words = "<script>alert(1)</script>"
        answer = requests.get(
            asked["redirect_uri"], params={"error": words, "state": asked["state"]}, timeout=5
        )
        assert "script" not in answer.text
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"

    with pytest.raises(AuthError, match="gave CSMDesk no access") as caught:
        signed(provider, browse)
    assert "<" not in caught.value.message


def test_a_refusal_is_told(provider: Provider, sandbox: Sandbox) -> None:
    event(sandbox, "deny")
    with pytest.raises(AuthError, match="access_denied") as caught:
        signed(provider, browser)
    assert "admin" in caught.value.remedy


def test_a_port_in_use_is_skipped_and_without_a_free_one_it_says_so(provider: Provider) -> None:
    taken = [socket.create_server(("127.0.0.1", port)) for port in PORTS[:2]]
    seen: list[str] = []

    def browse(address: str) -> None:
        seen.append(query(address)["redirect_uri"])
        browser(address)

    try:
        assert signed(provider, browse).refresh
        assert seen == [f"http://127.0.0.1:{PORTS[2]}/callback"]
        with (
            socket.create_server(("127.0.0.1", PORTS[2])),
            pytest.raises(SourceError, match=str(PORTS[1])),
        ):
            signed(provider, browser)
    finally:
        for one in taken:
            one.close()


def test_cancel_ends_the_wait(provider: Provider) -> None:
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    with pytest.raises(Cancelled):
        sign_in(provider, lambda _: None, cancel, ports=PORTS)
    assert signed(provider, browser).refresh  # the port is free again


def test_nobody_comes_back(provider: Provider) -> None:
    with pytest.raises(AuthError, match="Nobody signed in") as caught:
        signed(provider, lambda _: None, timeout=0.3)
    assert caught.value.remedy


def test_a_connection_that_says_nothing_does_not_stop_the_answer(provider: Provider) -> None:
    """Browsers open connections ahead."""
    opened: list[socket.socket] = []

    def browse(address: str) -> None:
        opened.append(socket.create_connection(("127.0.0.1", PORTS[0])))
        browser(address)

    assert signed(provider, browse).refresh
    opened[0].close()


def test_what_is_missing_or_unsafe_is_told_before_the_browser_opens() -> None:
    def never(_: str) -> None:
        raise AssertionError

    https = "https://acme.zendesk.com/oauth"
    without_app = Provider("zendesk", "Zendesk", https, https, "", "read")
    with pytest.raises(BadInput, match="client id"):
        signed(without_app, never)
    plain = Provider("zendesk", "Zendesk", "http://acme.zendesk.com/oauth", https, "app", "read")
    with pytest.raises(SourceError, match="plain HTTP"):
        signed(plain, never)


def test_an_unknown_app_and_a_dead_address(provider: Provider, sandbox: Sandbox) -> None:
    def agreed(address: str) -> None:
        asked = query(address)
        back = {"code": "made-up-code", "state": asked["state"]}
        requests.get(asked["redirect_uri"], params=back, timeout=5)

    unknown = Provider("zendesk", "Zendesk", provider.token_url, provider.token_url, "app", "read")
    with pytest.raises(AuthError, match="invalid_client") as caught:
        signed(unknown, agreed)
    assert "made-up-code" not in caught.value.sentence()
    nowhere = Provider("zendesk", "Zendesk", provider.token_url, "http://127.0.0.1:9/", "app", "x")
    with pytest.raises(Unreachable, match="cannot be reached"):
        signed(nowhere, agreed)
