"""A sign-in renews itself once for everybody, is never lost, and says when it is over."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import keyring
import pytest

from csmdesk.config.secrets import NoKeyring
from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import AuthError, Cancelled, SourceError, Unreachable
from csmdesk.domain.settings import Source
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.sources import connector_of, probe, signed_in
from csmdesk.sync.oauth.provider import Provider
from csmdesk.sync.oauth.signed_in import SignedIn
from csmdesk.sync.oauth.tokens import Tokens
from tests.oauth.conftest import event
from tests.oauth.file_keyring import FileKeyring
from tests.sandbox.process import Sandbox


def kept(desk: Session) -> Tokens:
    found = Tokens.of_text(desk.secrets.get("zendesk") or "")
    assert found is not None
    return found


def ask(desk: Session) -> None:
    probe(connector_of(desk, "zendesk"), desk.patience)


def test_an_access_token_that_is_refused_is_renewed_and_kept(
    signed_desk: Session, sandbox: Sandbox
) -> None:
    first, renewals = kept(signed_desk), event(sandbox)
    ask(signed_desk)
    assert (kept(signed_desk), event(sandbox)) == (first, renewals)
    event(sandbox, "expire")
    ask(signed_desk)
    second = kept(signed_desk)
    assert (event(sandbox), second.refresh != first.refresh) == (renewals + 1, True)
    ask(signed_desk)
    assert event(sandbox) == renewals + 1


def test_one_that_is_about_to_end_is_renewed_before_it_is_used(
    signed_desk: Session, source: Source, sandbox: Sandbox
) -> None:
    sandbox.call("control", "DELETE", "/requests")
    credentials = signed_in(signed_desk, source)
    first = kept(signed_desk)
    late = SignedIn(
        credentials._provider, credentials._vault, clock=lambda: float(first.until - 30)
    )
    assert late.current() == kept(signed_desk).access != first.access
    asked = sandbox.call("control", "GET", "/requests").json()
    assert [one["path"] for one in asked] == ["/oauth/tokens"]


def test_many_threads_renew_once(signed_desk: Session, source: Source, sandbox: Sandbox) -> None:
    renewals, first = event(sandbox), kept(signed_desk).access
    everybody = [signed_in(signed_desk, source) for _ in range(8)]
    barrier, got = threading.Barrier(8), []

    def renew(credentials: SignedIn) -> None:
        barrier.wait()
        got.append(credentials.renewed(first))

    threads = [threading.Thread(target=renew, args=(one,)) for one in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(got) == {kept(signed_desk).access}
    assert first not in got
    assert event(sandbox) == renewals + 1


def child(folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.oauth.renewing", str(folder)]
    pipe = subprocess.PIPE
    started = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def test_two_processes_renew_once(
    signed_desk: Session, sandbox: Sandbox, child_environment: dict[str, str]
) -> None:
    event(sandbox, "expire")
    ended = sandbox.call("zendesk", "GET", "/api/v2/users/me", key=kept(signed_desk).access)
    assert ended.status_code == 401
    renewals = event(sandbox)
    with ExitStack() as stack:
        pair = [
            stack.enter_context(child(signed_desk.workspace.folder, child_environment))
            for _ in range(2)
        ]
        for one in pair:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        told = [one.stdout.readline() for one in pair if one.stdout is not None]
    assert told == ["fine\n", "fine\n"]
    assert event(sandbox) == renewals + 1


def test_killed_right_after_the_renewal_nothing_is_lost(
    signed_desk: Session, sandbox: Sandbox, child_environment: dict[str, str]
) -> None:
    """The process dies in its first request with the new token, which never answers."""
    first = kept(signed_desk)
    event(sandbox, "expire")
    sandbox.fault("zendesk", "hang", path="users/me", after=1, seconds=20)
    with child(signed_desk.workspace.folder, child_environment) as started:
        assert started.stdin is not None
        started.stdin.write("go\n")
        started.stdin.flush()
        while len(_asked(sandbox)) < 3:  # refused, renewed, asked again
            assert started.poll() is None
        started.kill()
    sandbox.call("control", "DELETE", "/faults")
    assert kept(signed_desk).refresh != first.refresh
    renewals = event(sandbox)
    again = open_session(signed_desk.workspace.folder, demo=False)
    ask(again)
    again.close()
    assert event(sandbox) == renewals


def requests_of(sandbox: Sandbox) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = sandbox.call("control", "GET", "/requests").json()
    return asked


def _asked(sandbox: Sandbox) -> list[dict[str, Any]]:
    """What was asked since the sign-in, the hanging request included."""
    of_these = ("/oauth/tokens", "/api/v2/users/me")
    return [one for one in requests_of(sandbox) if one["path"] in of_these][2:]


def test_cancelled_while_it_renews_nothing_is_lost(signed_desk: Session, sandbox: Sandbox) -> None:
    """The answer comes in slowly; who waited for it has long gone on."""
    first, renewals = kept(signed_desk), event(sandbox)
    event(sandbox, "expire")
    sandbox.call("control", "DELETE", "/requests")
    sandbox.fault("zendesk", "slow", path="/oauth/tokens", seconds=1.5)
    cancel = CancelToken()

    def cancel_while_it_renews() -> None:
        while not any(one["path"] == "/oauth/tokens" for one in requests_of(sandbox)):
            time.sleep(0.02)
        cancel.cancel()

    threading.Thread(target=cancel_while_it_renews).start()
    with pytest.raises(Cancelled):
        probe(connector_of(signed_desk, "zendesk"), signed_desk.patience, cancel)
    deadline = time.monotonic() + 10
    while kept(signed_desk) == first:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    ask(signed_desk)
    assert event(sandbox) == renewals + 1


def test_a_revoked_sign_in_says_what_to_do(signed_desk: Session, sandbox: Sandbox) -> None:
    event(sandbox, "revoke")
    before = kept(signed_desk)
    with pytest.raises(AuthError, match="does not accept the sign-in any more") as caught:
        ask(signed_desk)
    assert "Sign in again" in caught.value.remedy
    assert "csmdesk connect zendesk" in caught.value.remedy
    assert before.refresh not in caught.value.sentence()


def test_a_refresh_token_that_was_lost_says_what_to_do(
    signed_desk: Session, source: Source, sandbox: Sandbox
) -> None:
    """The answer that renewed never arrived: the old token is dead, the new one unknown."""
    old = signed_desk.secrets.get("zendesk")
    assert old is not None
    signed_in(signed_desk, source).renewed(kept(signed_desk).access)
    signed_desk.secrets.store("zendesk", old)
    with pytest.raises(AuthError, match="any more"):
        ask(signed_desk)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        pytest.param({"kind": "500"}, None, id="500 once"),
        pytest.param({"kind": "500", "times": 20}, Unreachable, id="500 for long"),
        pytest.param({"kind": "reset"}, AuthError, id="answer lost"),
        pytest.param({"kind": "cut"}, SourceError, id="answer cut"),
    ],
)
def test_trouble_while_renewing(
    signed_desk: Session,
    sandbox: Sandbox,
    fault: dict[str, Any],
    outcome: type[SourceError] | None,
) -> None:
    event(sandbox, "expire")
    sandbox.fault("zendesk", path="/oauth/tokens", **fault)
    if outcome is None:
        ask(signed_desk)
        return
    with pytest.raises(outcome) as caught:
        ask(signed_desk)
    assert caught.value.remedy


class _Full(FileKeyring):
    """A keyring that shows what it has and takes nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.PasswordSetError("locked")


def test_a_keyring_that_takes_nothing_is_told_and_the_session_goes_on(
    signed_desk: Session, sandbox: Sandbox, keyring_file: Path
) -> None:
    keyring.set_keyring(_Full(keyring_file))
    event(sandbox, "expire")
    with pytest.raises(SourceError, match="could not be kept") as caught:
        ask(signed_desk)
    assert "until CSMDesk is closed" in caught.value.remedy
    ask(signed_desk)  # with what is in memory
    with pytest.raises(NoKeyring):
        signed_desk.secrets.store("zendesk", "x")


def test_what_is_no_sign_in_asks_for_one(desk: Session, provider: Provider) -> None:
    for text in ("", "a pasted key", json.dumps({"access": "x"})):
        desk.secrets.keep_for_session("zendesk", text)
        with pytest.raises(AuthError, match="no sign-in for Zendesk"):
            SignedIn(provider, desk.secrets.entry("zendesk")).current()


def test_an_access_token_too_long_for_a_keyring_is_left_out() -> None:
    tokens = Tokens(refresh="r", access="a" * 2_000, address="https://acme.my.salesforce.com")
    again = Tokens.of_text(tokens.text())
    assert again == Tokens(refresh="r", address="https://acme.my.salesforce.com")
