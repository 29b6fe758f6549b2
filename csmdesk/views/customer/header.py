"""The header of a customer tab: dial, name, pills, facts, sparkline, actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QLabel, QMenu, QVBoxLayout, QWidget

from csmdesk.domain.edits import Edit
from csmdesk.domain.page import Cell, CustomerPage
from csmdesk.views import theme
from csmdesk.views.cells.dial import draw_dial
from csmdesk.views.cells.pills import HEIGHT, draw_pill, pill_width
from csmdesk.views.cells.spark import draw_spark
from csmdesk.views.customer.blocks import plain_tip, set_tone
from csmdesk.views.dialogs.tags import TagDialog
from csmdesk.views.widgets.cards import Card
from csmdesk.views.widgets.controls import button
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.runtime.desk import Desk

SENTIMENTS = ("positive", "neutral", "negative")
BAND_TONES = {"good": "good", "neutral": "neutral", "poor": "poor"}


class Dial(QWidget):
    """The big dial; says the score and the band."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(64, 64)
        self._chi, self._band, self._thin = -1, "", False

    def set(self, chi: int, band: str, thin: bool) -> None:
        self._chi, self._band, self._thin = chi, band, thin
        shown = "not scored" if chi < 0 else f"{chi}, {band}"
        self.setAccessibleName(f"Customer Health Index {shown}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        arc = theme.color(BAND_TONES.get(self._band, "muted"))
        track, ink = theme.color("track"), theme.color("text")
        figure = theme.font(20, bold=True, tabular=True)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        draw_dial(painter, box, self._chi, arc, track, ink, figure, hatched=self._thin)
        painter.end()


class Spark(QWidget):
    """90 days of the score as a line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(150, 44)
        self.setAccessibleName("CHI of the last 90 days")
        self._scores, self._band = b"", ""

    def set(self, scores: tuple[int, ...], band: str) -> None:
        self._scores = bytes(255 if chi < 0 else chi for chi in scores)
        self._band = band
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._scores:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = theme.color(BAND_TONES.get(self._band, "muted"))
        draw_spark(painter, QRectF(self.rect()).adjusted(3, 6, -5, -6), self._scores, color, 1.6)
        painter.end()


class Pills(QWidget):
    """Pills in a row; those that do not fit are told by the accessible name and the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: tuple[Cell, ...] = ()
        self.setFixedHeight(HEIGHT + 2)

    def set(self, cells: tuple[Cell, ...]) -> None:
        self._cells = cells
        told = ", ".join(cell.text for cell in cells)
        self.setAccessibleName(told)
        self.setToolTip(plain_tip(told))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(sum(pill_width(metrics, c.text) + 4 for c in self._cells), HEIGHT + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL_PX))
        x = 0.0
        for cell in self._cells:
            width = pill_width(painter.fontMetrics(), cell.text)
            draw_pill(painter, QRectF(x, 1, width, HEIGHT), cell.text, cell.tone)
            x += width + 4
        painter.end()


class CustomerHeader(Card):
    """Shows a page's header; its buttons edit the customer."""

    def __init__(self, desk: Desk, customer_id: str) -> None:
        super().__init__()
        self._desk, self._id = desk, customer_id
        self._url = ""
        self._dial, self._spark, self._pills = Dial(), Spark(), Pills()
        self._name = plain_label("", "heading")
        self._facts: dict[str, QLabel] = {}
        self._facts_row = QHBoxLayout()
        self._facts_row.setSpacing(16)
        self._why = plain_label("", "small")
        self._open = button("Open in CRM ↗", self._open_in_crm)
        note = button("Add note", self.add_note, tip="Add a note (N)")
        tag = button("Tag", self.add_tag, tip="Add a tag (T)")
        sentiment = button("Sentiment", self._choose_sentiment)
        self._sentiment = sentiment
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._name)
        first.addWidget(self._pills)
        first.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(first)
        words.addLayout(self._facts_row)
        words.addWidget(self._why)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._dial)
        row.addLayout(words, 1)
        row.addWidget(self._spark)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for made in (self._open, sentiment, tag, note):
            buttons.addWidget(made)
        row.addLayout(buttons)
        self.box.addLayout(row)
        self._open.hide()

    def show_page(self, page: CustomerPage) -> None:
        self._name.setText(page.name)
        self._dial.set(page.chi, page.band, page.thin)
        self._spark.set(page.spark, page.band)
        self._pills.set(page.pills)
        self._why.setText(f"{page.why}  Next: {page.next_step}")
        self._url = page.url
        self._open.setVisible(page.url.startswith("https://"))
        for field in page.header:
            label = self._facts.get(field.key)
            if label is None:
                label = self._facts[field.key] = plain_label("", "small")
                self._facts_row.insertWidget(len(self._facts) - 1, label)
                if len(self._facts) == 1:
                    self._facts_row.addStretch(1)
            label.setText(f"{field.label} {field.cell.text}")
            label.setToolTip(plain_tip(field.cell.tip))
            set_tone(label, field.cell.tone if field.cell.tone != "muted" else "")

    def texts(self) -> dict[str, str]:
        return {key: label.text() for key, label in self._facts.items()}

    # -- actions ------------------------------------------------------------------------------
    def add_note(self) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Add note")
        dialog.setLabelText(f"Note on {self._name.text()}")
        dialog.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput)
        dialog.textValueSelected.connect(self._note_given)
        dialog.open()

    def _note_given(self, text: str) -> None:
        if text.strip():
            self._desk.edit(Edit("note", (self._id,), {"body": text.strip()}))

    def add_tag(self) -> None:
        portfolio = self._desk.portfolio
        if portfolio is None:
            return
        dialog = TagDialog(portfolio, (self._id,), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._desk.edit)
        dialog.open()

    def _choose_sentiment(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for word in SENTIMENTS:
            menu.addAction(word.capitalize(), self._sentiment_setter(word))
        anchor = self._sentiment
        menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def _sentiment_setter(self, word: str) -> Callable[[], None]:
        args = {"sentiment": word, "reason": ""}
        return lambda: self._desk.edit(Edit("sentiment", (self._id,), args))

    def _open_in_crm(self) -> None:
        if self._url.startswith("https://"):
            QDesktopServices.openUrl(QUrl(self._url))
