"""The renewal flag: quiet text, or a pill with a small flag when the date is near or passed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from csmdesk.views import theme
from csmdesk.views.cells.look import Look
from csmdesk.views.cells.pills import HEIGHT, INSET
from csmdesk.views.icons import paint_icon

FLAG = 10


def paint(p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool) -> None:
    word, tone = payload
    if not tone:
        look.draw_text(p, rect, word, look.small, "muted")
        return
    metrics = look.metrics(look.pill)
    width = min(metrics.horizontalAdvance(word) + 2 * INSET + FLAG + 3, rect.width())

    def draw(painter: QPainter) -> None:
        ground, ink = theme.tone(tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(0, 0, width, HEIGHT), HEIGHT / 2, HEIGHT / 2)
        top = (HEIGHT - FLAG) / 2
        paint_icon(painter, "flag", QRectF(INSET - 1, top, FLAG, FLAG), ink, filled=True)
        painter.setPen(ink)
        painter.setFont(look.pill)
        left = INSET + FLAG + 2
        painter.drawText(QRectF(left, 0, width - left, HEIGHT), Qt.AlignmentFlag.AlignVCenter, word)

    pixmap = look.pixmap(("flag", word, tone, width), QSize(width, HEIGHT), draw)
    p.drawPixmap(rect.left(), rect.top() + (rect.height() - HEIGHT) // 2, pixmap)
