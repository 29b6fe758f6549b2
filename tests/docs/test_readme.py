"""The README and the other pages name what is there: every verb, every link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from csmdesk.__main__ import WINDOW_VERBS
from csmdesk.cli.application import build

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "benchmarks/README.md"])
VERBS = [command.name or "" for command in build().registered_commands]


@pytest.mark.parametrize("verb", [*VERBS, *WINDOW_VERBS, "sandbox"])
def test_readme_names_every_verb(verb: str) -> None:
    assert re.search(rf"csmdesk {verb}\b", README), f"README does not show “csmdesk {verb}”"


def test_readme_tells_the_two_commands_that_ci_runs() -> None:
    commands = re.findall(r"^python -m pip install .*$", README, re.MULTILINE)
    assert len(commands) == 2
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    wanted = commands[1].replace("pip install", "pip install --quiet")
    assert wanted in ci


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    files = [link for link in links if "://" not in link]
    assert [link for link in files if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_named_files_exist(page: Path) -> None:
    """Paths in back-ticks that begin with one of our folders."""
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:csmdesk|tests|docs|benchmarks|resources)/[\w./-]+)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
