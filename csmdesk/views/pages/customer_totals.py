"""The six figures above the customer table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from csmdesk.domain.texts import compact_money, decimal, number
from csmdesk.views.widgets.cards import FigureCard

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope

CARDS: tuple[tuple[str, str, str], ...] = (
    ("customers", "Customers", "Customers with at least one counted subscription"),
    ("arr", "ARR", "Twelve times the MRR of the day"),
    ("arr_at_risk", "ARR at risk", "ARR of customers with an open Risk alert"),
    ("average_chi", "Average CHI", "Mean health of active customers"),
    ("bands", "Good · Neutral · Poor", "Active customers by band of today's score"),
    ("renewals", "Renewals in 30 days", "Renewal dates within 30 days and their ARR"),
)

ONE_ROW = 1_050
"""Width in pixels from which all cards stand in one row."""


class TotalCards(QWidget):
    """Shows totals as the engine's figure gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.cards = {key: FigureCard(title, tip=tip) for key, title, tip in CARDS}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        self._columns = 0
        self._arrange(len(CARDS))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two rows of three when one row of six would clip the figures."""
        super().resizeEvent(event)
        self._arrange(len(CARDS) if event.size().width() >= ONE_ROW else len(CARDS) // 2)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, card in enumerate(self.cards.values()):
            self._grid.addWidget(card, place // columns, place % columns)
            self._grid.setColumnStretch(place, 1 if place < columns else 0)

    def show_first(self, totals: Mapping[str, Any]) -> None:
        """What the store kept of the last run, for the first frame; unknown figures stay a dash."""
        self._show(totals)

    def show_totals(self, portfolio: Portfolio, scope: Scope) -> None:
        from csmdesk.engine.figures.customers import totals

        self._show(totals(portfolio, scope).as_json())

    def _show(self, told: Mapping[str, Any]) -> None:
        """`told` as `CustomersTotals.as_json` makes it."""
        currency = str(told.get("currency") or "USD")

        def money(amount: int) -> str:
            return compact_money(amount, currency)

        for key, write, rising in (
            ("customers", number, "good"),
            ("arr", money, "good"),
            ("arr_at_risk", money, "poor"),
            ("average_chi", _tenths, "good"),
        ):
            change = told.get(f"{key}_change")
            tone = "" if not change else rising if change > 0 else _OTHER[rising]
            sign = "+" if change and change > 0 else ""
            words = sign + write(change) if change else ""
            self.cards[key].set(_text(told.get(key), write), words, tone)
        bands = [_text(told.get(band), number) for band in ("good", "neutral", "poor")]
        self.cards["bands"].set(" · ".join(bands))
        count, amount = _text(told.get("renewals"), number), _text(told.get("renewals_arr"), money)
        self.cards["renewals"].set(f"{count} · {amount}")


_OTHER = {"good": "poor", "poor": "good"}


def _text(value: Any, write: Callable[[Any], str]) -> str:
    return "–" if value is None else write(value)


def _tenths(value: float) -> str:
    return decimal(round(value * 10), 10, 1, trim=False)
