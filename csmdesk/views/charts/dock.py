"""The dockable CHI history of the customer in front: pan, zoom and read with pyqtgraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDockWidget, QVBoxLayout, QWidget

from csmdesk.domain.texts import date_text
from csmdesk.views import theme
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.runtime.desk import Desk

BAND_EDGES = ((0, 30, "poor"), (30, 70, "neutral"), (70, 100, "good"))


class ChiHistoryDock(QDockWidget):
    """Made empty; the plot is built when the dock is first shown and re-used by `setData`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("CHI history")
        self.setObjectName("chi-history")
        self._desk = desk
        self._customer = ""
        self._plot: Any = None
        self._curve: Any = None
        body = QWidget()
        self._box = QVBoxLayout(body)
        self._box.setContentsMargins(12, 8, 12, 8)
        self._title = plain_label("Open a customer to see its history.", "small")
        self._box.addWidget(self._title)
        self.setWidget(body)
        self.setMinimumHeight(180)
        desk.portfolioChanged.connect(self._portfolio_changed)

    def show_customer(self, customer_id: str) -> None:
        self._customer = customer_id
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    @Slot(object)
    def _portfolio_changed(self, _portfolio: Portfolio) -> None:
        self._refresh()

    def _refresh(self) -> None:
        portfolio = self._desk.portfolio
        if portfolio is None or not self.isVisible() or not self._customer:
            return
        ids = portfolio.customers["id"]
        if self._customer not in ids:
            return
        at = ids.index(self._customer)
        if self._plot is None:
            self._build()
        chi = portfolio.chi_history[:, at].astype(float)
        chi[chi < 0] = float("nan")
        days = list(range(portfolio.day - len(chi) + 1, portfolio.day + 1))
        self._curve.setData(days, chi, connect="finite")
        self._plot.setXRange(days[0], days[-1], padding=0.01)
        name = portfolio.customers["name"][at]
        self._title.setText(f"{name}: CHI of the last {len(days)} days")
        self.setAccessibleName(self._title.text())

    def _build(self) -> None:
        import pyqtgraph as pg

        plot = pg.PlotWidget()
        plot.setBackground(theme.color("surface"))
        plot.setYRange(0, 100, padding=0.02)
        plot.setLimits(yMin=-2, yMax=102)
        plot.setMenuEnabled(True)
        plot.hideButtons()
        for low, high, tone in BAND_EDGES:
            region = pg.LinearRegionItem(
                (low, high),
                orientation="horizontal",
                movable=False,
                brush=theme.color(f"{tone}_fill"),
                pen=pg.mkPen(None),
            )
            region.setZValue(-10)
            plot.addItem(region)
        axis = plot.getAxis("bottom")
        axis.tickStrings = lambda values, _scale, _spacing: [_day_text(v) for v in values]
        for side in ("bottom", "left"):
            plot.getAxis(side).setTextPen(theme.color("muted"))
            plot.getAxis(side).setPen(theme.color("line"))
        self._curve = plot.plot([], [], pen=pg.mkPen(theme.color("accent"), width=1))
        self._plot = plot
        self._box.addWidget(plot, 1)


def _day_text(value: float) -> str:
    return date_text(int(value)).rsplit(" ", 1)[0] if 0 < value < 60_000 else ""
