"""A sandbox whose Zendesk a test signs in to, with a keyring that other processes see too."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
import requests

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.settings import Source
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.signing_in import sign_in
from csmdesk.sync.oauth.provider import Provider
from tests.oauth.file_keyring import FileKeyring
from tests.sandbox.process import Sandbox, running
from tests.sync.bench import QUICK

_FIRST = 28_765 + 3 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = (_FIRST, _FIRST + 1, _FIRST + 2)
"""Not those of the product, so that a person may sign in while tests run."""
Browse = Callable[[str], None]


@pytest.fixture(scope="session")
def shared() -> Iterator[Sandbox]:
    with running("--customers", "6") as started:
        yield started


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    return shared.fresh()


@pytest.fixture
def keyring_file(tmp_path: Path) -> Iterator[Path]:
    """The test's keyring, kept in a file."""
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring(tmp_path / "keyring.json"))
    yield tmp_path / "keyring.json"
    keyring.set_keyring(before)


@pytest.fixture
def desk(tmp_path: Path, keyring_file: Path) -> Iterator[Session]:
    session = open_session(tmp_path / "desk", demo=False)
    session.patience = QUICK
    yield session
    session.close()


@pytest.fixture
def child_environment(keyring_file: Path) -> dict[str, str]:
    """What a child process needs to see the test's keyring."""
    backend = f"{FileKeyring.__module__}.{FileKeyring.__name__}"
    return {**os.environ, "PYTHON_KEYRING_BACKEND": backend, "TEST_KEYRING": str(keyring_file)}


@pytest.fixture
def source(sandbox: Sandbox) -> Source:
    address = sandbox.addresses["zendesk"]
    return Source(system="zendesk", base_url=address["base_url"], client_id=address["client_id"])


@pytest.fixture
def signed_desk(desk: Session, source: Source) -> Session:
    """A workspace in which a person has signed in to Zendesk."""
    sign_in(desk, source, browser, CancelToken())
    return desk


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    base = sandbox.base_url("zendesk")
    app = sandbox.addresses["zendesk"]["client_id"]
    pages = (f"{base}/oauth/authorizations/new", f"{base}/oauth/tokens")
    return Provider("zendesk", "Zendesk", *pages, app, "read")


def browser(address: str) -> None:
    """A browser in which the person agrees at once: it follows the redirect."""
    threading.Thread(target=requests.get, args=(address,), kwargs={"timeout": 10}).start()


def event(sandbox: Sandbox, name: str = "", after: int = 0, system: str = "zendesk") -> int:
    """Something happens to the tokens of a system; how often they were renewed so far."""
    told = {"system": system, "event": name, "after": after}
    answer = sandbox.call("control", "POST", "/sign-in", json=told)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["renewals"])
