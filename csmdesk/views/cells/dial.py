"""The dial: a 270° arc with the integer inside, hatched when the data is thin."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from csmdesk.views import theme
from csmdesk.views.cells.look import Look

START, SPAN = 225, 270
"""Degrees, counted as Qt does: the arc opens downwards and fills clockwise."""


def draw_dial(
    painter: QPainter,
    box: QRectF,
    chi: int,
    arc: QColor,
    track: QColor,
    text: QColor,
    font: QFont,
    *,
    hatched: bool,
) -> None:
    """Draw a dial into a square box; `chi` -1 shows a dash and an empty arc."""
    width = max(2.4, box.width() * 0.1)
    inner = box.adjusted(width / 2 + 0.5, width / 2 + 0.5, -width / 2 - 0.5, -width / 2 - 0.5)
    pen = QPen(track, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawArc(inner, START * 16, -SPAN * 16)
    if chi > 0:
        pen.setColor(arc)
        if hatched:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([0.7, 0.6])
        painter.setPen(pen)
        painter.drawArc(inner, START * 16, -round(SPAN * 16 * chi / 100))
    painter.setPen(text)
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "–" if chi < 0 else str(chi))


def paint(p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool) -> None:
    chi, band, hatched = payload
    side = min(30, rect.height() - 6)

    def draw(painter: QPainter) -> None:
        share = 0.37 if chi < 100 else 0.31
        font = theme.font(round(side * share), bold=True, tabular=True)
        draw_dial(
            painter,
            QRectF(0, 0, side, side),
            chi,
            look.band_color(band),
            look.color("track"),
            look.color("text"),
            font,
            hatched=hatched,
        )

    pixmap = look.pixmap(("dial", chi, band, hatched, side), QSize(side, side), draw)
    p.drawPixmap(rect.left(), rect.top() + (rect.height() - side) // 2, pixmap)
