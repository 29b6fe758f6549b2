"""Connecting a system tests its key; keys go to the keyring and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.errors import AuthError, BadInput, Unreachable
from csmdesk.domain.settings import Source
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.source_status import source_rows
from csmdesk.jobs.sources import connect, disconnect, erase, left_out_rows
from csmdesk.jobs.sync import sync
from csmdesk.store import cursors
from csmdesk.sync.connectors import CONNECTORS, SIGN_INS
from tests.config.test_secrets import MemoryKeyring
from tests.sandbox.process import KEY, Sandbox, running
from tests.sync.bench import QUICK

SYSTEMS = tuple(system for system in CONNECTORS if system not in SIGN_INS)
"""Those that take a key."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running("--customers", "4") as started:
        yield started


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Session]:
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    session = open_session(tmp_path / "desk", demo=False)
    session.patience = QUICK
    yield session
    session.close()
    keyring.set_keyring(before)


def add(desk: Session, sandbox: Sandbox, system: str, key: str = KEY) -> str:
    project = "1" if system == "posthog" else ""
    source = Source(system=system, base_url=sandbox.base_url(system), project_id=project)
    return connect(desk, source, key)


def files_with(folder: Path, text: str) -> list[Path]:
    """Files of the workspace that hold a text."""
    needle = text.encode()
    return [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_good_key_is_kept_in_the_keyring_alone(
    desk: Session, sandbox: Sandbox, system: str
) -> None:
    sandbox.call("control", "DELETE", "/requests")
    title = add(desk, sandbox, system)
    assert title
    assert [source.system for source in desk.settings.sources] == [system]
    assert desk.secrets.get(system) == KEY
    asked = [r for r in sandbox.call("control", "GET", "/requests").json() if r["system"] == system]
    assert len(asked) == 1
    assert files_with(desk.workspace.folder, KEY) == []
    again = open_session(desk.workspace.folder, demo=False)
    assert again.settings.sources == desk.settings.sources
    assert again.secrets.get(system) == KEY
    again.close()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_wrong_key_is_not_kept(desk: Session, sandbox: Sandbox, system: str) -> None:
    with pytest.raises(AuthError) as caught:
        add(desk, sandbox, system, key="not-the-key")
    assert "does not accept the key" in caught.value.message
    assert "not-the-key" not in caught.value.sentence()
    assert desk.settings.sources == ()
    assert desk.secrets.get(system) is None


def test_connecting_twice_replaces(desk: Session, sandbox: Sandbox) -> None:
    add(desk, sandbox, "stripe")
    add(desk, sandbox, "stripe")
    assert [source.system for source in desk.settings.sources] == ["stripe"]


def test_what_cannot_be_connected(desk: Session, sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no system that CSMDesk reads"):
        connect(desk, Source(system="myspace"), "key")
    with pytest.raises(BadInput, match="No key was given"):
        connect(desk, Source(system="stripe"), "")
    demo = open_session(tmp_path / "demo", demo=True)
    with pytest.raises(BadInput, match="takes no real systems"):
        connect(demo, Source(system="stripe"), KEY)
    demo.close()
    with pytest.raises(BadInput, match="Stripe is not connected"):
        disconnect(desk, "stripe")
    with pytest.raises(BadInput, match="Stripe is not connected"):
        sync(desk, CancelToken(), silent, source="stripe")


def test_an_address_where_nobody_listens(desk: Session) -> None:
    with running("--customers", "1") as gone:
        pass
    with pytest.raises(Unreachable, match="Stripe"):
        add(desk, gone, "stripe")
    assert desk.secrets.get("stripe") is None


def test_disconnecting_forgets_the_key_and_keeps_the_rows(desk: Session, sandbox: Sandbox) -> None:
    for system in ("hubspot", "intercom"):
        add(desk, sandbox, system)
    assert sync(desk, CancelToken(), silent)["problems"] == []

    def accounts() -> set[str]:
        with desk.store.read() as conn:
            rows = conn.exec_driver_sql("SELECT DISTINCT source FROM fact_account").all()
        return {row[0] for row in rows}

    assert accounts() == {"hubspot", "intercom"}
    disconnect(desk, "intercom")
    assert desk.secrets.get("intercom") is None
    assert [source.system for source in desk.settings.sources] == ["hubspot"]
    assert accounts() == {"hubspot", "intercom"}
    add(desk, sandbox, "intercom")
    disconnect(desk, "intercom")
    assert erase(desk, "intercom") > 0
    assert accounts() == {"hubspot"}
    assert {row["source"] for row in source_rows(desk)} == {"hubspot"}


def test_rows_that_could_not_be_used_are_listed(desk: Session) -> None:
    assert left_out_rows(desk) == []
    with desk.store.write() as conn:
        cursors.add_problem(conn, "stripe", "invoices", "in_1", "amount is no number", "{}")
    told = {"source": "stripe", "stream": "invoices", "id": "in_1", "why": "amount is no number"}
    assert left_out_rows(desk) == [told]
