"""What a CSM says about a customer: risk and confidence, sentiment, a note."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.edits import Edit
from csmdesk.domain.page import Cell
from csmdesk.views.widgets.controls import button, chip, foot
from csmdesk.views.widgets.flow import FlowLayout
from csmdesk.views.widgets.tip import plain_label

RISK_TAGS = ("Champion left", "Budget cut", "Low adoption", "Competitor", "Reorganisation", "Price")
CONFIDENCE_TAGS = ("Exec sponsor", "Expansion planned", "Exec meeting booked", "Reference")
SENTIMENTS = ("positive", "neutral", "negative")
NOT_GIVEN = -1
NOTE_HEIGHT, DIALOG_WIDTH = 64, 460
Cells = dict[str, Cell]
"""What the page shows now, by field key."""


class EditDialog(QDialog):
    """A dialog that ends in an edit: `wanted(Edit)` when a person confirms."""

    wanted = Signal(object)

    def __init__(self, title: str, customer: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(DIALOG_WIDTH)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(16, 16, 16, 16)
        self.box.setSpacing(8)
        self.box.addWidget(plain_label(customer, "strong"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    def fit(self) -> None:
        """As tall as the lines of tags need it; Qt's own sizing stops at two thirds of a screen."""
        width = max(self.width(), DIALOG_WIDTH)
        height = self.box.totalHeightForWidth(width)
        if height > 0:
            self.setMinimumHeight(height)
            self.resize(width, height)

    @Slot()
    def _fit_soon(self) -> None:
        """When Qt has shown and measured what was added."""
        QTimer.singleShot(0, self.fit)

    def add_foot(self, save: str = "Save") -> QPushButton:
        """Cancel and save at the bottom; the second is the default button."""
        made = button(save, self._save, kind="primary")
        made.setDefault(True)
        row = foot(None, button("Cancel", self.reject), made)
        row.setContentsMargins(0, 8, 0, 0)
        self.box.addLayout(row)
        return made

    def made_edit(self) -> Edit:
        """The edit that the fields say."""
        raise NotImplementedError

    def _save(self) -> None:
        self.wanted.emit(self.made_edit())
        self.accept()

    def add_text(self, label: str, text: str, height: int = NOTE_HEIGHT) -> QPlainTextEdit:
        field = QPlainTextEdit(text)
        field.setAccessibleName(label)
        field.setTabChangesFocus(True)
        field.setFixedHeight(height)
        self.box.addWidget(plain_label(label, "small"))
        self.box.addWidget(field)
        return field


class TagField(QLineEdit):
    """Enter takes the text as a tag; only in an empty field it reaches the dialog's button."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        typed = bool(self.text().strip())
        super().keyPressEvent(event)
        if enter and typed:
            event.accept()


class TagChoice(QWidget):
    """Tags to tick, and a field for another one; `grown` when there is one tag more."""

    grown = Signal()

    def __init__(self, label: str, offered: tuple[str, ...], chosen: tuple[str, ...]) -> None:
        super().__init__()
        self._chips: dict[str, QPushButton] = {}
        self._flow = FlowLayout(6, 6, DIALOG_WIDTH)
        self._another = TagField()
        self._another.setPlaceholderText("Another tag, Enter adds it")
        self._another.setAccessibleName(f"Another tag: {label}")
        self._another.returnPressed.connect(self._add)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(plain_label(label, "small"))
        box.addLayout(self._flow)
        box.addWidget(self._another)
        for tag in dict.fromkeys((*chosen, *offered)):
            self._offer(tag, tag in chosen)

    def chosen(self) -> list[str]:
        """Ticked tags, and what still stands in the field."""
        ticked = [tag for tag, made in self._chips.items() if made.isChecked()]
        extra = self._another.text().strip()
        return [*ticked, extra] if extra and extra not in ticked else ticked

    def _offer(self, tag: str, on: bool) -> None:
        made = chip(tag, lambda _on: None)
        made.setAutoDefault(False)
        made.setChecked(on)
        self._chips[tag] = made
        self._flow.addWidget(made)
        self.grown.emit()

    def _add(self) -> None:
        tag = self._another.text().strip()
        self._another.clear()
        if tag in self._chips:
            self._chips[tag].setChecked(True)
        elif tag:
            self._offer(tag, True)


class RiskDialog(EditDialog):
    """Score 0-10, tags and notes for and against (definitions.md section 9)."""

    def __init__(self, customer_id: str, customer: str, now: Cells, parent: QWidget) -> None:
        super().__init__("Risk and confidence", customer, parent)
        self._id = customer_id
        self.score = QSpinBox()
        self.score.setRange(NOT_GIVEN, 10)
        self.score.setSpecialValueText("Not given")
        self.score.setSuffix(" of 10")
        self.score.setMinimumHeight(30)
        self.score.setAccessibleName("Own risk score, 0 none to 10 will leave")
        given = now["score"].value if "score" in now else None
        self.score.setValue(given if isinstance(given, int) else NOT_GIVEN)
        self.box.addWidget(plain_label("Own risk score: 0 no risk, 10 will leave", "small"))
        self.box.addWidget(self.score, 0, Qt.AlignmentFlag.AlignLeft)
        self.risk = TagChoice("Risk", RISK_TAGS, _words(now, "risk_tags"))
        self.risk.grown.connect(self._fit_soon)
        self.box.addWidget(self.risk)
        self.risk_note = self.add_text("Risk note", _text(now, "risk_note"))
        self.confidence = TagChoice("Confidence", CONFIDENCE_TAGS, _words(now, "confidence_tags"))
        self.confidence.grown.connect(self._fit_soon)
        self.box.addWidget(self.confidence)
        self.confidence_note = self.add_text("Confidence note", _text(now, "confidence_note"))
        self.add_foot()
        self.score.setFocus()

    def made_edit(self) -> Edit:
        score = self.score.value()
        args: dict[str, object] = {
            "score": None if score == NOT_GIVEN else score,
            "risk_tags": self.risk.chosen(),
            "confidence_tags": self.confidence.chosen(),
            "risk_note": self.risk_note.toPlainText().strip(),
            "confidence_note": self.confidence_note.toPlainText().strip(),
        }
        return Edit("risk", (self._id,), args)


class SentimentDialog(EditDialog):
    """Positive, neutral or negative, and why."""

    def __init__(self, customer_id: str, customer: str, now: Cells, parent: QWidget) -> None:
        super().__init__("Sentiment", customer, parent)
        self._id = customer_id
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(8)
        given = now["sentiment"].value if "sentiment" in now else None
        for place, word in enumerate(SENTIMENTS):
            made = chip(word.capitalize(), lambda _on: None)
            made.setAutoDefault(False)
            made.setChecked(word == (given or "neutral"))
            self._group.addButton(made, place)
            row.addWidget(made)
        row.addStretch(1)
        self.box.addLayout(row)
        self.reason = self.add_text("Because", _text(now, "reason"))
        self.add_foot()

    def choose(self, sentiment: str) -> None:
        self._group.button(SENTIMENTS.index(sentiment)).setChecked(True)

    def made_edit(self) -> Edit:
        word = SENTIMENTS[max(self._group.checkedId(), 0)]
        args = {"sentiment": word, "reason": self.reason.toPlainText().strip()}
        return Edit("sentiment", (self._id,), args)


class NoteDialog(EditDialog):
    """A note; cannot be saved empty."""

    def __init__(self, customer_id: str, customer: str, parent: QWidget) -> None:
        super().__init__("Add note", customer, parent)
        self._id = customer_id
        self.body = self.add_text("Note", "", 140)
        save = self.add_foot("Add note")
        save.setEnabled(False)
        self.body.textChanged.connect(
            lambda: save.setEnabled(bool(self.body.toPlainText().strip()))
        )
        self.body.setFocus()

    def made_edit(self) -> Edit:
        return Edit("note", (self._id,), {"body": self.body.toPlainText().strip()})


def _text(now: Cells, key: str) -> str:
    value = now[key].value if key in now else None
    return value if isinstance(value, str) else ""


def _words(now: Cells, key: str) -> tuple[str, ...]:
    return tuple(word for word in _text(now, key).split(", ") if word)
