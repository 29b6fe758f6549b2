"""A sign-in kept for the session alone: whoever renews it, window or worker, both go on with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from csmdesk.domain import source_status as states
from csmdesk.domain.settings import Source
from csmdesk.runtime.connecting import ConnectWish
from csmdesk.views.main_window import MainWindow
from tests.oauth.conftest import browser, event
from tests.sandbox.process import Sandbox
from tests.ui.new_workspace import LONG, new_window, status

SYSTEM = "zendesk"


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    with new_window(tmp_path, qtbot, monkeypatch) as made:
        yield made


def window_asks(window: MainWindow, qtbot: QtBot) -> bool:
    with qtbot.waitSignal(window.desk.sources.tested, timeout=LONG) as tested:
        window.desk.sources.test(ConnectWish(Source(system=SYSTEM)))
    return bool(tested.args[2])


def worker_asks(window: MainWindow, qtbot: QtBot) -> str:
    with qtbot.waitSignal(window.desk.jobFinished, timeout=LONG):
        window.desk.sources.sync(SYSTEM)
    with qtbot.waitSignal(window.desk.sources.changed, timeout=LONG):
        window.desk.sources.refresh()
    return status(window, SYSTEM).state


def test_window_and_worker_renew_in_turn(
    window: MainWindow, sandbox: Sandbox, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = window.desk
    desk.sources.browsing.connect(browser)
    address = sandbox.addresses[SYSTEM]
    source = Source(system=SYSTEM, base_url=address["base_url"], client_id=address["client_id"])
    with qtbot.waitSignal(desk.jobFinished, timeout=LONG):
        desk.sources.connect_system(ConnectWish(source, session_only=True))
    renewals = event(sandbox)
    for count, ask in enumerate((worker_asks, window_asks, window_asks, worker_asks), 1):
        event(sandbox, "expire")
        assert ask(window, qtbot) in (True, states.CURRENT), count
        assert event(sandbox) == renewals + count
        assert worker_asks(window, qtbot) == states.CURRENT
        assert window_asks(window, qtbot)
        assert event(sandbox) == renewals + count, "one renewal is for both"
    os.kill(desk.engine.worker_pid, signal.SIGKILL)
    event(sandbox, "expire")
    assert worker_asks(window, qtbot) == states.CURRENT, "another worker has it too"
    key = desk._store.session().secrets.get(SYSTEM)
    assert key is not None
    assert not (tmp_path / "keyring.json").exists()
    kept = [one for one in tmp_path.rglob("*") if one.is_file()]
    secrets = [part.encode() for part in key.split('"') if len(part) > 12]
    assert secrets
    assert not [one for one in kept for part in secrets if part in one.read_bytes()]
    desk.sources.disconnect_system(SYSTEM, erase=False)
    qtbot.waitUntil(lambda: not window_asks(window, qtbot), timeout=LONG)
