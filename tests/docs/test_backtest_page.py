"""docs/backtest.md tells the truth: its commands exist, its model can be used, its curves are ours."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from csmdesk.cli.application import build
from csmdesk.domain.settings import Model, Settings
from csmdesk.engine.health.factors import BY_KEY
from csmdesk.engine.health.model import resolve
from csmdesk.engine.whatif import changed_settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "backtest.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^csmdesk (.+?)(?:\s{2,}.*)?$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_exist_with_their_options(line: str) -> None:
    verb, *words = line.split()
    found = {command.name: command for command in build().registered_commands}
    assert verb in found
    callback = found[verb].callback
    assert callback is not None
    known = {f"--{name.replace('_', '-')}" for name in callback.__annotations__} | {
        "--demo",
        "--json",
    }
    assert {word for word in words if word.startswith("--")} <= known


def test_both_verbs_are_shown() -> None:
    assert {line.split()[0] for line in COMMANDS} >= {"backtest", "what-if"}


def test_the_example_can_be_used() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    document = tomllib.loads(text)
    change = msgspec.convert(document, Model)
    settings = changed_settings(Settings(), change, frozenset(document))
    assert resolve(settings)[0].version != resolve(Settings())[0].version


@pytest.mark.parametrize("key", ["key_volume", "renewal_proximity"])
def test_curves_are_those_of_the_engine(key: str) -> None:
    said = re.search(rf"\| `{key}` \|.*?\| ([^|]*→[^|]*) \|", PAGE)
    assert said is not None
    points = [point.split("→") for point in said[1].split(", ")]
    assert tuple((round(float(x) * 1_000_000), int(y)) for x, y in points) == BY_KEY[key].curve


def test_the_engine_page_tells_the_same_figures() -> None:
    """What the two waiting factors add stands on both pages."""
    head = "| horizon | default | with `key_volume` | with `renewal_proximity` |"
    tables = []
    for name in ("backtest.md", "engine.md"):
        lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
        start = lines.index(head)
        tables.append(lines[start : start + 5])
    assert tables[0] == tables[1]
