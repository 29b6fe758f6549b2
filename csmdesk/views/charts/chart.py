"""The hand-painted chart of a `Series`: lines or bars over days, with read-out, legend and copy."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from csmdesk.domain.page import Series
from csmdesk.domain.texts import date_text
from csmdesk.views import theme
from csmdesk.views.charts.frame import LEFT, paint_focus, paint_ticks
from csmdesk.views.charts.scale import Scale, round_scale
from csmdesk.views.widgets.controls import literal

RIGHT, TOP, BOTTOM = 12, 26, 24
COLORS = ("accent", "neutral", "good", "poor")
BANDS = ((0, 30, "poor_fill"), (30, 70, "neutral_fill"), (70, 100, "good_fill"))
CHI_SCALE = Scale(0, 100, (0, 30, 70, 100))


class Chart(QWidget):
    """Paints one `Series`. Hover or arrow keys read a day out; a legend entry hides its line."""

    def __init__(self, series: Series, height: int = 200) -> None:
        super().__init__()
        self.setMinimumHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._height = height
        self._at = -1
        self._hidden: set[str] = set()
        self._loud = ""
        self._legend: list[tuple[QRectF, str]] = []
        self.show_series(series)

    def show_series(self, series: Series) -> None:
        self.series = series
        self._at = -1
        self.setAccessibleName(series.title)
        self.setAccessibleDescription(self._spoken(len(series.days) - 1))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, self._height)

    # -- what is seen -------------------------------------------------------------------------
    @property
    def lines(self) -> list[tuple[str, tuple[float | None, ...], str]]:
        """(name, values, colour token) of the lines that are not hidden."""
        return [
            (name, values, COLORS[place % len(COLORS)])
            for place, (name, values) in enumerate(self.series.lines)
            if name not in self._hidden
        ]

    @property
    def has_data(self) -> bool:
        return any(value is not None for _, values in self.series.lines for value in values)

    def scale(self) -> Scale:
        if self.series.bands:
            return CHI_SCALE
        return round_scale([v for _, values, _ in self.lines for v in values if v is not None])

    def plot(self) -> QRectF:
        return QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)

    def day_x(self, place: int) -> float:
        """Pixel column of a day: evenly spread, bars in the middle of their slot."""
        plot, count = self.plot(), max(len(self.series.days), 1)
        if self.series.kind == "bars":
            return plot.left() + (place + 0.5) * plot.width() / count
        return plot.left() + place * plot.width() / max(count - 1, 1)

    # -- painting -----------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11, tabular=True))
        if not self.has_data:
            painter.setPen(theme.color("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.series.empty)
            painter.end()
            return
        scale = self.scale()
        self._paint_ground(painter, scale)
        for name, values, color in self.lines:
            if self.series.kind == "bars":
                self._paint_bars(painter, scale, values, color)
            else:
                self._paint_line(painter, scale, name, values, color)
        self._paint_marks(painter)
        self._paint_legend(painter)
        self._paint_read_out(painter, scale)
        paint_focus(painter, self)
        painter.end()

    def _paint_ground(self, painter: QPainter, scale: Scale) -> None:
        plot = self.plot()
        if self.series.bands:
            painter.setPen(Qt.PenStyle.NoPen)
            for low, high, fill in BANDS:
                top = scale.place(high, plot.top(), plot.bottom())
                bottom = scale.place(low, plot.top(), plot.bottom())
                painter.fillRect(
                    QRectF(plot.left(), top, plot.width(), bottom - top), theme.color(fill)
                )
        paint_ticks(painter, plot, scale, lines=not self.series.bands)
        self._paint_days(painter)

    def _paint_days(self, painter: QPainter) -> None:
        """As many day labels as fit, evenly spread, the ends flush with the plot."""
        plot, days = self.plot(), self.series.days
        width = 64
        count = max(2, min(len(days), int(plot.width() // (width + 12))))
        places = sorted({round(i * (len(days) - 1) / (count - 1)) for i in range(count)})
        painter.setPen(theme.color("muted"))
        for place in places:
            x = min(max(self.day_x(place) - width / 2, plot.left() - 4), plot.right() - width + 4)
            align = Qt.AlignmentFlag.AlignHCenter
            if place == places[0]:
                align = Qt.AlignmentFlag.AlignLeft
            elif place == places[-1]:
                align = Qt.AlignmentFlag.AlignRight
            text = date_text(days[place]).rsplit(" ", 1)
            short = date_text(days[place])[2:].strip() if self.series.kind == "bars" else text[0]
            painter.drawText(QRectF(x, plot.bottom() + 4, width, 16), align, short)

    def _paint_line(
        self,
        painter: QPainter,
        scale: Scale,
        name: str,
        values: tuple[float | None, ...],
        color: str,
    ) -> None:
        plot = self.plot()
        pen = QPen(theme.color(color), 2.4 if name == self._loud else 1.6)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        run: list[QPointF] = []
        for place, value in enumerate((*values, None)):
            if value is not None:
                y = scale.place(value, plot.top(), plot.bottom())
                run.append(QPointF(self.day_x(place), y))
            elif run:
                painter.drawPolyline(QPolygonF(run))
                run = []

    def _paint_bars(
        self, painter: QPainter, scale: Scale, values: tuple[float | None, ...], color: str
    ) -> None:
        plot = self.plot()
        slot = plot.width() / max(len(values), 1)
        width = max(2.0, min(18.0, slot * 0.62))
        zero = scale.place(0, plot.top(), plot.bottom())
        painter.setPen(Qt.PenStyle.NoPen)
        for place, value in enumerate(values):
            if not value:
                continue
            y = scale.place(value, plot.top(), plot.bottom())
            box = QRectF(self.day_x(place) - width / 2, min(y, zero), width, abs(zero - y))
            # The running month is not over: hatched.
            last = place == len(values) - 1
            brush = theme.color(color)
            painter.fillRect(box, brush) if not last else self._hatch(painter, box, color)

    def _hatch(self, painter: QPainter, box: QRectF, color: str) -> None:
        painter.setPen(QPen(theme.color(color), 1))
        painter.setBrush(theme.hatch(color))
        painter.drawRect(box)
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_marks(self, painter: QPainter) -> None:
        plot = self.plot()
        for mark in self.series.marks:
            if mark.day not in self.series.days:
                continue
            x = self.day_x(self.series.days.index(mark.day))
            painter.setPen(QPen(theme.color("muted"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(theme.color("muted"))
            width = painter.fontMetrics().horizontalAdvance(mark.text) + 4
            room = QRectF(min(x + 4, plot.right() - width), plot.top() + 2, width, 14)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft, mark.text)

    def _paint_legend(self, painter: QPainter) -> None:
        self._legend = []
        if len(self.series.lines) < 2:
            return
        x = float(LEFT)
        metrics = painter.fontMetrics()
        for place, (name, _) in enumerate(self.series.lines):
            width = metrics.horizontalAdvance(name) + 22
            box = QRectF(x, 2, width, 18)
            off = name in self._hidden
            painter.fillRect(
                QRectF(x, 8, 8, 8), theme.color("line" if off else COLORS[place % len(COLORS)])
            )
            painter.setPen(theme.color("muted" if off else "text"))
            painter.drawText(box.adjusted(13, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
            self._legend.append((box, name))
            x += width + 8

    def _paint_read_out(self, painter: QPainter, scale: Scale) -> None:
        if not 0 <= self._at < len(self.series.days):
            return
        plot, x = self.plot(), self.day_x(self._at)
        painter.setPen(QPen(theme.color("strong_line"), 1))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        for _, values, color in self.lines:
            value = values[self._at]
            if value is not None and self.series.kind == "line":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color(color))
                y = scale.place(value, plot.top(), plot.bottom())
                painter.drawEllipse(QPointF(x, y), 3, 3)
        text = self._spoken(self._at)
        width = painter.fontMetrics().horizontalAdvance(text) + 16
        left = min(max(x - width / 2, plot.left()), max(plot.right() - width, plot.left()))
        box = QRectF(left, 2, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("tip"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.color("tip_text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _spoken(self, place: int) -> str:
        """One day in words: "12 Nov 2026: Events 340, Users 12"."""
        if not 0 <= place < len(self.series.days):
            return self.series.empty
        told = [
            f"{name} {'–' if values[place] is None else f'{values[place]:,.0f}'}"
            for name, values, _ in self.lines
        ]
        return f"{date_text(self.series.days[place])}: {', '.join(told)}"

    # -- mouse, keys, menu --------------------------------------------------------------------
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._loud = next((name for box, name in self._legend if box.contains(at)), "")
        plot, count = self.plot(), len(self.series.days)
        inside = plot.contains(at) and count > 0
        self._at = self._nearest(at.x()) if inside else -1
        self.update()

    def _nearest(self, x: float) -> int:
        places = range(len(self.series.days))
        return min(places, key=lambda place: abs(self.day_x(place) - x))

    def leaveEvent(self, event: object) -> None:
        self._at, self._loud = -1, ""
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hit = next((name for box, name in self._legend if box.contains(event.position())), "")
        if hit:
            self._hidden ^= {hit}
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        last = len(self.series.days) - 1
        self._at = last if self._at < 0 else min(max(self._at + step, 0), last)
        self.setAccessibleDescription(self._spoken(self._at))
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, run in (("Copy as image", self.copy_image), ("Copy data", self.copy_data)):
            action = QAction(literal(text), menu)
            action.triggered.connect(run)
            menu.addAction(action)
        menu.popup(event.globalPos())

    def copy_image(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.grab())

    def copy_data(self) -> None:
        """All days and lines as tab separated text."""
        head = "\t".join(["Day", *(name for name, _ in self.series.lines)])
        rows = [
            "\t".join(
                [
                    date_text(day),
                    *("" if v[i] is None else f"{v[i]:g}" for _, v in self.series.lines),
                ]
            )
            for i, day in enumerate(self.series.days)
        ]
        QGuiApplication.clipboard().setText("\n".join([head, *rows]))
