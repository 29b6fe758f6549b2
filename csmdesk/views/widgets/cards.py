"""Cards: a bordered panel with an optional title line, and a card with one figure."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout

from csmdesk.views import theme
from csmdesk.views.widgets.tip import plain_label


class Card(QFrame):
    """A bordered panel; content goes into `box`. With a title, `head` takes buttons at its right."""

    def __init__(self, title: str = "", remark: str = "", *, padded: bool = True) -> None:
        super().__init__()
        self.setProperty("role", "card")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSpacing(0)
        self.head = QHBoxLayout()
        self.title = plain_label(title, "strong")
        self.remark = plain_label(remark, "small")
        if title:
            self.setAccessibleName(title)
            self.head.setContentsMargins(14, 8, 14, 8)
            self.head.setSpacing(8)
            self.title.setMinimumHeight(22)
            self.head.addWidget(self.title)
            self.head.addWidget(self.remark)
            self.head.addStretch(1)
            outer.addLayout(self.head)
            line = QFrame()
            line.setProperty("role", "divider")
            line.setFixedHeight(1)
            outer.addWidget(line)
        self.box = QVBoxLayout()
        margin = 12 if padded else 0
        self.box.setContentsMargins(margin, margin, margin, margin)
        self.box.setSpacing(8)
        outer.addLayout(self.box, 1)


class FigureCard(QFrame):
    """Label, figure, and a small change beside it ("+6", "▲ 4 vs yesterday")."""

    def __init__(self, label: str, *, big: bool = False, tip: str = "") -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name = label
        self._label = plain_label(label, "small")
        self.setMinimumWidth(120)
        self._figure = plain_label("–", "big" if big else "counter")
        px = theme.COUNTER_PX if big else theme.TITLE_PX
        self._figure.setFont(theme.font(px, bold=True, tabular=True))
        self._change = plain_label(role="small")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._figure)
        row.addWidget(self._change, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        self._change.setContentsMargins(0, 0, 0, 4)
        box = QVBoxLayout(self)
        box.setContentsMargins(14, 12, 14, 12)
        box.setSpacing(2)
        box.addWidget(self._label)
        box.addLayout(row)
        self.set("–")
        if tip:
            self.setToolTip(tip)

    def set(self, figure: str, change: str = "", tone: str = "") -> None:
        """Show a figure; `tone` good or poor colours the change, whose words carry the sign."""
        self._figure.setText(figure)
        self._change.setText(change)
        set_tone(self._change, tone)
        self._change.setVisible(bool(change))
        self.setAccessibleName(f"{self._name}: {figure} {change}".strip())

    @property
    def figure(self) -> str:
        return self._figure.text()


def set_tone(label: QLabel, tone: str) -> None:
    """Colour a label by its `tone` property; set before it is first shown, it is styled once."""
    if (label.property("tone") or "") == tone:
        return
    label.setProperty("tone", tone)
    if label.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        label.style().unpolish(label)
        label.style().polish(label)
