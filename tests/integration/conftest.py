"""A workspace connected to a sandbox of its own, as a company's would be to the real systems."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from csmdesk.config.workspace import open_workspace, write_settings
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.settings import Source
from csmdesk.domain.systems import DEMO
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.sources import write_demo_rates
from tests.sandbox.process import KEY, Sandbox, running
from tests.sync.bench import QUICK

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC).timestamp()
SYSTEMS = DEMO


def connected(folder: Path, sandbox: Sandbox, key: str = KEY) -> Session:
    """A session on a workspace whose four sources are the sandbox's; keys for this session only."""
    workspace = open_workspace(folder)
    sources = tuple(
        Source(
            system=system, base_url=sandbox.base_url(system), project_id="1" * (system == "posthog")
        )
        for system in SYSTEMS
    )
    write_settings(
        workspace.config_path, msgspec.structs.replace(workspace.settings, sources=sources)
    )
    session = open_session(folder, demo=False, clock=lambda: NOW)
    for system in SYSTEMS:
        session.secrets.keep_for_session(system, key)
    session.patience = QUICK
    return session


_SYNC = """
import sys
from pathlib import Path
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.jobs.session import open_session
from csmdesk.jobs.sync import sync
from tests.integration.conftest import NOW

folder, system, key = sys.argv[1:]
session = open_session(Path(folder), demo=False, clock=lambda: NOW)
session.secrets.keep_for_session(system, key)
sync(session, CancelToken(), silent, source=system)
"""


def sync_killed_after(desk: Session, sandbox: Sandbox, system: str, path: str, key: str) -> None:
    """A sync in a process of its own, killed when it has sent a request to `path` and waits."""
    before = asked(sandbox, path)
    command = [sys.executable, "-c", _SYNC, str(desk.workspace.folder), system, key]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    while asked(sandbox, path) == before:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def asked(sandbox: Sandbox, path: str) -> int:
    """How many requests went to paths that end like this."""
    requests = sandbox.call("control", "GET", "/requests").json()
    return sum(request["path"].endswith(path) for request in requests)


@pytest.fixture(scope="session")
def own_sandbox() -> Iterator[Sandbox]:
    """A sandbox that tests give faults to; they take them back."""
    with running("--customers", "12") as started:
        yield started


@pytest.fixture(scope="session")
def connected_folder(own_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after its first run. Read only: copy it to write."""
    folder = tmp_path_factory.mktemp("connected") / "desk"
    session = connected(folder, own_sandbox)
    write_demo_rates(session, session.today())
    try:
        assert run(session, CancelToken(), silent)["problems"] == []
    finally:
        session.close()
    return folder
