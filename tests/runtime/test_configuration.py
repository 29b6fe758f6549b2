"""A mistake in the configuration needs attention: the desk says which, and works on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pytestqt.qtbot import QtBot

from csmdesk.config.workspace import CONFIG_NAME
from csmdesk.domain.days import start_of_day
from csmdesk.jobs.settings import open_checked
from csmdesk.runtime import state as states
from csmdesk.runtime.desk import Desk
from tests.ui.portfolios import DAY, portfolio


def test_the_sync_card_names_the_mistake(tmp_path: Path, qapp: object, qtbot: QtBot) -> None:
    (tmp_path / CONFIG_NAME).write_text('name = "Acme"\n')
    open_checked(tmp_path, demo=False)
    (tmp_path / CONFIG_NAME).write_text("name = 5\n")
    moment = datetime.fromtimestamp(start_of_day(DAY) + 8 * 3_600, UTC)
    desk = Desk(tmp_path, False, lambda: moment)
    try:
        with qtbot.waitSignal(desk.stateChanged):
            desk.start(run=False)
        assert desk.state.state == states.ATTENTION
        assert "line 1: name is 5; it must be a text." in desk.state.problem
        desk._portfolio_arrived(portfolio(3))
        assert desk.state.state == states.ATTENTION
        assert "last good configuration is in use" in desk.state.problem
    finally:
        desk.close()
