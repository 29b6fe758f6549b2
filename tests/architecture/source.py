"""The package's source as paths and syntax trees, read once for all tests of the house rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "csmdesk"


def files(room: str = "") -> list[Path]:
    """Python files of a room (a path below csmdesk/), or of the whole package."""
    return sorted((PACKAGE / room).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """How a test's message names a file."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Full dotted names of the modules that a file imports, wherever it does so."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def roots(path: Path) -> set[str]:
    """Top-level names of the imported packages."""
    return {name.partition(".")[0] for name in imports(path)}


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every call whose function is a plain or dotted name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)
