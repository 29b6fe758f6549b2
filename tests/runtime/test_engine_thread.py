"""The engine thread supervises a process of its own: it works, dies, comes back and ends in time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from csmdesk.config.session_keys import KeysInMemory
from csmdesk.runtime.engine_thread import EngineThread


@pytest.fixture
def engine(demo_folder: Path, qapp: object) -> Iterator[EngineThread]:
    thread = EngineThread(demo_folder, True, KeysInMemory())
    yield thread
    thread.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_worker_is_another_process_and_shows_the_portfolio(
    engine: EngineThread, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(engine.worker_started, timeout=60_000) as started:
        engine.start()
    assert started.args[0] not in (0, os.getpid())
    with qtbot.waitSignal(engine.portfolio, timeout=60_000) as shown:
        engine.submit("snapshot")
    assert shown.args[0].customers.length == 40


def test_a_killed_worker_comes_back_and_does_its_job_again(
    engine: EngineThread, qtbot: QtBot
) -> None:
    engine.start()
    qtbot.waitUntil(lambda: engine.worker_pid > 0, timeout=60_000)
    first = engine.worker_pid
    lost: list[str] = []
    engine.worker_lost.connect(lost.append)
    with qtbot.waitSignal(engine.portfolio, timeout=60_000):
        engine.submit("snapshot")
        os.kill(first, signal.SIGKILL)
    assert lost
    assert engine.worker_pid != first
    assert not alive(first)


def test_closing_ends_the_worker_within_two_seconds(engine: EngineThread, qtbot: QtBot) -> None:
    engine.start()
    with qtbot.waitSignal(engine.portfolio, timeout=60_000):
        engine.submit("snapshot")
    pid = engine.worker_pid
    engine.submit("run")
    began = time.monotonic()
    engine.close()
    assert time.monotonic() - began < 3.5
    assert not alive(pid)


def test_a_job_that_is_unknown_fails_with_a_sentence(engine: EngineThread, qtbot: QtBot) -> None:
    engine.start()
    with qtbot.waitSignal(engine.failed, timeout=60_000) as failed:
        engine.submit("dance")
    verb, message, remedy, details, again = failed.args
    assert not again
    assert verb == "dance"
    assert "fault in CSMDesk" in message
    assert "report" in remedy
    assert "KeyError" in details


def test_cancel_is_heard(engine: EngineThread, qtbot: QtBot) -> None:
    # Connected for good: a receiver taken away while the other thread emits is no safe thing in PySide.
    steps: list[str] = []
    engine.progress.connect(lambda verb, _: steps.append(verb))
    engine.start()
    engine.submit("run")
    qtbot.waitUntil(lambda: bool(steps), timeout=60_000)
    with qtbot.waitSignal(engine.cancelled, timeout=20_000) as cancelled:
        engine.cancel()
    assert cancelled.args == ["run"]
