"""What is imported is declared, what is declared is used and explained."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest

from tests.architecture.source import ROOT, files, roots

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORT_NAMES = {
    "pyside6-essentials": {"PySide6", "shiboken6"},
    "python-calamine": {"python_calamine"},
}
NOT_IMPORTED = {
    "tzdata": "data that zoneinfo finds by itself",
    "pyarrow": "pandas loads it to read Parquet files",
    "python-calamine": "pandas loads it to read XLSX files",
}


def declared(requirements: list[str]) -> list[str]:
    """Lower-case distribution names of requirement lines."""
    return [re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0].lower() for line in requirements]


RUNTIME = declared(PROJECT["dependencies"])
EXTRAS = declared(PROJECT["optional-dependencies"]["import"])


def names(distribution: str) -> set[str]:
    return IMPORT_NAMES.get(distribution, {distribution})


def used() -> set[str]:
    """Top-level packages from outside that the product imports."""
    every = {name for path in files() for name in roots(path)}
    return every - set(sys.stdlib_module_names) - {"csmdesk"}


def test_every_import_is_declared() -> None:
    known = {name for one in RUNTIME + EXTRAS for name in names(one)}
    assert {name for name in used() if name.lower() not in {k.lower() for k in known}} == set()


@pytest.mark.parametrize("distribution", RUNTIME + EXTRAS)
def test_every_dependency_is_used(distribution: str) -> None:
    imported = {name.lower() for name in used()}
    wanted = {name.lower() for name in names(distribution)}
    assert wanted & imported or distribution in NOT_IMPORTED


@pytest.mark.parametrize(
    "distribution", RUNTIME + EXTRAS + declared(PROJECT["optional-dependencies"]["test"])
)
def test_every_dependency_is_explained(distribution: str) -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    assert re.search(rf"(?<![\w-]){re.escape(distribution)}(?![\w-])", text)
