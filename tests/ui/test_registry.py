"""What exists is listed: a page file without an entry, or a cell without a painter, is dead."""

from __future__ import annotations

import ast
from pathlib import Path

from csmdesk.models.columns import Cell
from csmdesk.models.counts import COUNTS
from csmdesk.views.cells import PAINTERS
from csmdesk.views.icons import ICONS
from csmdesk.views.pages import PAGES

FOLDER = Path(__file__).resolve().parents[2] / "csmdesk" / "views" / "pages"


def page_modules() -> set[str]:
    """Modules with a class named …Page, the shared base apart."""
    found = set()
    for path in FOLDER.glob("*.py"):
        classes = [n.name for n in ast.parse(path.read_text()).body if isinstance(n, ast.ClassDef)]
        if path.stem != "list_page" and any(name.endswith("Page") for name in classes):
            found.add(f"csmdesk.views.pages.{path.stem}")
    return found


def test_every_page_is_listed() -> None:
    assert page_modules() == {spec.module for spec in PAGES}


def test_entries_name_icons_and_counts_that_exist() -> None:
    for spec in PAGES:
        assert spec.icon in ICONS
        assert not spec.count or spec.count in COUNTS


def test_every_cell_kind_has_a_painter() -> None:
    assert set(PAINTERS) == set(Cell)
