"""Stacked bars by band: hand-painted, read out by hover and arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from csmdesk.views import theme
from csmdesk.views.charts.frame import LEFT, paint_focus, paint_ticks
from csmdesk.views.charts.scale import Scale, round_scale

RIGHT, TOP, BOTTOM = 8, 30, 24
WIDEST = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: label below, parts from the bottom up, what is said of it, and whether it is of a
    period that has partly gone (hatched)."""

    label: str
    parts: tuple[float, ...]
    told: str
    partial: bool = False

    @property
    def total(self) -> float:
        return sum(self.parts)


class StackedBars(QWidget):
    """Paints bars whose parts have the colours of `tones`, in their order."""

    def __init__(self, title: str, tones: tuple[str, ...], empty: str) -> None:
        super().__init__()
        self._title, self._tones, self._empty = title, tones, empty
        self.bars: tuple[Bar, ...] = ()
        self.at = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(150)
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        return QSize(300, 220)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        self.bars, self.at = tuple(bars), -1
        self.setAccessibleDescription("; ".join(bar.told for bar in self.bars) or self._empty)
        self.update()

    # -- geometry -----------------------------------------------------------------------------
    def plot(self) -> QRectF:
        return QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)

    def slot(self, place: int) -> QRectF:
        """The column of a bar, from top to bottom of the plot."""
        plot = self.plot()
        width = plot.width() / max(len(self.bars), 1)
        return QRectF(plot.left() + place * width, plot.top(), width, plot.height())

    def scale(self) -> Scale:
        return round_scale([bar.total for bar in self.bars], 3)

    # -- painting -----------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11, tabular=True))
        if not any(bar.total for bar in self.bars):
            painter.setPen(theme.color("muted"))
            middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), middle, self._empty)
            painter.end()
            return
        scale = self.scale()
        paint_ticks(painter, self.plot(), scale)
        for place, bar in enumerate(self.bars):
            self._paint_bar(painter, scale, place, bar)
        self._paint_read_out(painter)
        paint_focus(painter, self)
        painter.end()

    def _paint_bar(self, painter: QPainter, scale: Scale, place: int, bar: Bar) -> None:
        slot, plot = self.slot(place), self.plot()
        width = min(slot.width() * 0.6, WIDEST)
        left = slot.center().x() - width / 2
        if place == self.at:
            painter.fillRect(slot, theme.color("sunken"))
        below = 0.0
        for value, tone in zip(bar.parts, self._tones, strict=True):
            if value > 0:
                bottom = scale.place(below, plot.top(), plot.bottom())
                top = scale.place(below + value, plot.top(), plot.bottom())
                box = QRectF(left, top, width, max(bottom - top - 1, 1))
                brush = theme.hatch(tone) if bar.partial else theme.color(tone)
                painter.setPen(QPen(theme.color(tone), 1) if bar.partial else Qt.PenStyle.NoPen)
                painter.setBrush(brush)
                painter.drawRect(box)
                below += value
        painter.setPen(theme.color("muted"))
        under = QRectF(slot.left() - 8, plot.bottom() + 4, slot.width() + 16, 16)
        painter.drawText(under, Qt.AlignmentFlag.AlignHCenter, bar.label)

    def _paint_read_out(self, painter: QPainter) -> None:
        if not 0 <= self.at < len(self.bars):
            return
        room = self.width() - 8
        told = painter.fontMetrics().elidedText(
            self.bars[self.at].told, Qt.TextElideMode.ElideRight, room - 16
        )
        width = painter.fontMetrics().horizontalAdvance(told) + 16
        middle = self.slot(self.at).center().x()
        left = min(max(middle - width / 2, 4), max(room - width, 4))
        box = QRectF(left, 3, width, 21)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("tip"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.color("tip_text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, told)

    # -- mouse and keys -----------------------------------------------------------------------
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        hit = (p for p in range(len(self.bars)) if self.slot(p).left() <= x < self.slot(p).right())
        self._go(next(hit, -1))

    def leaveEvent(self, event: object) -> None:
        self._go(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self.bars:
            super().keyPressEvent(event)
            return
        last = len(self.bars) - 1
        self._go(min(max(self.at + step, 0), last) if self.at >= 0 else 0)

    def _go(self, place: int) -> None:
        if place != self.at:
            self.at = place
            if place >= 0:
                self.setAccessibleDescription(self.bars[place].told)
            self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as image", self.copy_image)
        menu.addAction("Copy data", self.copy_data)
        menu.popup(event.globalPos())

    def copy_image(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.grab())

    def copy_data(self) -> None:
        """One line per bar, as it is told."""
        QGuiApplication.clipboard().setText("\n".join(bar.told for bar in self.bars))
