"""The dockable CHI history of the customer in front: pan, zoom and read with pyqtgraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDockWidget, QVBoxLayout, QWidget

from csmdesk.domain.texts import date_text
from csmdesk.views import theme
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.runtime.desk import Desk

BAND_EDGES = ((0, 30, "poor"), (30, 70, "neutral"), (70, 100, "good"))
NOTHING = "Open a customer to see its history."


class ChiHistoryDock(QDockWidget):
    """Made empty; the plot is built when the dock is first shown and re-used by `setData`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("CHI history")
        self.setObjectName("chi-history")
        self._desk = desk
        self._customer = ""
        self._plot: Any = None
        self._curve: Any = None
        self._regions: list[tuple[Any, str]] = []
        self._heading = ""
        self._first_day = 0
        self._scores: list[int] = []
        body = QWidget()
        self._box = QVBoxLayout(body)
        self._box.setContentsMargins(12, 8, 12, 8)
        self._title = plain_label(NOTHING, "small")
        self._box.addWidget(self._title)
        self._box.addStretch(0)
        self.setWidget(body)
        body.setMinimumHeight(200)
        desk.portfolioChanged.connect(self._portfolio_changed)

    @property
    def built(self) -> bool:
        """Whether the plot has been needed yet."""
        return self._plot is not None

    @property
    def heading(self) -> str:
        return self._title.text()

    def show_customer(self, customer_id: str) -> None:
        self._customer = customer_id
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self._plot is not None:
            self._colour()

    @Slot(object)
    def _portfolio_changed(self, _portfolio: Portfolio) -> None:
        self._refresh()

    def _refresh(self) -> None:
        portfolio = self._desk.portfolio
        if portfolio is None or not self.isVisible() or not self._customer:
            return
        ids = portfolio.customers["id"]
        if self._customer not in ids:
            self._title.setText("This customer is not in the portfolio of that day.")
            return
        at = ids.index(self._customer)
        if self._plot is None:
            self._build()
        history = portfolio.chi_history[:, at]
        self._scores = history.astype(int).tolist()
        self._first_day = portfolio.day - len(self._scores) + 1
        chi = history.astype(float)
        chi[chi < 0] = float("nan")
        days = list(range(self._first_day, portfolio.day + 1))
        self._curve.setData(days, chi, connect="finite")
        self._plot.setXRange(days[0], days[-1], padding=0.01)
        name = portfolio.customers["name"][at]
        self._heading = f"{name}: CHI of the last {len(days)} days"
        self._title.setText(self._heading)
        self.setAccessibleName(self._heading)

    def _build(self) -> None:
        import pyqtgraph as pg

        plot = pg.PlotWidget()
        plot.setYRange(0, 100, padding=0.02)
        plot.setLimits(yMin=-2, yMax=102)
        plot.hideButtons()
        for low, high, tone in BAND_EDGES:
            region = pg.LinearRegionItem(
                (low, high), orientation="horizontal", movable=False, pen=pg.mkPen(None)
            )
            region.setZValue(-10)
            plot.addItem(region)
            self._regions.append((region, f"{tone}_fill"))
        axis = plot.getAxis("bottom")
        axis.tickStrings = lambda values, _scale, _spacing: [_day_text(v) for v in values]
        plot.getAxis("left").setTicks([[(tick, str(tick)) for tick in (0, 30, 70, 100)]])
        self._curve = plot.plot([], [])
        self._plot = plot
        self._colour()
        plot.scene().sigMouseMoved.connect(self._hovered)
        self._box.addWidget(plot, 1)

    def _colour(self) -> None:
        """Colours of the theme in use; again when the theme changes."""
        import pyqtgraph as pg

        self._plot.setBackground(theme.color("surface"))
        for region, token in self._regions:
            region.setBrush(theme.color(token))
        for side in ("bottom", "left"):
            self._plot.getAxis(side).setTextPen(theme.color("muted"))
            self._plot.getAxis(side).setPen(theme.color("line"))
        self._curve.setPen(pg.mkPen(theme.color("accent"), width=1))

    def _hovered(self, at: Any) -> None:
        """Tell the day under the mouse beside the title."""
        point = self._plot.getPlotItem().vb.mapSceneToView(at)
        place = round(point.x()) - self._first_day
        told = ""
        if 0 <= place < len(self._scores):
            score = self._scores[place]
            words = str(score) if score >= 0 else "no score"
            told = f"  ·  {date_text(self._first_day + place)}: {words}"
        self._title.setText(self._heading + told)


def _day_text(value: float) -> str:
    return date_text(int(value)).rsplit(" ", 1)[0] if 0 < value < 60_000 else ""
