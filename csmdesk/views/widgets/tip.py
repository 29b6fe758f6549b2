"""A styled tooltip of plain text: bold title, quiet remark, lines. One per program, re-used."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from csmdesk.models.columns import Tip

MAX_WIDTH = 320
_HIDING = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.KeyPress,
    QEvent.Type.Leave,
    QEvent.Type.WindowDeactivate,
}


def plain_label(text: str = "", role: str = "") -> QLabel:
    """A label that never interprets its text as markup."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    if role:
        label.setProperty("role", role)
    return label


class TipPopup(QFrame):
    """The popup itself; hides on any click, key, wheel or when the mouse leaves the view."""

    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._owner: QWidget | None = None
        self._title = plain_label(role="strong")
        self._remark = plain_label(role="tip-muted")
        self._lines = plain_label()
        self._lines.setWordWrap(True)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addWidget(self._remark, 1)
        panel = QFrame(self)
        panel.setObjectName("tip")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(panel)
        box = QVBoxLayout(panel)
        box.setContentsMargins(12, 8, 12, 8)
        box.setSpacing(4)
        box.addLayout(head)
        box.addWidget(self._lines)

    def show_for(self, owner: QWidget, at: QPoint, tip: Tip) -> None:
        self._watch(owner)
        self._title.setText(tip.title)
        self._remark.setText(tip.remark)
        self._remark.setVisible(bool(tip.remark))
        self._lines.setText("\n".join(tip.lines))
        self._lines.setVisible(bool(tip.lines))
        metrics = self._lines.fontMetrics()
        widest = max((metrics.horizontalAdvance(line) for line in tip.lines), default=0)
        self._lines.setFixedWidth(min(max(widest + 4, 60), MAX_WIDTH))
        self.adjustSize()
        screen = QGuiApplication.screenAt(at) or QGuiApplication.primaryScreen()
        area = screen.availableGeometry()
        x = min(at.x() + 12, area.right() - self.width())
        below = at.y() + 18
        y = below if below + self.height() < area.bottom() else at.y() - self.height() - 8
        self.move(max(x, area.left()), y)
        self.show()

    def hide_tip(self) -> None:
        self._watch(None)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _HIDING:
            self.hide_tip()
        return False

    def _watch(self, owner: QWidget | None) -> None:
        if self._owner is not owner:
            if self._owner is not None:
                self._owner.removeEventFilter(self)
            self._owner = owner
            if owner is not None:
                owner.installEventFilter(self)
                owner.destroyed.connect(self._forget)

    def _forget(self) -> None:
        self._owner = None
        self.hide()


_popup: TipPopup | None = None


def show_tip(owner: QWidget, at: QPoint, tip: Tip | None) -> None:
    """Show `tip` near the global position, or hide the popup when there is nothing to tell."""
    global _popup
    if tip is None:
        if _popup is not None:
            _popup.hide_tip()
        return
    if _popup is None:
        _popup = TipPopup()
        QApplication.instance().aboutToQuit.connect(_drop_popup)  # type: ignore[union-attr]
    viewport = getattr(owner, "viewport", None)
    _popup.show_for(viewport() if viewport else owner, at, tip)


def _drop_popup() -> None:
    global _popup
    if _popup is not None:
        _popup.close()
        _popup = None
