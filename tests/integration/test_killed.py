"""`csmdesk run` killed with no warning, again and again: the next one completes the work."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.jobs.run import run
from tests.demo import demo_session
from tests.jobs.test_run import dump

CUSTOMERS = 12
DAY = "2026-11-20"
MOMENTS = (
    ("in the sync", "SELECT count(*) FROM fact_invoice", 1),
    ("early in the back-fill", "SELECT count(*) FROM run", 5),
    ("late in the back-fill", "SELECT count(*) FROM run", 120),
)
STAMPED = ("history_day",)
"""Tables whose last column is the time of the run."""


def reached(folder: Path, query: str, least: int) -> bool:
    """Whether the killed run has come so far; no when its database is not there yet."""
    path = folder / "csmdesk.sqlite"
    if not path.exists():
        return False
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)
    try:
        return bool(connection.execute(query).fetchone()[0] >= least)
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "csmdesk", "--demo", "--workspace", str(folder), "run"]
    return subprocess.Popen([*command, "--as-of", DAY], stderr=subprocess.PIPE)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_a_killed_run_is_completed_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    demo_session(folder, CUSTOMERS).close()
    for moment, query, least in MOMENTS:
        process = start(folder)
        while not reached(folder, query, least):
            assert process.poll() is None, f"ended before it was {moment}"
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    session = demo_session(folder, CUSTOMERS)
    summary = run(session, CancelToken(), silent)
    session.close()
    assert summary["problems"] == []
    assert 0 < summary["days_run"] < 70

    whole = demo_session(tmp_path / "whole", CUSTOMERS)
    run(whole, CancelToken(), silent)
    whole.close()
    assert comparable(folder) == comparable(tmp_path / "whole")


def comparable(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Facts, identity, tasks, alerts and history; when which run was made is no part of it."""
    tables = {
        name: rows
        for name, rows in dump(folder).items()
        if name.startswith("fact_") or name in ("task", "task_event", "alert", "identity")
    }
    for name in STAMPED:
        tables[name] = [row[:-1] for row in dump(folder)[name]]
    assert len(tables) > 15
    assert all(tables[name] for name in ("fact_account", "task", "alert", "history_day"))
    return tables
