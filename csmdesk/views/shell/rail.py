"""The left rail: pages with counts, the sync card, collapsible to icons."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.texts import number
from csmdesk.runtime.state import DeskState
from csmdesk.views import theme
from csmdesk.views.icons import paint_icon
from csmdesk.views.pages import PAGES
from csmdesk.views.shell.sync_card import SyncCard
from csmdesk.views.widgets.controls import IconButton
from csmdesk.views.widgets.tip import plain_label

WIDTH, NARROW = 200, 56


class RailButton(QAbstractButton):
    """Icon, title, count; checked = the page in front."""

    def __init__(self, key: str, title: str, icon_name: str) -> None:
        super().__init__()
        self.key, self._icon_name, self._count, self.narrow = key, icon_name, "", False
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(title)

    def set_count(self, count: int | None) -> None:
        self._count = "" if count is None else number(count)
        self.setAccessibleName(f"{self.text()} {self._count}".strip())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(NARROW - 20 if self.narrow else WIDTH - 20, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, box = self.isChecked(), QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ground = "accent_fill" if on else "line" if self.underMouse() else ""
        painter.setPen(QPen(theme.color("accent"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        if ground:
            painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(box, 6, 6)
        left = (self.width() - 16) / 2 if self.narrow else 8
        ink = theme.color("accent" if on else "text")
        middle = (self.height() - 16) / 2
        paint_icon(painter, self._icon_name, QRectF(left, middle, 16, 16), ink)
        if not self.narrow:
            painter.setPen(ink)
            painter.setFont(theme.font(bold=on))
            area = QRectF(34, 0, self.width() - 42, self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
            painter.setFont(theme.font(theme.SMALL_PX, tabular=True))
            painter.setPen(ink if on else theme.color("muted"))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(area, side, self._count)
        painter.end()


class _Mark(QWidget):
    """The program's mark: a rounded square in the accent colour."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(18, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(QRectF(0, 0, 18, 18), 5, 5)
        painter.end()


class Rail(QFrame):
    """`pageWanted(key)` on a click; `menuWanted` from the menu button."""

    pageWanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName("Pages")
        self.menu_button = IconButton("menu", "Menu", "Menu (F10)")
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._name = plain_label("CSMDesk", "strong")
        self._name.setFont(theme.font(15, bold=True))
        self._mark = _Mark()
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(self._mark)
        head.addWidget(self._name)
        head.addStretch(1)
        head.addWidget(self.menu_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 10, 10, 10)
        box.setSpacing(2)
        box.addLayout(head)
        box.addSpacing(10)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons: dict[str, RailButton] = {}
        for spec in PAGES:
            made = RailButton(spec.key, spec.title, spec.icon)
            made.clicked.connect(self._clicked)
            self._group.addButton(made)
            self.buttons[spec.key] = made
            box.addWidget(made)
        box.addStretch(1)
        self.sync_card = SyncCard()
        box.addWidget(self.sync_card)
        self.set_collapsed(False)

    @property
    def collapsed(self) -> bool:
        return self.width() < WIDTH and self.maximumWidth() == NARROW

    def set_collapsed(self, collapsed: bool) -> None:
        self.setFixedWidth(NARROW if collapsed else WIDTH)
        for widget in (self._name, self._mark):
            widget.setVisible(not collapsed)
        self.sync_card.set_narrow(collapsed)
        for made in self.buttons.values():
            made.narrow = collapsed
            made.setToolTip(made.text() if collapsed else "")
            made.updateGeometry()
            made.update()

    def set_current(self, key: str) -> None:
        self._group.setExclusive(False)
        for name, made in self.buttons.items():
            made.setChecked(name == key)
        self._group.setExclusive(True)

    def set_counts(self, counts: dict[str, int]) -> None:
        for key, made in self.buttons.items():
            made.set_count(counts.get(key))

    def set_state(self, state: DeskState) -> None:
        self.sync_card.show_state(state)

    def _clicked(self) -> None:
        made = self.sender()
        if isinstance(made, RailButton):
            self.pageWanted.emit(made.key)
