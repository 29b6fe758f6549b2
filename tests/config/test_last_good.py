"""A mistake in the file never loses the last good configuration, and is told everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from csmdesk.__main__ import main
from csmdesk.config.workspace import CONFIG_NAME, GOOD_NAME, open_workspace
from csmdesk.domain.errors import BadInput
from csmdesk.jobs.session import open_session
from csmdesk.jobs.settings import open_checked
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.jobs.sources import disconnect

GOOD = 'name = "Acme"\n[[sources]]\nsystem = "stripe"\n'
MISTAKES = {
    "no TOML": "name = \n",
    "another type": "name = 5\n",
    "another value": 'time_zone = "Mars"\n',
    "what the engine knows": "[rules.no_login]\nlowdays = 3\n",
}


def workspace(folder: Path, text: str = GOOD) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / CONFIG_NAME).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("text", MISTAKES.values(), ids=MISTAKES)
def test_the_last_good_configuration_is_used_and_the_mistake_told(
    tmp_path: Path, text: str
) -> None:
    good = open_checked(workspace(tmp_path), demo=False)
    assert good.notices == ()
    opened = open_checked(workspace(tmp_path, text), demo=False)
    assert opened.settings == good.settings
    (notice,) = opened.notices
    assert f"{tmp_path / CONFIG_NAME}" in notice
    assert "line" in notice
    assert "last good configuration is in use" in notice
    assert (tmp_path / CONFIG_NAME).read_text() == text
    assert (tmp_path / GOOD_NAME).read_text() == GOOD
    mended = open_checked(workspace(tmp_path, GOOD.replace("Acme", "Globex")), demo=False)
    assert mended.settings.name == "Globex"
    assert "Globex" in (tmp_path / GOOD_NAME).read_text()


def test_without_a_good_one_the_mistake_is_the_answer(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="line 1: name is 5"):
        open_checked(workspace(tmp_path, "name = 5\n"), demo=False)
    (tmp_path / GOOD_NAME).write_text("user = 5\n")
    with pytest.raises(BadInput, match="line 1: name is 5"):
        open_checked(tmp_path, demo=False)


def test_only_what_the_engine_can_use_is_kept_as_good(tmp_path: Path) -> None:
    open_workspace(workspace(tmp_path, MISTAKES["what the engine knows"]))
    assert not (tmp_path / GOOD_NAME).exists()


def test_pages_tell_it_and_a_change_is_refused(tmp_path: Path) -> None:
    open_session(workspace(tmp_path), demo=False).close()
    session = open_session(
        workspace(tmp_path, "name = 5 # mine\n"), demo=False, clock=lambda: 1.8e9
    )
    try:
        assert session.settings.name == "Acme"
        assert session.notices == build_portfolio(session, session.today()).notices
        with pytest.raises(BadInput, match="name is 5"):
            disconnect(session, "stripe")
    finally:
        session.close()
    assert (tmp_path / CONFIG_NAME).read_text() == "name = 5 # mine\n"


Told = tuple[int, str, str]


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Runs a verb on the test's workspace: exit code, standard output, standard error."""

    def run(*arguments: str) -> Told:
        code = main(["--workspace", str(tmp_path), *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_the_command_line_tells_it(tmp_path: Path, call: Callable[..., Told]) -> None:
    open_checked(workspace(tmp_path), demo=False)
    assert call("config", "check")[0] == 0
    workspace(tmp_path, "name = 5\n[money]\noverdue_floor = 1\n")
    code, _, told = call("sources")
    assert code == 0
    assert "line 1: name is 5" in told
    code, listed, _ = call("config", "check", "--json")
    assert code == 1
    found = [(one["line"], one["key"]) for one in json.loads(listed)]
    assert found == [(1, "name"), (3, "money.overdue_floor")]


def test_the_effective_configuration_is_valid_and_complete(
    tmp_path: Path, call: Callable[..., Told]
) -> None:
    workspace(tmp_path, 'name = "Acme"\n[rules.no_login]\nlow_days = 9\n')
    code, shown, _ = call("config")
    assert code == 0
    told = json.loads(call("config", "--json")[1])
    assert told["rules"]["no_login"]["low_days"] == 9
    assert told["rules"]["no_login"]["high_days"] == 45
    assert sum(one["weight"] for one in told["models"][0]["factors"].values()) == 100
    defaults = json.loads(call("config", "--defaults", "--json")[1])
    assert defaults["rules"]["no_login"]["low_days"] == 14
    again = open_checked(workspace(tmp_path / "again", shown), demo=False)
    assert again.notices == ()
    assert again.settings.name == "Acme"
    assert call("config", "chekc")[0] == 1
