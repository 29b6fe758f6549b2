"""Pills: tags with "+2" when they do not fit, and single words such as a status or a severity."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from csmdesk.views import theme
from csmdesk.views.cells.look import Look

HEIGHT, INSET, GAP = 20, 8, 4
Word = tuple[str, str]


def pill_width(metrics: QFontMetrics, text: str) -> int:
    return metrics.horizontalAdvance(text) + 2 * INSET


def draw_pill(painter: QPainter, box: QRectF, text: str, tone: str) -> None:
    """One pill; the font is the painter's. A plain one has an outline, so that it is seen."""
    ground, ink = theme.tone(tone)
    painter.setPen(Qt.PenStyle.NoPen if tone else QPen(theme.color("line"), 1))
    painter.setBrush(ground)
    radius = box.height() / 2
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setPen(ink)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)


def fitting(words: tuple[Word, ...], metrics: QFontMetrics, width: int) -> list[Word]:
    """The pills that fit into `width`, the last one "+n" for those that do not."""
    shown: list[Word] = []
    x = 0
    for place, (text, tone) in enumerate(words):
        rest = len(words) - place - 1
        tail = GAP + pill_width(metrics, f"+{rest}") if rest else 0
        needed = pill_width(metrics, text)
        if x + needed + tail > width:
            if not shown:
                room = max(width - 2 * INSET - (tail or 0), 20)
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
                shown.append((text, tone))
                return [*shown, (f"+{rest}", "")] if rest else shown
            return [*shown, (f"+{rest + 1}", "")]
        shown.append((text, tone))
        x += needed + GAP
    return shown


def paint(p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool) -> None:
    words: tuple[Word, ...] = payload
    if not words:
        return
    width = rect.width()

    def draw(painter: QPainter) -> None:
        metrics = look.metrics(look.pill)
        painter.setFont(look.pill)
        x = 0
        for word, tone in fitting(words, metrics, width):
            room = pill_width(metrics, word)
            draw_pill(painter, QRectF(x, 0, room, HEIGHT), word, tone)
            x += room + GAP

    pixmap = look.pixmap(("pills", words, width), QSize(width, HEIGHT), draw)
    p.drawPixmap(rect.left(), rect.top() + (rect.height() - HEIGHT) // 2, pixmap)


def paint_one(p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool) -> None:
    paint(p, rect, text, (payload,) if payload and payload[0] else (), look, right)
