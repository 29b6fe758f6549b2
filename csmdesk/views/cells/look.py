"""What painted cells share: fonts, colours of the theme, and caches of laid-out text and pixmaps."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap, QStaticText

from csmdesk.views import theme

PAD = 10
ROW_HEIGHT, COMPACT_ROW_HEIGHT, HEADER_HEIGHT = 38, 30, 32
MAX_TEXTS, MAX_PIXMAPS = 6_000, 800


class Look:
    """Made per view, theme and device pixel ratio; caches by value, never by row."""

    def __init__(self, ratio: float = 1.0) -> None:
        self.ratio = ratio
        self.tokens = theme.tokens()
        self.regular = theme.font()
        self.strong = theme.font(bold=True)
        self.tabular = theme.font(tabular=True)
        self.small = theme.font(theme.SMALL_PX, tabular=True)
        self.pill = theme.font(11, medium=True)
        self._metrics: dict[int, QFontMetrics] = {}
        self._texts: dict[tuple[str, int, int], tuple[QStaticText, int]] = {}
        self._pixmaps: dict[Hashable, QPixmap] = {}
        self._pens: dict[str, QColor] = {}

    def color(self, name: str) -> QColor:
        made = self._pens.get(name)
        if made is None:
            made = self._pens[name] = QColor(getattr(self.tokens, name))
        return made

    def metrics(self, font: QFont) -> QFontMetrics:
        made = self._metrics.get(id(font))
        if made is None:
            made = self._metrics[id(font)] = QFontMetrics(font)
        return made

    def draw_text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        font: QFont,
        color: str,
        *,
        right: bool = False,
    ) -> None:
        """One line, elided to the rectangle, vertically centred. Never rich text."""
        if not text:
            return
        key = (text, rect.width(), id(font))
        found = self._texts.get(key)
        metrics = self.metrics(font)
        if found is None:
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            laid = QStaticText(shown)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            laid.prepare(font=font)
            if len(self._texts) > MAX_TEXTS:
                self._texts.clear()
            found = self._texts[key] = (laid, metrics.horizontalAdvance(shown))
        laid, width = found
        painter.setFont(font)
        painter.setPen(self.color(color))
        x = rect.right() + 1 - width if right else rect.left()
        y = rect.top() + (rect.height() - metrics.height()) / 2
        painter.drawStaticText(QPointF(x, y), laid)

    def pixmap(self, key: Hashable, size: QSize, draw: Callable[[QPainter], None]) -> QPixmap:
        """A transparent pixmap of `size` drawn once per key."""
        made = self._pixmaps.get(key)
        if made is None:
            if len(self._pixmaps) > MAX_PIXMAPS:
                self._pixmaps.clear()
            made = QPixmap(size * self.ratio)
            made.setDevicePixelRatio(self.ratio)
            made.fill(Qt.GlobalColor.transparent)
            painter = QPainter(made)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(painter)
            painter.end()
            self._pixmaps[key] = made
        return made

    def band_color(self, band: int) -> QColor:
        return self.color(theme.BAND_NAMES[band] if band >= 0 else "muted")


Painter = Callable[[QPainter, QRect, str, Any, Look, bool], None]
"""paint(painter, rect inside the padding, text, payload, look, right-aligned)"""
