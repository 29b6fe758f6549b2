"""Columns that take what the others leave, instead of all growing in proportion."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QObject

from csmdesk.views.table import DataTable

LEAST = 130
"""Width below which an elastic column scrolls instead of shrinking further."""


class ElasticColumns(QObject):
    """Keeps a table's elastic columns as wide as the room that is left, at every resize."""

    def __init__(self, table: DataTable, keys: Collection[str], least: int = LEAST) -> None:
        super().__init__(table)
        self._table, self._keys, self._least = table, frozenset(keys), least
        table.grid.resized.connect(self.fit)
        table.layout_of_columns.changed.connect(self.fit)

    def fit(self) -> None:
        layout = self._table.layout_of_columns
        shown = [placed for placed in layout.placed if placed.shown]
        elastic = [placed for placed in shown if placed.key in self._keys]
        fixed = sum(placed.width for placed in shown if placed not in elastic)
        room = self._table.grid.viewport().width() - fixed
        for placed in elastic:
            placed.width = max(room // len(elastic), self._least)
        layout.fit()
