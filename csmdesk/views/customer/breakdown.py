"""The CHI breakdown: pillars with bars, factors with their words, points, and the cap."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from csmdesk.domain.page import Breakdown, FactorLine, PillarLine
from csmdesk.views import theme
from csmdesk.views.widgets.cards import Card
from csmdesk.views.widgets.labels import plain_tip
from csmdesk.views.widgets.tip import plain_label

NAME, VALUE, GOT, LOST = range(4)


class ShareBar(QWidget):
    """How much of a pillar's points are earned; the rest stands on a pale ground of loss."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self._share = share
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(80)

    def sizeHint(self) -> QSize:
        return QSize(160, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(0, self.height() / 2 - 4, self.width(), 8)
        known = self._share >= 0
        painter.setBrush(theme.color("poor_fill" if known else "track"))
        painter.drawRoundedRect(box, 4, 4)
        if self._share > 0:
            band = "good" if self._share > 0.7 else "poor" if self._share < 0.3 else "neutral"
            painter.setBrush(theme.color(band))
            painter.drawRoundedRect(
                QRectF(box.left(), box.top(), max(box.width() * self._share, 8), 8), 4, 4
            )
        painter.end()


class BreakdownView(Card):
    """A grid of lines; rebuilt when another score is shown."""

    def __init__(self, block: Breakdown) -> None:
        super().__init__(block.title, block.note)
        self._body = QWidget()
        self.box.addWidget(self._body)
        self.box.addStretch(1)
        self._shown: Breakdown | None = None
        self._texts: dict[str, tuple[str, str, str]] = {}
        self.show_block(block)

    def show_block(self, block: Breakdown) -> None:
        if block == self._shown:
            return
        self._shown = block
        self.title.setText(block.title)
        self.remark.setText(block.note)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(VALUE, 1)
        self._texts = {}
        row = 0
        for pillar in block.pillars:
            row = self._add_pillar(grid, row, pillar)
        if block.cap is not None:
            grid.addWidget(plain_label("Cap", "strong"), row, NAME)
            grid.addWidget(_wrapped(block.cap.text), row, VALUE)
            grid.addWidget(_lost(block.cap_lost), row, LOST)
            row += 1
        grid.addWidget(self._sum(block), row, NAME, 1, LOST + 1)
        self.box.replaceWidget(self._body, body)
        self._body.deleteLater()
        self._body = body

    def texts(self) -> dict[str, tuple[str, str, str]]:
        """What is shown per factor: (value, points earned, points lost)."""
        return dict(self._texts)

    def _add_pillar(self, grid: QGridLayout, row: int, pillar: PillarLine) -> int:
        if row:
            grid.setRowMinimumHeight(row, 6)
            row += 1
        grid.addWidget(plain_label(pillar.title, "strong"), row, NAME)
        bar = ShareBar(pillar.share)
        bar.setAccessibleName(f"{pillar.title}: {pillar.got} points")
        grid.addWidget(bar, row, VALUE)
        grid.addWidget(_number(pillar.got), row, GOT)
        grid.addWidget(_lost(pillar.lost), row, LOST)
        for line in pillar.factors:
            row += 1
            self._add_factor(grid, row, line)
        return row + 1

    def _add_factor(self, grid: QGridLayout, row: int, line: FactorLine) -> None:
        name = plain_label(line.title, "small")
        name.setContentsMargins(12, 0, 0, 0)
        value = _wrapped(line.raw.text, "muted" if line.share < 0 else "")
        value.setToolTip(plain_tip(line.raw.tip))
        value.setAccessibleName(f"{line.title}: {line.raw.text}")
        grid.addWidget(name, row, NAME)
        grid.addWidget(value, row, VALUE)
        grid.addWidget(_number(line.got, "small"), row, GOT)
        grid.addWidget(_lost(line.lost, quiet=True), row, LOST)
        self._texts[line.key] = (line.raw.text, line.got, str(line.lost))

    def _sum(self, block: Breakdown) -> QLabel:
        lost = sum(pillar.lost for pillar in block.pillars) + block.cap_lost
        text = f"{block.chi} + {lost} lost = 100" if block.chi >= 0 else ""
        label = plain_label(text, "small")
        label.setAlignment(Qt.AlignmentFlag.AlignRight)
        label.setContentsMargins(0, 8, 0, 0)
        return label


def _wrapped(text: str, role: str = "") -> QLabel:
    label = plain_label(text, role)
    label.setWordWrap(True)
    return label


def _number(text: str, role: str = "") -> QLabel:
    label = plain_label(text, role or "small")
    label.setFont(theme.font(theme.SMALL_PX, tabular=True))
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def _lost(points: int, *, quiet: bool = False) -> QLabel:
    """Lost points in red with their minus, nothing where none are lost."""
    label = plain_label(f"−{points}" if points else "")
    label.setFont(theme.font(theme.BASE_PX, bold=not quiet, tabular=True))
    label.setProperty("tone", "poor")
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    label.setMinimumWidth(36)
    return label
