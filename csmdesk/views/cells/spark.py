"""The sparkline: 90 days of scores as a thin line, the last point marked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from csmdesk.views.cells.look import Look

NONE = 255
"""-1 as an unsigned byte: no score on that day."""
DOT = 1.8


def spark_lines(scores: bytes, box: QRectF) -> list[QPolygonF]:
    """Scores 0-100 as polylines inside `box`, broken where days have no score."""
    lines: list[QPolygonF] = []
    points: list[QPointF] = []
    step = box.width() / max(len(scores) - 1, 1)
    rise, bottom, x = box.height() / 100, box.bottom(), box.left()
    for score in scores:
        if score != NONE:
            points.append(QPointF(x, bottom - score * rise))
        elif points:
            lines.append(QPolygonF(points))
            points = []
        x += step
    if points:
        lines.append(QPolygonF(points))
    return lines


def draw_spark(painter: QPainter, box: QRectF, scores: bytes, color: QColor, width: float) -> None:
    """Draw the line and mark the last day's point."""
    lines = spark_lines(scores, box)
    pen = QPen(color, width)
    pen.setCosmetic(width <= 1)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        painter.drawPolyline(line)
    if lines and scores[-1] != NONE:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(lines[-1].last(), DOT * max(width, 1), DOT * max(width, 1))


def paint(p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool) -> None:
    scores, band = payload
    if not scores:
        return
    box = QRectF(rect).adjusted(1, 8, -6, -9)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_spark(p, box, scores, look.band_color(band), 1.2)
    p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
