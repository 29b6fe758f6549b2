"""A small demo workspace, made once a test run by the real jobs from the real sandbox."""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session, open_session

NOW = int(datetime(2026, 11, 20, 6, 30, tzinfo=UTC).timestamp())
"""A Friday morning: the clock of every test that uses the demo workspace."""
CUSTOMERS = 40


def clock() -> float:
    return NOW


def demo_session(folder: Path, customers: int = CUSTOMERS) -> Session:
    """A session on a demo workspace with a small sandbox and a fixed clock."""
    session = open_session(folder, demo=True, clock=clock)
    session.sandbox_options = {"customers": customers}
    return session


def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the prepared workspace; parallel test processes share one."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, claim, done = shared / "demo", shared / "demo.claim", shared / "demo.done"
    try:
        os.close(os.open(claim, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        for _ in range(1_200):
            if done.exists():
                return folder
            time.sleep(0.1)
        raise TimeoutError("the demo workspace was not made in time") from None
    session = demo_session(folder)
    try:
        run(session, CancelToken(), silent)
    finally:
        session.close()
    done.touch()
    return folder


def copied(prepared: Path, target: Path) -> Path:
    """A copy of the prepared workspace that a test may change."""
    shutil.copytree(prepared, target)
    return target
