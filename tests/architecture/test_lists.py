"""A file that no list names does nothing: the test that finds it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from csmdesk.domain.systems import DEMO, SYSTEMS
from csmdesk.engine.alerts import KINDS
from csmdesk.engine.health.factors import FACTORS
from csmdesk.engine.rules import RULES
from csmdesk.store.edits import VERBS
from csmdesk.sync.connectors import CONNECTORS
from csmdesk.views.pages import PAGES
from tests.architecture.source import PACKAGE, imports, name_of, tree


@dataclass(frozen=True)
class Listed:
    """A folder whose entries are named by one file; `helpers` serve the entries."""

    folder: str
    by: str
    helpers: frozenset[str] = frozenset()


def listed(folder: str, by: str, *helpers: str) -> Listed:
    return Listed(folder, by, frozenset(helpers))


LISTS = (
    listed(
        "engine/rules", "__init__.py",
        "evaluate", "lifecycle", "limits", "products", "rule", "unit_capacity", "wording",
    ),
    listed("engine/health/factors", "__init__.py"),
    listed("engine/alerts", "__init__.py", "drops", "kind", "lifecycle"),
    listed("engine/figures/customer", "__init__.py", "context", "model"),
    listed("sync/connectors", "__init__.py"),
    listed("store/edits", "__init__.py", "plan"),
    listed("store/schema", "__init__.py"),
    listed("views/pages", "__init__.py", "list_page"),
    listed("cli", "application.py", "application", "context"),
)  # fmt: skip


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.folder)
def test_every_file_is_named_by_its_list(one: Listed) -> None:
    folder = PACKAGE / one.folder
    there = {path.stem for path in folder.glob("*.py") if is_entry(path)} - {"__init__"}
    there |= {path.parent.name for path in folder.glob("*/__init__.py")}
    package = "csmdesk." + one.folder.replace("/", ".")
    source = folder / one.by
    named = {name.removeprefix(f"{package}.") for name in (*imports(source), *strings(source))}
    assert there - named - one.helpers == set()
    assert one.helpers <= there, "helpers that are gone"


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.folder)
def test_every_helper_is_used(one: Listed) -> None:
    package = "csmdesk." + one.folder.replace("/", ".")
    used = {name for path in PACKAGE.rglob("*.py") for name in imports(path)}
    assert {h for h in one.helpers if f"{package}.{h}" not in used} == set()


def is_entry(path: Path) -> bool:
    """In the folder of pages only a page is one; what a page is made of may lie beside it."""
    if path.parent.name != "pages":
        return True
    classes = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    return any(ast.unparse(base).endswith("Page") for node in classes for base in node.bases)


def strings(path: Path) -> list[str]:
    """Text constants of a file: lists may name a module that is imported when it is needed."""
    return [
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_names_in_lists_are_unique() -> None:
    for names in (
        [rule.id for rule in RULES],
        [kind.id for kind in KINDS],
        [factor.key for factor in FACTORS],
        [page.key for page in PAGES],
    ):
        assert len(names) == len(set(names))
    assert [rule.number for rule in RULES] == list(range(1, 13))
    assert sum(factor.weight for factor in FACTORS) == 100
    assert set(DEMO) <= set(CONNECTORS) <= set(SYSTEMS)
    assert VERBS


def test_no_module_is_imported_by_nobody() -> None:
    """Dead modules; entry points and what is found by name are the exceptions."""
    entries = {"csmdesk.__main__", "csmdesk.sandbox.__main__", "csmdesk.store.migrations.env"}
    used = {name for path in PACKAGE.rglob("*.py") for name in imports(path)}
    used |= {page.module for page in PAGES}
    dead = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = name_of(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        versions = name.startswith("csmdesk.store.migrations.versions")
        package = path.name == "__init__.py"
        if name not in used and name not in entries and not versions and not package:
            dead.append(name)
    assert dead == []
