"""Rows of a table painted in one go, column by column: no call by Qt for every cell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from PySide6.QtCore import QLine, QRect
from PySide6.QtGui import QPainter

from csmdesk.models.columns import Column
from csmdesk.models.rows import Rows
from csmdesk.views.cells import PAINTERS
from csmdesk.views.cells.look import PAD, Look


class Strip(NamedTuple):
    """A column where it stands on the screen."""

    column: Column
    left: int
    width: int


class Band(NamedTuple):
    """Rows below each other: their positions in the data, the first one's top, and their height."""

    positions: Sequence[int]
    top: int
    height: int

    @property
    def tops(self) -> range:
        return range(self.top, self.top + len(self.positions) * self.height, self.height)


def paint_cells(
    painter: QPainter, look: Look, rows: Rows, band: Band, strips: Sequence[Strip]
) -> None:
    """The cells themselves."""
    for column, left, width in strips:
        paint, text, payload, right = (
            PAINTERS[column.cell],
            column.text,
            column.payload,
            column.right,
        )
        inner, height = width - 2 * PAD, band.height - 1
        for at, top in zip(band.positions, band.tops, strict=True):
            told = None if payload is None else payload(rows, at)
            rect = QRect(left + PAD, top, inner, height)
            paint(painter, rect, text(rows, at), told, look, right)


def paint_lines(painter: QPainter, look: Look, band: Band, left: int, right: int) -> None:
    """The line below every row."""
    # Lines, for the first `fillRect` of a process costs the start-up 3 ms of QGradient.
    painter.setPen(look.color("line"))
    below = band.height - 1
    painter.drawLines([QLine(left, top + below, right, top + below) for top in band.tops])


def paint_grounds(
    painter: QPainter, look: Look, band: Band, width: int, chosen: Collection[int], hover: int
) -> None:
    """What stands out: `chosen` rows of the band are selected, `hover` is under the mouse."""
    for place, top in enumerate(band.tops):
        if place in chosen or place == hover:
            ground = "accent_fill" if place in chosen else "background"
            painter.fillRect(0, top, width, band.height, look.color(ground))
