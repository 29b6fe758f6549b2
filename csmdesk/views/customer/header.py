"""The header of a customer tab: dial, name, pills, facts, what changed, sparkline, actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from csmdesk.domain.page import CustomerPage, Field
from csmdesk.views import theme
from csmdesk.views.customer.actions import CustomerActions
from csmdesk.views.customer.painted import Dial, Spark
from csmdesk.views.widgets.cards import Card, set_tone
from csmdesk.views.widgets.controls import button
from csmdesk.views.widgets.flow import FlowLayout
from csmdesk.views.widgets.labels import ElidedLabel, Pills, plain_tip
from csmdesk.views.widgets.tip import plain_label

SPARK_FROM = 980
"""Width in pixels from which there is room for the sparkline."""


class FactLabel(QWidget):
    """ "ACV $51,744": a quiet label and its value."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.value = QLabel()
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        self.value.setFont(theme.font(theme.SMALL_PX, tabular=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(plain_label(label, "small"))
        row.addWidget(self.value)

    def show_field(self, field: Field) -> None:
        self.value.setText(field.cell.text)
        self.setToolTip(plain_tip(field.cell.tip))
        self.setAccessibleName(f"{field.label}: {field.cell.text}")
        set_tone(self.value, field.cell.tone)


class CustomerHeader(Card):
    """Shows a page's header; its buttons edit the customer."""

    def __init__(self, actions: CustomerActions) -> None:
        super().__init__()
        self._actions = actions
        self._dial, self._spark, self._pills = Dial(), Spark(), Pills()
        self._name = ElidedLabel(px=theme.HEADING_PX, bold=True)
        self._facts: dict[str, FactLabel] = {}
        self._flow = FlowLayout(14, 2)
        self._why = _wrapped()
        self._next = _wrapped()
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._dial, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._words(), 1)
        row.addWidget(self._spark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._buttons())
        self.box.addLayout(row)

    def _words(self) -> QVBoxLayout:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._name)
        first.addWidget(self._pills, 1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(first)
        words.addLayout(self._flow)
        words.addWidget(self._why)
        words.addWidget(self._next)
        return words

    def _buttons(self) -> QHBoxLayout:
        actions = self._actions
        self._open = button("CRM ↗", actions.open_in_crm, tip="Open this customer in the CRM")
        self._open.setAccessibleName("Open in CRM")
        self._open.hide()
        self._edit = button("Edit", self._open_edit, tip="CRM fields, tags (T), risk, sentiment")
        note = button("Add note", actions.add_note, kind="primary", tip="Add a note (N)")
        row = QHBoxLayout()
        row.setSpacing(8)
        for made in (self._open, self._edit, note):
            row.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spark.setVisible(event.size().width() >= SPARK_FROM)

    def show_page(self, page: CustomerPage) -> None:
        self._name.setText(page.name)
        self._dial.set(page.chi, page.band, page.thin)
        self._spark.set(page.spark, page.band)
        self._pills.set([(cell.text, cell.tone) for cell in page.pills])
        self._why.setText(page.why)
        self._next.setText(f"Next: {page.next_step}")
        self._open.setVisible(page.url.startswith("https://"))
        for field in page.header:
            label = self._facts.get(field.key)
            if label is None:
                label = self._facts[field.key] = FactLabel(field.label)
                self._flow.addWidget(label)
            label.show_field(field)

    def texts(self) -> dict[str, str]:
        """What is shown, by field key."""
        return {key: label.value.text() for key, label in self._facts.items()}

    def pills(self) -> list[str]:
        return self._pills.texts()

    def said(self) -> tuple[str, str, str]:
        """Name, what changed and the next step, as shown."""
        return self._name.text(), self._why.text(), self._next.text().removeprefix("Next: ")

    def _open_edit(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._actions.page is not None and self._actions.page.crm is not None:
            menu.addAction("CSM, stage, tier, renewal…", self._actions.edit_crm)
        menu.addAction("Tags…", self._actions.add_tag)
        menu.addAction("Risk and confidence…", self._actions.set_risk)
        menu.addAction("Sentiment…", self._actions.set_sentiment)
        menu.addSeparator()
        menu.addAction("Records: merge, split off…", self._actions.show_records)
        anchor = self._edit
        menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))


def _wrapped() -> QLabel:
    label = plain_label("", "small")
    label.setWordWrap(True)
    return label
