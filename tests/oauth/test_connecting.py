"""Connecting by signing in: what is kept where, and the same from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from csmdesk.cli import main
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.errors import AuthError, BadInput, SourceError
from csmdesk.domain.settings import Source
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.signing_in import sign_in
from csmdesk.jobs.sources import connect, disconnect
from csmdesk.jobs.sync import sync
from csmdesk.sync.oauth.tokens import Tokens
from tests.oauth.conftest import browser, event
from tests.sandbox.process import KEY, Sandbox


def secrets_of(desk: Session) -> list[str]:
    tokens = Tokens.of_text(desk.secrets.get("zendesk") or "")
    assert tokens is not None
    return [tokens.access, tokens.refresh]


def files_with(folder: Path, text: str) -> list[Path]:
    needle = text.encode()
    return [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


def test_a_sign_in_is_kept_in_the_keyring_and_read_with(
    signed_desk: Session, source: Source
) -> None:
    folder = signed_desk.workspace.folder
    assert signed_desk.settings.sources == (source,)
    assert "client_id" in (folder / "workspace.toml").read_text("utf-8")
    summary = sync(signed_desk, CancelToken(), silent)
    assert summary["problems"] == []
    assert summary["changed"] > 0
    for secret in secrets_of(signed_desk):
        assert files_with(folder, secret) == []
    again = open_session(folder, demo=False)
    assert sync(again, CancelToken(), silent)["changed"] == 0
    again.close()


def test_an_expiry_in_the_middle_of_a_sync_is_not_noticed(
    signed_desk: Session, sandbox: Sandbox
) -> None:
    renewals = event(sandbox)
    event(sandbox, "expire", after=2)
    assert sync(signed_desk, CancelToken(), silent)["problems"] == []
    assert event(sandbox) == renewals + 1


def test_signing_in_again_needs_nothing_new(signed_desk: Session, source: Source) -> None:
    before = secrets_of(signed_desk)
    assert sign_in(signed_desk, Source(system="zendesk"), browser, CancelToken()) == "Zendesk"
    assert signed_desk.settings.sources == (source,)
    assert secrets_of(signed_desk) != before


def test_a_failed_test_keeps_nothing(desk: Session, source: Source, sandbox: Sandbox) -> None:
    sandbox.fault("zendesk", "403", path="users/me")
    with pytest.raises(AuthError, match="the sign-in lacks a permission"):
        sign_in(desk, source, browser, CancelToken())
    assert desk.secrets.get("zendesk") is None
    assert desk.settings.sources == ()


def test_disconnecting_forgets_it(signed_desk: Session) -> None:
    disconnect(signed_desk, "zendesk")
    assert signed_desk.secrets.get("zendesk") is None


def test_for_the_session_only(desk: Session, source: Source, keyring_file: Path) -> None:
    sign_in(desk, source, browser, CancelToken(), session_only=True)
    assert not keyring_file.exists()
    assert sync(desk, CancelToken(), silent)["problems"] == []


def test_what_cannot_be_signed_in_to(desk: Session, source: Source, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="takes no key"):
        connect(desk, source, KEY)
    with pytest.raises(BadInput, match="is connected with a key"):
        sign_in(desk, Source(system="stripe"), browser, CancelToken())
    with pytest.raises(BadInput, match="client id"):
        sign_in(desk, Source(system="zendesk", site="acme"), browser, CancelToken())
    with pytest.raises(SourceError, match="site is not named"):
        sign_in(desk, Source(system="zendesk", client_id="app"), browser, CancelToken())
    demo = open_session(tmp_path / "demo", demo=True)
    with pytest.raises(BadInput, match="takes no real systems"):
        sign_in(demo, source, browser, CancelToken())
    demo.close()


def csmdesk(
    folder: Path, environment: dict[str, str], *words: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "csmdesk", "--workspace", str(folder), *words]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=60, check=False
    )


def test_from_the_command_line(
    tmp_path: Path, source: Source, child_environment: dict[str, str], keyring_file: Path
) -> None:
    fetch = "import sys, urllib.request as r; r.urlopen(sys.argv[1])"
    visitor = tmp_path / "browser.py"
    visitor.write_text(fetch, encoding="utf-8")
    environment = {**child_environment, "BROWSER": f"{sys.executable} {visitor} %s &"}
    folder = tmp_path / "cli"
    options = ["--base-url", source.base_url, "--client-id", source.client_id]
    done = csmdesk(folder, environment, "connect", "zendesk", *options)
    assert done.returncode == 0, done.stderr
    assert "Zendesk is connected" in done.stderr
    assert f"{source.base_url}/oauth/authorizations/new?" in done.stderr
    synced = csmdesk(folder, environment, "--json", "sync")
    assert synced.returncode == 0, synced.stderr
    assert json.loads(synced.stdout)["changed"] > 0
    [text] = json.loads(keyring_file.read_text("utf-8")).values()
    for secret in json.loads(text).values():
        assert str(secret) not in done.stderr + done.stdout + synced.stderr + synced.stdout


def test_a_session_of_the_command_line_keeps_no_sign_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--workspace", str(tmp_path)], ["connect", "zendesk", "--session"]) == 1
    assert "Leave out --session" in capsys.readouterr().err
