"""The sandbox's sign-in is as strict as a vendor's: what a client does wrong is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from csmdesk.sync.oauth.sign_in import challenge_of
from tests.sandbox.process import Sandbox

BACK = "http://127.0.0.1:9/callback"
VERIFIER = "v" * 43
PLACES = {
    "zendesk": ("/oauth/authorizations/new", "/oauth/tokens", "/api/v2/users/me"),
    "salesforce": (
        "/services/oauth2/authorize",
        "/services/oauth2/token",
        "/services/data/v62.0/limits",
    ),
}
both = pytest.mark.parametrize("system", PLACES)


def code(sandbox: Sandbox, system: str, **more: str) -> str:
    """The code that comes back from the page."""
    asked = {
        "response_type": "code",
        "client_id": sandbox.addresses[system]["client_id"],
        "redirect_uri": BACK,
        "state": "s",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        **more,
    }
    page = PLACES[system][0]
    response = sandbox.call(system, "GET", page, key="", params=asked, allow_redirects=False)
    assert response.status_code == 302, response.text
    told = parse_qs(urlsplit(response.headers["Location"]).query)
    assert told["state"] == ["s"]
    return told.get("code", told.get("error", [""]))[0]


def exchange(sandbox: Sandbox, system: str, **fields: str) -> Any:
    form = {
        "grant_type": "authorization_code",
        "client_id": sandbox.addresses[system]["client_id"],
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **fields,
    }
    return sandbox.call(system, "POST", PLACES[system][1], key="", data=form)


@both
def test_a_pair_is_good_until_it_is_renewed(sandbox: Sandbox, system: str) -> None:
    first = exchange(sandbox, system, code=code(sandbox, system)).json()
    path = PLACES[system][2]
    assert sandbox.call(system, "GET", path, key=first["access_token"]).status_code == 200
    renewal = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = exchange(sandbox, system, **renewal).json()
    assert sandbox.call(system, "GET", path, key=first["access_token"]).status_code == 401
    assert sandbox.call(system, "GET", path, key=second["access_token"]).status_code == 200
    refused = exchange(sandbox, system, **renewal)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


@both
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:10/callback"}, "invalid_grant"),
        ({"code": "guessed"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"client_secret": "none is needed"}, "invalid_client"),
    ],
)
def test_a_wrong_exchange_is_refused(
    sandbox: Sandbox, system: str, wrong: dict[str, str], error: str
) -> None:
    fields = {"code": code(sandbox, system), **wrong}
    refused = exchange(sandbox, system, **fields)
    assert (refused.status_code, refused.json()["error"]) == (400, error)


@both
def test_a_code_is_good_once(sandbox: Sandbox, system: str) -> None:
    one = code(sandbox, system)
    assert exchange(sandbox, system, code=one).status_code == 200
    assert exchange(sandbox, system, code=one).json()["error"] == "invalid_grant"


@both
def test_a_page_asked_for_wrongly(sandbox: Sandbox, system: str) -> None:
    assert code(sandbox, system, code_challenge_method="plain") == "invalid_request"
    for wrong in ({"client_id": "another"}, {"redirect_uri": "https://evil.example/callback"}):
        page = PLACES[system][0]
        asked = {"client_id": sandbox.addresses[system]["client_id"], "redirect_uri": BACK, **wrong}
        response = sandbox.call(system, "GET", page, key="", params=asked, allow_redirects=False)
        assert response.status_code == 400
