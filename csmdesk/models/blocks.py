"""Table blocks of a page as rows and columns of the common table model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from csmdesk.domain.days import MISSING
from csmdesk.domain.page import Block, Head, Table
from csmdesk.models.columns import Cell, Column, Tip
from csmdesk.models.rows import ColumnRows, Rows

STRETCH_WIDTH = 200
"""Width of a column that takes what is left, before anything is left."""


def block_columns(table: Table) -> tuple[Column, ...]:
    """One column per head; a column whose cells are pills is painted as such."""
    return tuple(_column(table, place, head) for place, head in enumerate(table.heads))


def stretching(table: Table) -> frozenset[str]:
    """Keys of the columns that take what is left."""
    return frozenset(head.key for head in table.heads if not head.width)


def _column(table: Table, place: int, head: Head) -> Column:
    cells = [row[place] for row in table.rows]
    kind, payload = Cell.TEXT, None
    if any(cell.pill for cell in cells):
        kind, payload = Cell.PILL, _pill(head.key)
    elif head.right:
        kind = Cell.NUMBER
    elif any(cell.tone for cell in cells):
        kind, payload = Cell.TONED, _pill(head.key)
    return Column(
        head.key,
        head.title,
        head.width or STRETCH_WIDTH,
        _text(head.key),
        kind,
        payload,
        right=head.right,
        sort=f"{head.key}:sort",
        tip=_tip(head),
    )


def block_signature(block: Block) -> tuple[object, ...]:
    """Equal for blocks that one widget can show one after the other."""
    if isinstance(block, Table):
        kinds = tuple((column.key, column.cell) for column in block_columns(block))
        return type(block), block.key, kinds if block.rows else ()
    return type(block), block.key


def can_follow(former: tuple[object, ...], signature: tuple[object, ...]) -> bool:
    """Whether the widget made for one signature can show a block of the other.

    A table without rows says nothing of its columns, so a widget with columns can show it.
    """
    if former[:2] != signature[:2]:
        return False
    return former == signature or (len(signature) > 2 and not signature[2])


def _text(key: str) -> Callable[[Rows, int], str]:
    return lambda rows, row: str(rows.get(key, row) or "")


def _pill(key: str) -> Callable[[Rows, int], tuple[str, str]]:
    return lambda rows, row: (str(rows.get(key, row) or ""), rows.get(f"{key}:tone", row) or "")


def _tip(head: Head) -> Callable[[Rows, int], Tip | None]:
    def tip(rows: Rows, row: int) -> Tip | None:
        text = rows.get(f"{head.key}:tip", row)
        return Tip(head.title, lines=(str(text),)) if text else None

    return tip


def block_rows(table: Table, day: int) -> ColumnRows:
    """Texts, tones, tips and sort values of a table block; row ids are the block's."""
    from csmdesk.domain.columns import Columns  # needs numpy, which the first frame does without

    data: dict[str, Any] = {}
    for place, head in enumerate(table.heads):
        cells = [row[place] for row in table.rows]
        data[head.key] = [cell.text for cell in cells]
        data[f"{head.key}:tone"] = [cell.tone for cell in cells]
        data[f"{head.key}:tip"] = [cell.tip for cell in cells]
        data[f"{head.key}:sort"] = _sort_values([cell.value for cell in cells])
    keys = table.ids or tuple(str(place) for place in range(len(table.rows)))
    return ColumnRows(Columns(data, len(table.rows)), day, "", keys)


def _sort_values(values: list[Any]) -> Any:
    """Numbers in 1/1,000 where all values are numbers, else texts; None sorts last."""
    import numpy as np

    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int | float) for value in known):
        return np.array(
            [MISSING if value is None else round(value * 1_000) for value in values], np.int64
        )
    return [None if value is None else str(value) for value in values]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a table block can be narrowed to by one head: its distinct texts."""

    key: str
    title: str
    texts: tuple[str, ...]


def choices(table: Table) -> tuple[Choice, ...]:
    """The filters of a table block that have more than one value."""
    places = {head.key: place for place, head in enumerate(table.heads)}
    made = []
    for key, title in table.filters:
        texts = sorted({row[places[key]].text for row in table.rows})
        if len(texts) > 1:
            made.append(Choice(key, title, tuple(texts)))
    return tuple(made)
