"""Facts of one source as dictionaries, for tests that compare systems."""

from __future__ import annotations

from typing import Any

from csmdesk.store.schema.facts import SHAPES
from tests.sync.bench import Bench


def rows(bench: Bench, table: str, source: str) -> list[dict[str, Any]]:
    names = [column.name for column in SHAPES[table].table.columns]
    found = [dict(zip(names, row, strict=True)) for row in bench.tables()[table]]
    return [row for row in found if row["source"] == source]
