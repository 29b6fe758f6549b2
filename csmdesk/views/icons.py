"""Line icons painted from a few strokes on a 16 x 16 grid: nothing to load before the first frame."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

Stroke = tuple[str, tuple[float, ...]]
"""("line", x, y, x, y …), ("rect", x, y, w, h, radius), ("circle", x, y, radius) or
("arc", x, y, w, h, start, span) with angles in degrees."""

ICONS: dict[str, tuple[Stroke, ...]] = {
    "dashboard": (
        ("rect", (2, 2, 5, 7, 1)),
        ("rect", (9, 2, 5, 4, 1)),
        ("rect", (9, 8, 5, 6, 1)),
        ("rect", (2, 11, 5, 3, 1)),
    ),
    "customers": (
        ("line", (3, 14, 3, 4, 8, 2, 13, 4, 13, 14)),
        ("line", (1.5, 14, 14.5, 14)),
        ("line", (6, 6.5, 6, 7)),
        ("line", (10, 6.5, 10, 7)),
        ("line", (6.5, 14, 6.5, 10.5, 9.5, 10.5, 9.5, 14)),
    ),
    "alerts": (
        ("line", (3, 11.5, 4.2, 9.5, 4.2, 6.5)),
        ("arc", (4.2, 2.2, 7.6, 8.4, 0, 180)),
        ("line", (11.8, 6.5, 11.8, 9.5, 13, 11.5, 3, 11.5)),
        ("arc", (6.5, 11.6, 3, 2.6, 180, 180)),
    ),
    "tasks": (
        ("line", (2, 3.5, 3.2, 4.7, 5.2, 2.4)),
        ("line", (2, 8.5, 3.2, 9.7, 5.2, 7.4)),
        ("line", (2.5, 13, 5, 13)),
        ("line", (7.5, 3.5, 14, 3.5)),
        ("line", (7.5, 8.3, 14, 8.3)),
        ("line", (7.5, 13, 14, 13)),
    ),
    "renewals": (
        ("arc", (2.5, 2.5, 11, 11, 20, 150)),
        ("arc", (2.5, 2.5, 11, 11, 200, 150)),
        ("line", (13.6, 2.6, 13.3, 6, 10, 5.7)),
        ("line", (2.4, 13.4, 2.7, 10, 6, 10.3)),
    ),
    "sources": (
        ("rect", (2.5, 2, 11, 3.6, 1.8)),
        ("rect", (2.5, 6.2, 11, 3.6, 1.8)),
        ("rect", (2.5, 10.4, 11, 3.6, 1.8)),
        ("line", (5, 3.8, 5.2, 3.8)),
        ("line", (5, 8, 5.2, 8)),
        ("line", (5, 12.2, 5.2, 12.2)),
    ),
    "settings": (
        ("circle", (8, 8, 2.2)),
        ("circle", (8, 8, 5)),
        ("line", (8, 1.2, 8, 3)),
        ("line", (8, 13, 8, 14.8)),
        ("line", (1.2, 8, 3, 8)),
        ("line", (13, 8, 14.8, 8)),
    ),
    "menu": (
        ("line", (2.5, 4, 13.5, 4)),
        ("line", (2.5, 8, 13.5, 8)),
        ("line", (2.5, 12, 13.5, 12)),
    ),
    "more": (
        ("circle", (3.5, 8, 0.6)),
        ("circle", (8, 8, 0.6)),
        ("circle", (12.5, 8, 0.6)),
    ),
    "close": (("line", (4.5, 4.5, 11.5, 11.5)), ("line", (11.5, 4.5, 4.5, 11.5))),
    "chevron": (("line", (4.5, 6.5, 8, 10, 11.5, 6.5)),),
    "search": (("circle", (7, 7, 4.5)), ("line", (10.3, 10.3, 14, 14))),
    "flag": (("line", (3.5, 14.5, 3.5, 2.2, 12, 2.2, 9.8, 5.2, 12, 8.2, 3.5, 8.2)),),
    "sync": (
        ("arc", (3, 3, 10, 10, 45, 270)),
        ("line", (11.6, 1.2, 11.9, 4.4, 8.7, 4.7)),
    ),
    "warning": (
        ("line", (8, 2.2, 14.4, 13.5, 1.6, 13.5, 8, 2.2)),
        ("line", (8, 6.5, 8, 9.6)),
        ("line", (8, 11.4, 8, 11.6)),
    ),
    "external": (
        ("line", (6, 3.5, 3, 3.5, 3, 13, 12.5, 13, 12.5, 10)),
        ("line", (9, 2.8, 13.2, 2.8, 13.2, 7)),
        ("line", (13.2, 2.8, 7.5, 8.5)),
    ),
    "columns": (
        ("rect", (2, 2.5, 12, 11, 1.5)),
        ("line", (6, 2.5, 6, 13.5)),
        ("line", (10, 2.5, 10, 13.5)),
    ),
    "inbox": (
        ("rect", (2, 3, 12, 10, 1.5)),
        ("line", (2, 9, 5.5, 9, 6.5, 10.8, 9.5, 10.8, 10.5, 9, 14, 9)),
    ),
}


def _line(path: QPainterPath, n: tuple[float, ...]) -> None:
    path.moveTo(n[0], n[1])
    for i in range(2, len(n), 2):
        path.lineTo(n[i], n[i + 1])


def _rect(path: QPainterPath, n: tuple[float, ...]) -> None:
    path.addRoundedRect(QRectF(*n[:4]), n[4], n[4])


def _circle(path: QPainterPath, n: tuple[float, ...]) -> None:
    path.addEllipse(QPointF(n[0], n[1]), n[2], n[2])


def _arc(path: QPainterPath, n: tuple[float, ...]) -> None:
    box = QRectF(*n[:4])
    path.arcMoveTo(box, n[4])
    path.arcTo(box, n[4], n[5])


_DRAW: dict[str, Callable[[QPainterPath, tuple[float, ...]], None]] = {
    "line": _line,
    "rect": _rect,
    "circle": _circle,
    "arc": _arc,
}


def icon_path(name: str) -> QPainterPath:
    path = QPainterPath()
    for kind, numbers in ICONS[name]:
        _DRAW[kind](path, numbers)
    return path


def paint_icon(
    painter: QPainter, name: str, box: QRectF, color: QColor, *, filled: bool = False
) -> None:
    """Draw an icon into `box` (square); `filled` also fills the outline, for tiny flags."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / 16, box.height() / 16)
    pen = QPen(color, 1.3 * 16 / max(box.width(), 12))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
    painter.drawPath(icon_path(name))
    painter.restore()
