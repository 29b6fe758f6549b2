"""Two processes on one workspace: one works, the other says who does and since when."""

from __future__ import annotations

import getpass
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from csmdesk.domain.errors import Busy
from csmdesk.jobs.lock import NAME, workspace_lock
from csmdesk.jobs.session import Session
from tests.demo import demo_session

HOLD = """
import sys
from pathlib import Path
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.session import open_session

session = open_session(Path(sys.argv[1]), demo=True, window_open=sys.argv[2] == "window")
with workspace_lock(session):
    print("held", flush=True)
    sys.stdin.read()
session.close()
"""


@contextmanager
def holding(folder: Path, what: str = "command") -> Iterator[subprocess.Popen[str]]:
    """Another process that works on the workspace until it is told to stop."""
    command = [sys.executable, "-c", HOLD, str(folder), what]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            if not process.stdin.closed:
                process.stdin.close()
            process.wait(20)


@pytest.fixture
def session(demo_folder: Path) -> Iterator[Session]:
    made = demo_session(demo_folder, clock=time.time)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("what", "told"), [("window", "The CSMDesk window of"), ("command", "A CSMDesk command of")]
)
def test_the_other_says_who_works_since_when(
    session: Session, demo_folder: Path, what: str, told: str
) -> None:
    with holding(demo_folder, what) as process:
        with pytest.raises(Busy) as caught, workspace_lock(session):
            pass
        assert caught.value.message.startswith(
            f"{told} {getpass.getuser()} (process {process.pid})"
        )
        assert "has worked since" in caught.value.message
        assert "try again" in caught.value.remedy
    with workspace_lock(session):
        pass


def test_a_killed_process_holds_nothing(session: Session, demo_folder: Path) -> None:
    with holding(demo_folder) as process:
        process.kill()
        process.wait(10)
        with workspace_lock(session):
            pass


def test_a_lock_that_tells_nothing_is_still_a_sentence(session: Session, demo_folder: Path) -> None:
    with holding(demo_folder):
        (demo_folder / NAME).write_text("")
        with pytest.raises(Busy, match="Another CSMDesk already works"), workspace_lock(session):
            pass


def test_two_commands_at_once(demo_folder: Path, session: Session) -> None:
    command = [sys.executable, "-m", "csmdesk", "--demo", "--workspace", str(demo_folder), "--json"]
    with holding(demo_folder, "window"):
        refused = subprocess.run(
            [*command, "run"], capture_output=True, text=True, timeout=60, check=False
        )
    assert refused.returncode == 1
    assert "The CSMDesk window of" in refused.stderr
    assert "Traceback" not in refused.stderr
    done = subprocess.run(
        [*command, "run", "--no-sync"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["customers"] > 0
