"""The sync card: state, sources, age of the data, next run, queued edits, progress with cancel."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from csmdesk.domain.texts import percent, plural
from csmdesk.runtime import state as states
from csmdesk.runtime.state import DeskState
from csmdesk.views import theme
from csmdesk.views.widgets.controls import IconButton
from csmdesk.views.widgets.tip import plain_label

TONES = {
    states.STARTING: "muted",
    states.CURRENT: "good",
    states.WORKING: "accent",
    states.OFFLINE: "neutral",
    states.ATTENTION: "poor",
}


class _Dot(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.tone = "muted"
        self.setFixedSize(QSize(8, 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self.tone))
        painter.drawEllipse(QRectF(0.5, 0.5, 7, 7))
        painter.end()


class SyncCard(QFrame):
    """`syncWanted` and `cancelWanted` from its one button, which is either."""

    syncWanted = Signal()
    cancelWanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._working = False
        self._dot = _Dot()
        self._headline = plain_label(role="strong")
        self._headline.setWordWrap(True)
        self._button = IconButton("sync", "Sync now", size=14)
        self._button.clicked.connect(self._act)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setAccessibleName("Progress")
        self._lines = plain_label(role="small")
        self._lines.setWordWrap(True)
        self._head = QHBoxLayout()
        self._head.setSpacing(6)
        self._head.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignVCenter)
        self._head.addWidget(self._headline, 1)
        self._head.addWidget(self._button)
        self._box = QVBoxLayout(self)
        self._box.setSpacing(4)
        self._box.addLayout(self._head)
        self._box.addWidget(self._bar)
        self._box.addWidget(self._lines)
        self._narrow = False
        self.set_narrow(False)
        self.show_state(DeskState(states.STARTING))

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self._box.setContentsMargins(*((4, 6, 4, 6) if narrow else (10, 6, 6, 8)))
        self._headline.setVisible(not narrow)
        self._dot.setVisible(not narrow)
        self._lines.setVisible(not narrow and bool(self._lines.text()))

    def show_state(self, state: DeskState) -> None:
        self._working = state.state == states.WORKING
        self._dot.tone = TONES[state.state]
        self._dot.update()
        self._headline.setText(headline(state))
        self._lines.setText("\n".join(told_lines(state)))
        self._lines.setVisible(not self._narrow and bool(self._lines.text()))
        progress = state.progress
        self._bar.setVisible(self._working)
        if self._working:
            total = progress.total if progress is not None else 0
            self._bar.setRange(0, total)
            self._bar.setValue(progress.done if progress is not None and total else 0)
        if self._working:
            self._button.say("close", "Cancel", "Cancel")
        else:
            self._button.say("sync", "Sync now", "Sync now (Ctrl+R)")
        self.setAccessibleName(f"Data: {state.headline}. {' '.join(told_lines(state))}")

    def _act(self) -> None:
        (self.cancelWanted if self._working else self.syncWanted).emit()


def headline(state: DeskState) -> str:
    """The bold line; what exactly a running job does stands below it."""
    if state.state != states.WORKING:
        return state.headline
    progress = state.progress
    if progress is None or not progress.total:
        return "Working…"
    return f"Working, {percent(progress.done, progress.total)}"


def told_lines(state: DeskState) -> list[str]:
    """What the card says below its headline."""
    lines = []
    if state.state == states.WORKING:
        lines.append(state.headline)
    elif state.state == states.ATTENTION and state.problem:
        lines.append(state.problem)
    elif state.sources:
        age = f" · {state.read_at:%H:%M}" if state.read_at is not None else ""
        lines.append(f"{', '.join(state.sources)}{age}")
    if state.next_run is not None and state.state != states.WORKING:
        lines.append(f"Next run {state.next_run:%a %H:%M}")
    if state.queued_edits:
        lines.append(f"{plural(state.queued_edits, 'queued edit')}")
    return lines
