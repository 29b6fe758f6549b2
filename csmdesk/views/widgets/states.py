"""What stands in place of content: nothing yet, nothing found, loading, failed. Each has one action."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from csmdesk.views import theme
from csmdesk.views.icons import paint_icon
from csmdesk.views.widgets.tip import plain_label

TEXT_WIDTH = 380


class Saying(NamedTuple):
    """A title, a sentence and one action; `icon` names one of `views.icons`."""

    title: str
    text: str = ""
    action: str = ""
    run: Callable[[], object] | None = None
    icon: str = "inbox"


class _Picture(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.name = "inbox"
        self.setFixedSize(QSize(40, 40))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, self.name, QRectF(6, 6, 28, 28), theme.color("muted"))
        painter.end()


class EmptyState(QWidget):
    """Shows a `Saying` in the middle of the space it is given."""

    def __init__(self, saying: Saying, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._saying = saying
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._picture = _Picture()
        self._title = plain_label(role="strong")
        self._text = plain_label(role="small")
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setFixedWidth(TEXT_WIDTH)
        self._button = QPushButton()
        self._button.clicked.connect(self._act)
        box = QVBoxLayout(self)
        box.setSpacing(8)
        box.addStretch(1)
        for widget in (self._picture, self._title, self._text, self._button):
            box.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(1)
        self.say(saying)

    def say(self, saying: Saying) -> None:
        self._saying = saying
        self._picture.name = saying.icon
        self._picture.update()
        self._title.setText(saying.title)
        self._text.setText(saying.text)
        self._fit()
        self._text.setVisible(bool(saying.text))
        self._button.setText(saying.action)
        self._button.setAccessibleName(saying.action)
        self._button.setVisible(bool(saying.action))
        self.setAccessibleName(f"{saying.title}. {saying.text}")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit()

    def _fit(self) -> None:
        """Every line of the text is seen: a centred label is else given the height of one."""
        self._text.ensurePolished()
        self._text.setMinimumHeight(max(self._text.heightForWidth(TEXT_WIDTH), 0))

    def _act(self) -> None:
        if self._saying.run is not None:
            self._saying.run()
