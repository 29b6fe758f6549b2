"""Linter, formatter, type checker and import contracts: green tests mean a clean house."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

CONTRACTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
TOOLS = {
    "ruff check": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "mypy --strict": ("-m", "mypy"),  # keeps its cache between runs
    "import contracts": ("-c", CONTRACTS),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_has_nothing_to_say(tool: str) -> None:
    done = subprocess.run(
        [sys.executable, *TOOLS[tool]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
