"""What the window tells: a line for errors that stays, a toast for what was done, with its undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from csmdesk.views.widgets.controls import IconButton
from csmdesk.views.widgets.tip import plain_label

TOAST_MS = 7_000
MARGIN = 16


class NoticeLine(QFrame):
    """Says what happened and what to do; details on demand; stays until closed or replaced."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._text = plain_label()
        self._text.setWordWrap(True)
        self._details = plain_label(role="small")
        self._details.setWordWrap(True)
        self._more = QPushButton("Details")
        self._more.setProperty("kind", "quiet")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._details.setVisible)
        self._close = IconButton("close", "Close this notice")
        self._close.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        self.again = QPushButton("Try again")
        self.again.clicked.connect(self._try_again)
        self._retry: Callable[[], object] | None = None
        row.addWidget(self.again)
        row.addWidget(self._more)
        row.addWidget(self._close)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 6, 12, 6)
        box.setSpacing(4)
        box.addLayout(row)
        box.addWidget(self._details)
        self.hide()

    def say(
        self,
        sentence: str,
        details: str = "",
        *,
        tone: str = "",
        retry: Callable[[], object] | None = None,
    ) -> None:
        """`retry`: what "Try again" does, where that may help."""
        self._retry = retry
        self.again.setVisible(retry is not None)
        self._text.setText(sentence)
        self._details.setText(details)
        self._more.setChecked(False)
        self._details.hide()
        self._more.setVisible(bool(details))
        self.setProperty("tone", tone)
        for widget in (self, self._text, self._details):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.setAccessibleName(sentence)
        self.show()

    def tell(self, notices: Sequence[str]) -> None:
        """What a person should know about the figures; none hides the line."""
        if notices:
            self.say(" ".join(notices), tone="info")
        else:
            self.hide()

    def _try_again(self) -> None:
        self.hide()
        if self._retry is not None:
            self._retry()

    def dismiss(self) -> None:
        self.hide()
        self.closed.emit()


class Toast(QFrame):
    """A short message at the bottom of its host, gone after some seconds unless under the mouse."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("toast")
        self._host = host
        self._run: Callable[[], object] | None = None
        self._text = plain_label()
        self._action = QPushButton()
        self._action.clicked.connect(self._act)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(16)
        row.addWidget(self._text)
        row.addWidget(self._action)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        host.installEventFilter(self)
        self.hide()

    def say(self, text: str, action: str = "", run: Callable[[], object] | None = None) -> None:
        self._text.setText(text)
        self._run = run
        self._action.setText(action)
        self._action.setAccessibleName(f"{action}: {text}")
        self._action.setVisible(bool(action))
        self.setAccessibleName(text)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start(TOAST_MS)

    @property
    def text(self) -> str:
        return self._text.text()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start(TOAST_MS)
        super().leaveEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        host = self._host
        x = (host.width() - self.width()) // 2
        self.move(max(x, MARGIN), host.height() - self.height() - MARGIN)

    def _act(self) -> None:
        self.hide()
        if self._run is not None:
            self._run()
