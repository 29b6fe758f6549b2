"""The painted parts of the header: the big dial and the sparkline."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from csmdesk.views import theme
from csmdesk.views.cells.dial import draw_dial
from csmdesk.views.cells.spark import draw_spark

BAND_TONES = {"good": "good", "neutral": "neutral", "poor": "poor"}


class Dial(QWidget):
    """The big dial; says the score and the band."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(64, 64)
        self._chi, self._band, self._thin = -1, "", False

    def set(self, chi: int, band: str, thin: bool) -> None:
        self._chi, self._band, self._thin = chi, band, thin
        shown = "not scored" if chi < 0 else f"{chi}, {band}"
        self.setAccessibleName(f"Customer Health Index {shown}")
        thin_words = " Half of the weights or more are without data." if thin else ""
        self.setToolTip(f"Customer Health Index: {shown}.{thin_words}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        arc = theme.color(BAND_TONES.get(self._band, "muted"))
        track, ink = theme.color("track"), theme.color("text")
        figure = theme.font(20, bold=True, tabular=True)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        draw_dial(painter, box, self._chi, arc, track, ink, figure, hatched=self._thin)
        painter.end()


class Spark(QWidget):
    """90 days of the score as a line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(150, 44)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("CHI of the last 90 days")
        self.setToolTip("CHI of the last 90 days")
        self._scores, self._band = b"", ""

    def set(self, scores: tuple[int, ...], band: str) -> None:
        self._scores = bytes(255 if chi < 0 else chi for chi in scores)
        self._band = band
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if set(self._scores) <= {255}:
            painter.setPen(theme.color("muted"))
            painter.setFont(theme.font(11))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "no score yet")
        else:
            color = theme.color(BAND_TONES.get(self._band, "muted"))
            box = QRectF(self.rect()).adjusted(3, 6, -5, -6)
            draw_spark(painter, box, self._scores, color, 1.6)
        painter.end()
