"""The right column of the Dashboard: latest notifications and upcoming renewals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.days import parse_day
from csmdesk.domain.money import exponent
from csmdesk.models.alerts import TYPE_TONES
from csmdesk.models.dashboard import month_label, month_split
from csmdesk.models.formats import ago
from csmdesk.views import theme
from csmdesk.views.cells.pills import HEIGHT, draw_pill
from csmdesk.views.charts.stacked import Bar, StackedBars
from csmdesk.views.memory import Memory
from csmdesk.views.widgets.cards import Card
from csmdesk.views.widgets.controls import chip
from csmdesk.views.widgets.labels import plain_tip
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope

MOST = 12
"""Notifications shown; all of them are on the Alerts page."""
PILL_WIDTH, WHEN_WIDTH, ROW_HEIGHT = 82, 70, 50
BAND_TONES = ("good", "neutral", "poor", "strong_line")
REMEMBERED = "dashboard/renewals"


class NoticeRow(QAbstractButton):
    """Type, customer and text in two lines, and when; clicking opens the customer."""

    def __init__(self, row: dict[str, Any], day: int) -> None:
        super().__init__()
        self.customer_id = str(row["customer_id"])
        self.row = row
        self._when = ago(parse_day(row["opened_on"]), day)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{row['label']}, {row['customer']}: {row['text']} {self._when}")
        self.setToolTip(plain_tip(f"{row['customer']}\n{row['text']}"))

    def sizeHint(self) -> QSize:
        return QSize(260, ROW_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.fillRect(self.rect(), theme.color("sunken"))
        painter.setFont(theme.font(11, medium=True))
        tone = TYPE_TONES.get(self.row["type"], "")
        draw_pill(painter, QRectF(12, 7, PILL_WIDTH - 8, HEIGHT), self.row["label"], tone)
        left, width = 12 + PILL_WIDTH, self.width() - 24 - PILL_WIDTH
        self._line(painter, QRectF(left, 6, width - WHEN_WIDTH, 19), self.row["customer"], "text")
        small = theme.font(theme.SMALL_PX)
        painter.setFont(small)
        self._line(painter, QRectF(left, 25, width, 18), self.row["text"], "muted", small=True)
        painter.setPen(theme.color("muted"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, 6, width, 19), right, self._when)
        painter.end()

    def _line(
        self, painter: QPainter, box: QRectF, text: str, color: str, *, small: bool = False
    ) -> None:
        font = theme.font(theme.SMALL_PX if small else theme.BASE_PX)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.setFont(font)
        painter.setPen(theme.color(color))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


class Notifications(Card):
    """The newest alerts of the scope; `opened(customer id)` on a click."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__("Latest notifications", "14 days", padded=False)
        self.rows: list[NoticeRow] = []
        self._shown: list[dict[str, Any]] | None = None
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        self.box.addWidget(self._scroll)

    def show_rows(self, rows: list[dict[str, Any]], day: int) -> None:
        if rows[:MOST] == self._shown:
            return
        self._shown = rows[:MOST]
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        self.rows = [NoticeRow(row, day) for row in self._shown]
        for made in self.rows:
            made.clicked.connect(self._clicked)
            column.addWidget(made)
        if not self.rows:
            nothing = plain_label("Nothing new in the last 14 days.", "small")
            nothing.setContentsMargins(14, 8, 14, 8)
            column.addWidget(nothing)
        column.addStretch(1)
        self._scroll.setWidget(body)
        body.setAutoFillBackground(False)

    def _clicked(self) -> None:
        row = self.sender()
        assert isinstance(row, NoticeRow)
        self.opened.emit(row.customer_id)


class RenewalsCard(Card):
    """Renewals of the coming months by band, as a count or as ARR."""

    def __init__(self, memory: Memory) -> None:
        super().__init__("Upcoming renewals")
        self._memory = memory
        self._portfolio: Portfolio | None = None
        self._scope: Scope | None = None
        self._group = QButtonGroup(self)
        wanted = memory.get(REMEMBERED, "arr")
        for place, (key, title) in enumerate((("count", "Count"), ("arr", "ARR"))):
            made = chip(title, self._chosen)
            made.setAccessibleName(f"Renewals as {title}")
            made.setChecked(key == wanted)
            self._group.addButton(made, place)
            self.head.addWidget(made)
        self.chart = StackedBars(
            "Upcoming renewals by month and health",
            BAND_TONES,
            "No renewal in the coming months. Contracts of six months or more show here.",
        )
        self.box.addWidget(self.chart, 1)

    @property
    def arr(self) -> bool:
        return self._group.checkedId() == 1

    def show_portfolio(self, portfolio: Portfolio, scope: Scope) -> None:
        self._portfolio, self._scope = portfolio, scope
        from csmdesk.engine.figures.renewal_months import renewal_months

        unit = 10 ** exponent(portfolio.currency) if self.arr else 1
        bars = [
            Bar(
                month_label(month),
                tuple(value / unit for value in (month.arr if self.arr else month.count)),
                month_split(month, portfolio.currency, arr=self.arr),
                month.running,
            )
            for month in renewal_months(portfolio, scope)
        ]
        self.chart.show_bars(bars)

    def _chosen(self, _on: bool) -> None:
        self._memory.put(REMEMBERED, "arr" if self.arr else "count")
        if self._portfolio is not None and self._scope is not None:
            self.show_portfolio(self._portfolio, self._scope)
