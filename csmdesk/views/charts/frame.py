"""What hand-painted charts share: the ticks of the value axis and the frame of the focus."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from csmdesk.views import theme
from csmdesk.views.charts.scale import Scale, tick_text

LEFT = 40
"""Pixels left of a plot, where the tick labels stand."""


def paint_ticks(painter: QPainter, plot: QRectF, scale: Scale, lines: bool = True) -> None:
    """The labels of the value axis and, if wanted, a line across the plot at each."""
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for tick in scale.ticks:
        y = scale.place(tick, plot.top(), plot.bottom())
        if lines:
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(0, y - 8, LEFT - 6, 16), right, tick_text(tick))


def paint_focus(painter: QPainter, chart: QWidget) -> None:
    """The frame around a chart that has the keyboard."""
    if not chart.hasFocus():
        return
    painter.setPen(QPen(theme.color("accent"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(chart.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
