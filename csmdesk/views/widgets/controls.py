"""Buttons: pill menus of the top bar, chips, kinds of push buttons, a row of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QToolButton, QWidget

from csmdesk.views import theme
from csmdesk.views.icons import paint_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QAction


def literal(text: str) -> str:
    """Text for buttons, tabs and menus, where & would become a mnemonic."""
    return text.replace("&", "&&")


def button(text: str, run: Callable[[], object], *, kind: str = "", tip: str = "") -> QPushButton:
    """A push button; `kind` is "", "primary", "chip" or "quiet"."""
    made = QPushButton(literal(text))
    made.setAccessibleName(text)
    if kind:
        made.setProperty("kind", kind)
    if tip:
        made.setToolTip(tip)
    made.clicked.connect(lambda: run())
    return made


def chip(text: str, run: Callable[[bool], object]) -> QPushButton:
    """A checkable pill; `run` gets whether it is on."""
    made = QPushButton(literal(text))
    made.setAccessibleName(text)
    made.setProperty("kind", "chip")
    made.setCheckable(True)
    made.clicked.connect(lambda on: run(on))
    return made


def foot(*parts: QWidget | None) -> QHBoxLayout:
    """Buttons at the bottom of a dialog; None is a stretch."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part)
    return row


class IconButton(QToolButton):
    """A quiet square button with one line icon, painted in the colours of the theme in use."""

    def __init__(
        self, name: str, told: str, tip: str = "", *, size: int = 16, side: int = 0
    ) -> None:
        super().__init__()
        self._name, self._size = name, size
        self.setFixedSize(QSize(side or size + 13, side or size + 13))
        self.say(name, told, tip)

    def say(self, name: str, told: str, tip: str = "") -> None:
        """Change the icon, what is read aloud, and the tooltip."""
        self._name = name
        self.setAccessibleName(told)
        self.setToolTip(tip)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        left, top = (self.width() - self._size) // 2, (self.height() - self._size) // 2
        box = QRectF(left, top, self._size, self._size)
        paint_icon(painter, self._name, box, theme.color("muted"))
        painter.end()


class PillButton(QAbstractButton):
    """ "CSM **My customers** ▾": a quiet label, a value, a chevron. Elides long values."""

    MAX_VALUE = 170

    def __init__(self, label: str, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self._value = value
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_value(value)

    @property
    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self._value = value
        self.setAccessibleName(f"{self.label}: {value}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        value = min(metrics.horizontalAdvance(self._value) + 2, self.MAX_VALUE)
        label = metrics.horizontalAdvance(self.label) + 8 if self.label else 0
        return QSize(10 + label + value + 8 + 14 + 8, 30)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = "accent" if self.hasFocus() else "strong_line"
        painter.setPen(QPen(theme.color(edge), 1))
        painter.setBrush(theme.color("sunken" if self.underMouse() else "surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        metrics, x, height = self.fontMetrics(), 10, self.height()
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        if self.label:
            width = metrics.horizontalAdvance(self.label)
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(x, 0, width + 2, height), middle, self.label)
            x += width + 8
        room = self.width() - x - 30
        shown = metrics.elidedText(self._value, Qt.TextElideMode.ElideRight, room + 2)
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(x, 0, room + 4, height), middle, shown)
        box = QRectF(self.width() - 22, (height - 12) / 2, 12, 12)
        paint_icon(painter, "chevron", box, theme.color("muted"))
        painter.end()


class PillMenu(PillButton):
    """A pill with a menu of choices (text, key); `chosen(key)` when a person picks one."""

    chosen = Signal(str)

    def __init__(self, label: str, choices: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(label)
        self._key = ""
        self._choices: list[tuple[str, str]] = []
        self.clicked.connect(self._open)
        self.set_choices(choices)

    @property
    def key(self) -> str:
        return self._key

    def set_choices(self, choices: Sequence[tuple[str, str]], key: str = "") -> None:
        self._choices = list(choices)
        self.set_key(key)

    def set_key(self, key: str) -> None:
        """Show a choice without announcing it."""
        self._key = key
        self.set_value(next((text for text, k in self._choices if k == key), key or "All"))

    def _open(self) -> None:
        from PySide6.QtGui import QAction, QActionGroup
        from PySide6.QtWidgets import QMenu

        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for text, key in self._choices:
            action = QAction(literal(text), menu, checkable=True, checked=key == self._key)
            action.setData(key)
            group.addAction(action)
            menu.addAction(action)
        group.triggered.connect(self._picked)
        menu.setMinimumWidth(self.width())
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _picked(self, action: QAction) -> None:
        self.set_key(str(action.data()))
        self.chosen.emit(self._key)
