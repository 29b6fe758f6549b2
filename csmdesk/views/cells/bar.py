"""The usage bar: used of entitled with the percentage."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from csmdesk.views.cells.look import Look

THICKNESS, FIGURE = 6, 46


def draw_bar(p: QPainter, box: QRectF, percent: int, look: Look, tone: str) -> None:
    """A track with its filled part; more than 100 % fills it."""
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(look.color("track"))
    radius = box.height() / 2
    p.drawRoundedRect(box, radius, radius)
    filled = box.width() * min(max(percent, 0), 100) / 100
    if filled > 0:
        p.setBrush(look.color(tone))
        p.drawRoundedRect(
            QRectF(box.left(), box.top(), max(filled, box.height()), box.height()), radius, radius
        )
    p.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint(p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool) -> None:
    if payload is None:
        look.draw_text(p, rect, text, look.small, "muted")
        return
    percent, tone = payload
    width = max(rect.width() - FIGURE, 24)
    top = rect.top() + (rect.height() - THICKNESS) / 2
    draw_bar(p, QRectF(rect.left(), top, width, THICKNESS), percent, look, tone)
    figure = QRect(rect.left() + width + 8, rect.top(), rect.width() - width - 8, rect.height())
    look.draw_text(p, figure, text, look.small, "muted")
