"""A small demo workspace, made once a test run by the real jobs from the real sandbox."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from csmdesk.config.workspace import CONFIG_NAME, DEMO, write_settings
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session, open_session

NOW = int(datetime(2026, 11, 20, 6, 30, tzinfo=UTC).timestamp())
"""A Friday morning: the clock of every test that uses the demo workspace."""
CUSTOMERS = 40


def clock() -> float:
    return NOW


def demo_session(
    folder: Path,
    customers: int = CUSTOMERS,
    seed: int = 7,
    clock: Callable[[], float] = clock,
) -> Session:
    """A session on a demo workspace with a small sandbox and a fixed clock."""
    path = folder / CONFIG_NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        settings = msgspec.structs.replace(DEMO, demo_customers=customers, demo_seed=seed)
        write_settings(path, settings)
    return open_session(folder, demo=True, clock=clock)


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
