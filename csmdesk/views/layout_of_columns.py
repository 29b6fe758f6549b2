"""Order, width and visibility of a table's columns: applied to a header, remembered by key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from csmdesk.models.columns import Column
from csmdesk.views.grid import MIN_COLUMN, Grid
from csmdesk.views.memory import Memory


@dataclass(slots=True)
class Placed:
    """One column as the person arranged it."""

    key: str
    width: int
    shown: bool


class ColumnLayout(QObject):
    """Columns share spare width in proportion; a width set by hand is kept as the column's own."""

    changed = Signal()

    def __init__(self, grid: Grid, columns: Iterable[Column], name: str, memory: Memory) -> None:
        super().__init__(grid)
        self._grid, self._memory, self._name = grid, memory, f"columns/{name}"
        self._columns = tuple(columns)
        self._index = {column.key: place for place, column in enumerate(self._columns)}
        self._fitting = False
        self.placed = self._load()
        head = grid.horizontalHeader()
        head.sectionResized.connect(self._resized)
        head.sectionMoved.connect(self._moved)
        grid.resized.connect(self.fit)
        self.apply()

    def apply(self) -> None:
        """Bring the header to what `placed` says."""
        head = self._grid.horizontalHeader()
        self._fitting = True
        for place, item in enumerate(self.placed):
            logical = self._index[item.key]
            head.moveSection(head.visualIndex(logical), place)
            head.setSectionHidden(logical, not item.shown)
        self._fitting = False
        self.fit()

    def fit(self) -> None:
        """Give each shown column its width, and its share of what is left over."""
        shown = [item for item in self.placed if item.shown]
        total = sum(item.width for item in shown)
        room = self._grid.room
        self._fitting = True
        given = 0
        for place, item in enumerate(shown):
            width = item.width
            if room > total > 0:
                last = place == len(shown) - 1
                width = room - given if last else item.width * room // total
            given += width
            self._grid.setColumnWidth(self._index[item.key], width)
        self._fitting = False
        self._grid.place_frozen()

    def arrange(self, order: Iterable[tuple[str, bool]]) -> None:
        """New order and visibility, from the chooser; the first column stays first and shown."""
        by_key = {item.key: item for item in self.placed}
        first = self.placed[0]
        rest = [by_key[key] for key, _ in order if key != first.key]
        for key, shown in order:
            by_key[key].shown = shown or key == first.key
        self.placed = [first, *rest]
        self._changed(apply=True)

    def shown(self) -> list[tuple[str, int]]:
        """Key and present width of the columns on the screen, left to right."""
        widths = self._grid.columnWidth
        return [(one.key, widths(self._index[one.key])) for one in self.placed if one.shown]

    def reset(self) -> None:
        self.placed = self._defaults()
        self._changed(apply=True)

    def title(self, key: str) -> str:
        return self._columns[self._index[key]].title

    def _defaults(self) -> list[Placed]:
        return [Placed(column.key, column.width, column.shown) for column in self._columns]

    def _load(self) -> list[Placed]:
        """Remembered columns first, those that are new since then behind them."""
        defaults = {item.key: item for item in self._defaults()}
        first = self._columns[0].key
        kept: list[Placed] = [defaults.pop(first)]
        for entry in self._memory.get(self._name, []):
            match entry:
                case [str(key), int(width), bool(shown)] if key in defaults:
                    defaults.pop(key)
                    kept.append(Placed(key, max(width, MIN_COLUMN), shown))
                case [str(key), int(width), bool()] if key == first:
                    kept[0].width = max(width, MIN_COLUMN)
        return kept + list(defaults.values())

    def _resized(self, logical: int, _old: int, width: int) -> None:
        if self._fitting or width <= 0:
            return
        key = self._columns[logical].key
        next(item for item in self.placed if item.key == key).width = width
        self._save()
        self._grid.place_frozen()

    def _moved(self, _logical: int, _old: int, _new: int) -> None:
        if self._fitting:
            return
        head = self._grid.horizontalHeader()
        by_key = {item.key: item for item in self.placed}
        order = [self._columns[head.logicalIndex(place)].key for place in range(head.count())]
        self.placed = [by_key[key] for key in order]
        self._changed(apply=False)

    def _changed(self, *, apply: bool) -> None:
        if apply:
            self.apply()
        self._save()
        self.changed.emit()

    def _save(self) -> None:
        self._memory.put(self._name, [[p.key, p.width, p.shown] for p in self.placed])
