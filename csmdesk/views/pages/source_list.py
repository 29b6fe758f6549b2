"""The list of the Sources page: one row per system with its state, its rows and its button."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.cancel import Progress
from csmdesk.domain.source_status import SourceStatus
from csmdesk.domain.texts import percent
from csmdesk.models import sources as words
from csmdesk.views import theme
from csmdesk.views.widgets.cards import set_tone
from csmdesk.views.widgets.controls import IconButton, button, literal
from csmdesk.views.widgets.labels import ElidedLabel, Pills
from csmdesk.views.widgets.tip import plain_label

ROW_HEIGHT, HEAD_HEIGHT = 50, 34
WIDTHS = {"Source": 122, "State": 118, "Last read": 74}
BUTTON_WIDTH, MENU_WIDTH, GAP = 92, 30, 10
CANCEL = words.Action("cancel", "Cancel", True)


class SourceRow(QFrame):
    """`chosen(system)` by click, focus or arrow key; `wanted(system, verb)` from button and menu."""

    chosen = Signal(str)
    wanted = Signal(str, str)
    stepped = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sourcerow")
        self.setFixedHeight(ROW_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.status: SourceStatus | None = None
        self.actions_now: tuple[words.Action, ...] = ()
        self._verb = ""
        self.title = ElidedLabel(bold=True)
        self.kinds = ElidedLabel(px=theme.SMALL_PX, color="muted")
        self.pill = Pills()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName("Progress")
        self.read = plain_label(role="small")
        self.rows, self.detail = plain_label(role="small"), plain_label(role="small")
        self.rows.setWordWrap(True)
        self.detail.setWordWrap(True)
        self.button: QPushButton = button("", self._primary)
        self.button.setFixedWidth(BUTTON_WIDTH)
        self.menu_button = IconButton("more", "More", "More (Shift+F10)")
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_button.clicked.connect(self._open_menu_below)
        self._build()

    @property
    def system(self) -> str:
        return self.status.system if self.status is not None else ""

    def show_status(
        self, status: SourceStatus, now: datetime, progress: Progress | None, *, demo: bool
    ) -> None:
        """`progress`: what is read of this source right now, None when nothing is."""
        self.status = status
        self.actions_now = words.actions(status, demo=demo)
        self.title.setText(status.title)
        self.kinds.setText(words.feeds(status))
        self.read.setText(words.moment(status.read_at, now))
        self.read.setToolTip(words.age(status.read_at, now))
        self.rows.setText(words.things(status, words.SHORT) or words.NONE)
        self._show_state(status, progress)
        first = CANCEL if progress is not None else self.actions_now[0]
        self.button.setText(literal(first.text))
        self.button.setAccessibleName(f"{first.text} {status.title}")
        self.menu_button.setVisible(len(self.actions_now) > 1)
        self.menu_button.setAccessibleName(f"More for {status.title}")
        self._verb = first.verb

    def choose(self, chosen: bool) -> None:
        if self.property("chosen") != chosen:
            self.setProperty("chosen", chosen)
            self.style().unpolish(self)
            self.style().polish(self)

    # -- keys and mouse -----------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up:
                self.stepped.emit(self.system, -1)
            case Qt.Key.Key_Down:
                self.stepped.emit(self.system, 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self._primary()
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chosen.emit(self.system)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.system)
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._open_menu(event.globalPos())

    # -- inside -------------------------------------------------------------------------------
    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 10, 0)
        row.setSpacing(GAP)
        row.addWidget(_column(WIDTHS["Source"], self.title, self.kinds))
        row.addWidget(_column(WIDTHS["State"], self.pill, self.bar))
        self.read.setFixedWidth(WIDTHS["Last read"])
        row.addWidget(self.read)
        row.addWidget(self.rows, 1)
        row.addWidget(self.detail, 1)
        row.addWidget(self.button)
        place = QWidget()
        place.setFixedWidth(MENU_WIDTH)
        inner = QHBoxLayout(place)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.menu_button)
        row.addWidget(place)

    def _show_state(self, status: SourceStatus, progress: Progress | None) -> None:
        word, tone = words.state_word(status)
        text, text_tone = words.detail(status)
        if progress is not None:
            share = f" {percent(progress.done, progress.total)}" if progress.total else ""
            word, tone = f"Reading{share}", "info"
            text, text_tone = progress.text.partition(": ")[2] or progress.text, ""
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done if progress.total else 0)
        self.bar.setVisible(progress is not None)
        self.pill.set(((word, tone),))
        self.detail.setText(_clipped(text))
        self.detail.setToolTip("" if _clipped(text) == text else text)
        set_tone(self.detail, text_tone)
        told = (status.title, word, words.feeds(status), self.rows.text(), text)
        self.setAccessibleName(". ".join(one for one in told if one))

    def _primary(self) -> None:
        self.wanted.emit(self.system, self._verb)

    def _open_menu_below(self) -> None:
        self._open_menu(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height())))

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in self.actions_now:
            if action.primary and any(
                action.verb == other.verb and not other.primary for other in self.actions_now
            ):
                continue
            menu.addAction(literal(action.text)).setData(action.verb)
        menu.triggered.connect(lambda chosen: self.wanted.emit(self.system, str(chosen.data())))
        menu.popup(at)


class SourceList(QWidget):
    """Rows under a head line; scrolls where they do not fit. Signals as those of its rows."""

    chosen = Signal(str)
    wanted = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Sources")
        self.rows: dict[str, SourceRow] = {}
        self._inside = QWidget()
        self._box = QVBoxLayout(self._inside)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)
        self._scroll.viewport().setAutoFillBackground(False)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(_head())
        box.addWidget(self._scroll, 1)

    def show_statuses(
        self,
        statuses: tuple[SourceStatus, ...],
        now: datetime,
        reading: dict[str, Progress],
        *,
        demo: bool,
    ) -> None:
        """`reading`: system -> progress of the read that runs."""
        for place, status in enumerate(statuses):
            row = self.rows.get(status.system) or self._add(status.system)
            row.show_status(status, now, reading.get(status.system), demo=demo)
            if self._box.indexOf(row) != place:
                self._box.insertWidget(place, row)

    def choose(self, system: str) -> None:
        for name, row in self.rows.items():
            row.choose(name == system)

    def full_height(self) -> int:
        return HEAD_HEIGHT + len(self.rows) * ROW_HEIGHT + 4

    def _add(self, system: str) -> SourceRow:
        row = SourceRow()
        row.chosen.connect(self.chosen)
        row.wanted.connect(self.wanted)
        row.stepped.connect(self._step)
        self.rows[system] = row
        return row

    def _step(self, system: str, by: int) -> None:
        place = self._box.indexOf(self.rows[system]) + by
        item = self._box.itemAt(place)
        if item is not None and isinstance(row := item.widget(), SourceRow):
            row.setFocus(Qt.FocusReason.TabFocusReason)
            self._scroll.ensureWidgetVisible(row)
            self.chosen.emit(row.system)


def _head() -> QWidget:
    head = QFrame()
    head.setObjectName("sourcehead")
    head.setFixedHeight(HEAD_HEIGHT)
    row = QHBoxLayout(head)
    row.setContentsMargins(12, 0, 10, 0)
    row.setSpacing(GAP)
    for title, width in WIDTHS.items():
        label = plain_label(title, "small")
        label.setFixedWidth(width)
        row.addWidget(label)
    row.addWidget(plain_label("Stored", "small"), 1)
    row.addWidget(plain_label("Detail", "small"), 1)
    buttons = QWidget()
    buttons.setFixedWidth(BUTTON_WIDTH + GAP + MENU_WIDTH)
    row.addWidget(buttons)
    return head


def _column(width: int, *parts: QWidget) -> QWidget:
    made = QWidget()
    made.setFixedWidth(width)
    box = QVBoxLayout(made)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(2)
    box.addStretch(1)
    for part in parts:
        box.addWidget(part)
    box.addStretch(1)
    return made


def _clipped(text: str) -> str:
    """Two short lines; the panel below tells all of it."""
    return text if len(text) <= 110 else text[:107].rsplit(" ", 1)[0] + "…"
