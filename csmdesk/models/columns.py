"""A column of a table is one declared object: what it shows, how it sorts, who paints it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from csmdesk.models.rows import Rows

Text = Callable[[Rows, int], str]
Payload = Callable[[Rows, int], Any]


class Cell(Enum):
    """Who paints a cell; each kind has its own payload (see `views/cells`)."""

    TEXT = "text"  # no payload: the text
    STRONG = "strong"  # no payload: the text, bold
    MUTED = "muted"  # no payload: the text, quiet
    NUMBER = "number"  # no payload: the text, tabular figures
    DIAL = "dial"  # (chi or None, band, hatched)
    SPARK = "spark"  # (bytes of int8 scores, band)
    PILLS = "pills"  # tuple of (text, tone)
    PILL = "pill"  # (text, tone)
    BAR = "bar"  # (percent, tone) or None
    TONED = "toned"  # (text, tone): the text in the tone's colour
    FLAG = "flag"  # (text, tone); a flag is drawn when a tone is given


class Tip(NamedTuple):
    """A styled tooltip: a bold title, a quiet remark beside it, lines below. Plain text only."""

    title: str
    remark: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column. `text` is also what is copied, found and read aloud; `sort` names the field that
    orders it ("" = cannot be sorted); `spoken` replaces `text` for screen readers."""

    key: str
    title: str
    width: int
    text: Text
    cell: Cell = Cell.TEXT
    payload: Payload | None = None
    right: bool = False
    sort: str = ""
    tip: Callable[[Rows, int], Tip | None] | None = None
    spoken: Text | None = None
    shown: bool = True
    help: str = ""


def by_key(columns: Sequence[Column]) -> dict[str, Column]:
    return {column.key: column for column in columns}


def plain(name: str) -> Text:
    """Text of a field as it is, "" when missing."""

    def text(rows: Rows, row: int) -> str:
        value = rows.get(name, row)
        return "" if value is None else str(value)

    return text
