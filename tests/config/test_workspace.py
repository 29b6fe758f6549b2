"""Settings are validated with a sentence, written without losing comments, and demos stay demos."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from csmdesk.config.workspace import open_workspace, read_settings, write_settings
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import Schedule, Settings


def test_a_new_folder_becomes_a_workspace_with_defaults(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "new")
    assert workspace.settings == Settings()
    assert workspace.config_path.exists()


@pytest.mark.parametrize(
    ("computer", "taken"),
    [("Europe/Berlin", "Europe/Berlin"), ("Etc/UTC", "UTC"), ("EST5EDT4", "UTC")],
)
def test_a_new_workspace_takes_the_zone_of_the_computer(
    tmp_path: Path, computer: str, taken: str
) -> None:
    """In a process of its own: the zone of this one is known by now."""
    script = (
        "from pathlib import Path; import sys; from csmdesk.config.workspace import open_workspace\n"
        "for name in ('real', 'demo'):\n"
        "    open_workspace(Path(sys.argv[1]) / name, demo=name == 'demo')"
    )
    environment = {**os.environ, "TZ": computer}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=environment, check=True)
    assert open_workspace(tmp_path / "real").settings.time_zone == taken
    assert open_workspace(tmp_path / "demo", demo=True).settings.time_zone == "UTC"


def test_a_demo_is_never_opened_as_a_real_workspace(tmp_path: Path) -> None:
    open_workspace(tmp_path, demo=True)
    with pytest.raises(BadInput, match="is a demo workspace"):
        open_workspace(tmp_path)


def test_a_real_workspace_is_never_opened_as_a_demo(tmp_path: Path) -> None:
    open_workspace(tmp_path)
    with pytest.raises(BadInput, match="not a demo"):
        open_workspace(tmp_path, demo=True)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("user = \nname = 1", "line 1"),
        ("[money]\nreporting_currency = 5\n", "money.reporting_currency"),
        ("[schedule]\nhuor = 5\n", "huor"),
        ("nonsense = true\n", "nonsense"),
    ],
)
def test_a_wrong_file_is_named_with_line_or_key(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "workspace.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=named) as caught:
        read_settings(path)
    assert str(path) in caught.value.message
    assert caught.value.remedy
    assert path.read_text() == text


def test_comments_survive_an_edit(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    path.write_text('# our team\nname = "Acme CS"\n')
    settings = msgspec.structs.replace(read_settings(path), schedule=Schedule(hour=7))
    write_settings(path, settings)
    assert "# our team" in path.read_text()
    assert read_settings(path) == settings
