"""The filter of the customer table: tier, band, status, renewal, tags and products to tick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from csmdesk.models.customers import BAND_WORDS, CustomerFilter
from csmdesk.views.widgets.controls import button, literal
from csmdesk.views.widgets.popover import Popover
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio

MOST = 40
"""Tags and products offered, the most frequent ones."""
Choice = tuple[str, Any]


class FilterPopover(Popover):
    """`changed(CustomerFilter)` on every tick."""

    changed = Signal(object)

    def __init__(self, portfolio: Portfolio, now: CustomerFilter, parent: QWidget) -> None:
        super().__init__(parent, "Filter customers")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._now = now
        self._boxes: list[tuple[str, Any, QCheckBox]] = []
        customers = portfolio.customers
        head = QHBoxLayout()
        head.addWidget(plain_label("Filter", "strong"))
        head.addStretch(1)
        head.addWidget(button("Clear", self._clear, kind="quiet"))
        self.box.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(12)
        bands = [(BAND_WORDS[band].capitalize(), band) for band in (2, 1, 0, -1)]
        parts = (
            ("Tier", "tiers", _distinct(customers["tier"])),
            ("Health", "bands", bands),
            ("Status", "statuses", _distinct(customers["status"])),
            ("Tags", "tags", _frequent(customers["tags"])),
            ("Products", "products", _frequent(customers["products"])),
        )
        for place, (title, part, choices) in enumerate(parts):
            group = self._group(title, part, choices)
            grid.addWidget(group, place // 3, place % 3, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._renewal(), 1, 2, Qt.AlignmentFlag.AlignTop)
        self.box.addLayout(grid)

    def _group(self, title: str, part: str, choices: Iterable[Choice]) -> QWidget:
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        chosen = getattr(self._now, part)
        for text, value in choices:
            tick = QCheckBox(literal(text))
            tick.setAccessibleName(f"{title}: {text}")
            tick.setChecked(value in chosen)
            tick.toggled.connect(self._ticked)
            self._boxes.append((part, value, tick))
            box.addWidget(tick)
        box.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        inner.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        scroll.setFixedSize(170, min(max(inner.sizeHint().height(), 30), 170))
        outer = QWidget()
        column = QVBoxLayout(outer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(plain_label(title, "small"))
        column.addWidget(scroll)
        return outer

    def _renewal(self) -> QWidget:
        outer = QWidget()
        column = QVBoxLayout(outer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._within = QSpinBox()
        self._within.setRange(0, 730)
        self._within.setSuffix(" days")
        self._within.setSpecialValueText("Any time")
        self._within.setValue(self._now.renewal_within)
        self._within.setAccessibleName("Renewal within")
        self._within.valueChanged.connect(self._ticked)
        self._risk = QCheckBox("At risk")
        self._risk.setChecked(self._now.at_risk)
        self._risk.toggled.connect(self._ticked)
        self._falling = QCheckBox("CHI falling")
        self._falling.setChecked(self._now.falling)
        self._falling.toggled.connect(self._ticked)
        column.addWidget(plain_label("Renewal within", "small"))
        for widget in (self._within, self._risk, self._falling):
            column.addWidget(widget)
        return outer

    def _ticked(self) -> None:
        def chosen(wanted: str) -> frozenset[Any]:
            return frozenset(
                v for part, v, tick in self._boxes if part == wanted and tick.isChecked()
            )

        self._now = replace(
            self._now,
            tiers=chosen("tiers"),
            bands=chosen("bands"),
            statuses=chosen("statuses"),
            tags=chosen("tags"),
            products=chosen("products"),
            renewal_within=self._within.value(),
            at_risk=self._risk.isChecked(),
            falling=self._falling.isChecked(),
        )
        self.changed.emit(self._now)

    def _clear(self) -> None:
        self.close()
        self.changed.emit(CustomerFilter())


def _distinct(values: Iterable[str | None]) -> list[Choice]:
    return [(value, value) for value in sorted({v for v in values if v})]


def _frequent(values: Iterable[tuple[str, ...]]) -> list[Choice]:
    tally = Counter(word for words in values for word in words or ())
    return [(word, word) for word, _ in tally.most_common(MOST)]
