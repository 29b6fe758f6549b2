"""Painted texts: pills in a row, and a line that is elided where it does not fit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from csmdesk.views import theme
from csmdesk.views.cells.pills import GAP, HEIGHT, draw_pill, fitting, pill_width

Word = tuple[str, str]
PILL_PX = 11


def plain_tip(text: str) -> str:
    """Text for Qt's own tooltips, which would take what looks like markup for markup."""
    return text.replace("<", "‹").replace(">", "›")


class Pills(QWidget):
    """Pills of (text, tone) in a row; what does not fit is "+n" and told by the tooltip."""

    def __init__(self, words: Sequence[Word] = ()) -> None:
        super().__init__()
        self._words: tuple[Word, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set(words)

    def set(self, words: Sequence[Word]) -> None:
        self._words = tuple(words)
        told = ", ".join(text for text, _ in self._words)
        self.setAccessibleName(told)
        self.setToolTip(plain_tip(told))
        self.updateGeometry()
        self.update()

    def texts(self) -> list[str]:
        return [text for text, _ in self._words]

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        widths = [pill_width(metrics, text) for text, _ in self._words]
        return QSize(sum(widths) + GAP * max(len(widths) - 1, 0), HEIGHT + 2)

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        return QSize(pill_width(metrics, "+99") if self._words else 0, HEIGHT + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        metrics, x = painter.fontMetrics(), 0.0
        for text, tone in fitting(self._words, metrics, self.width()):
            width = pill_width(metrics, text)
            draw_pill(painter, QRectF(x, 1, width, HEIGHT), text, tone)
            x += width + GAP
        painter.end()

    def _font(self) -> QFont:
        return theme.font(PILL_PX, medium=True)


class ElidedLabel(QWidget):
    """One line of plain text; the tooltip tells all of it where it is cut."""

    def __init__(
        self, text: str = "", *, px: int = theme.BASE_PX, bold: bool = False, color: str = "text"
    ) -> None:
        super().__init__()
        self._text, self._px, self._bold, self._color = "", px, bold, color
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.setToolTip(plain_tip(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._own_font())
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(80, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._own_font())
        painter.setPen(theme.color(self._color))
        room = self.width()
        shown = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(self.rect(), middle, shown)
        painter.end()

    def _own_font(self) -> QFont:
        return theme.font(self._px, bold=self._bold)
