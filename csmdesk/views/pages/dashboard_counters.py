"""The four counters of the Dashboard: severity pill, figure, change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from csmdesk.domain.texts import number
from csmdesk.models.dashboard import COUNTER_TONES, change_text
from csmdesk.views import theme
from csmdesk.views.widgets.cards import set_tone
from csmdesk.views.widgets.labels import Pills
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.engine.figures.dashboard import Counter

TITLES = (("high", "High"), ("medium", "Medium"), ("low", "Low"), ("total", "Total"))
TIPS = {
    "high": "Open tasks of high severity",
    "medium": "Open tasks of medium severity",
    "low": "Open tasks of low severity",
    "total": "Open tasks: active, not finished, not snoozed",
}


class CounterCard(QFrame):
    """A big figure under its pill, the change beside it."""

    def __init__(self, key: str, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(TIPS[key])
        self._title = title
        self._figure = plain_label("–", "big")
        self._figure.setFont(theme.font(theme.COUNTER_PX, bold=True, tabular=True))
        self._change = plain_label(role="small")
        self._change.setContentsMargins(0, 0, 0, 5)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._figure)
        row.addWidget(self._change, 1, Qt.AlignmentFlag.AlignBottom)
        box = QVBoxLayout(self)
        box.setContentsMargins(14, 12, 14, 10)
        box.setSpacing(4)
        box.addWidget(Pills([(title, COUNTER_TONES[key])]))
        box.addLayout(row)
        self.setAccessibleName(title)

    @property
    def figure(self) -> str:
        return self._figure.text()

    @property
    def change(self) -> str:
        return self._change.text()

    def show_counter(self, counter: Counter, since: str) -> None:
        words, tone = change_text(counter, since)
        self._figure.setText(number(counter.count))
        self._change.setText(words)
        set_tone(self._change, tone)
        self.setAccessibleName(f"{self._title}: {counter.count} open tasks, {words}")


class Counters(QWidget):
    """All four side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.cards = {key: CounterCard(key, title) for key, title in TITLES}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        for place, card in enumerate(self.cards.values()):
            grid.addWidget(card, 0, place)
            grid.setColumnStretch(place, 1)

    def show_counters(self, counters: Iterable[Counter], since: str) -> None:
        for counter in counters:
            self.cards[counter.key].show_counter(counter, since)
