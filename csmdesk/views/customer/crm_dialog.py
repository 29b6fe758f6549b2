"""CSM, stage, tier and renewal date of a customer: edited here, sent to the CRM after the next sync."""

from __future__ import annotations

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QComboBox, QDateEdit, QFormLayout, QWidget

from csmdesk.domain.days import day_number, parse_day
from csmdesk.domain.edits import Edit
from csmdesk.domain.page import CrmFields
from csmdesk.views.customer.dialogs import EditDialog
from csmdesk.views.widgets.tip import plain_label

NO_DATE = QDate(2000, 1, 1)
"""Stands for "no date": the first that can be chosen."""
FIELD_HEIGHT = 30
LATEST = QDate(2099, 12, 31)
EXPLAINED = (
    "Shown here at once and sent to the CRM after the next sync. If somebody changed the "
    "same field there, both values are shown to you first."
)


class CrmDialog(EditDialog):
    """Only what was changed becomes part of the edit, which is one step to undo."""

    def __init__(self, customer_id: str, customer: str, now: CrmFields, parent: QWidget) -> None:
        super().__init__("Edit in the CRM", customer, parent)
        self._id, self._now = customer_id, now
        self.owner = _choice("CSM", [("", "Nobody"), *now.owners], now.values["owner_id"])
        self.stage = _words("Stage", now.stages, now.values["stage"])
        self.tier = _words("Tier", now.tiers, now.values["tier"])
        self.renewal = _date("Renewal", now.values["renewal_on"])
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        for field in (self.owner, self.stage, self.tier, self.renewal):
            field.setMinimumHeight(FIELD_HEIGHT)
            label = plain_label(field.accessibleName(), "small")
            label.setMinimumHeight(FIELD_HEIGHT)
            form.addRow(label, field)
        self.box.addLayout(form)
        told = plain_label(EXPLAINED, "small")
        told.setWordWrap(True)
        self.box.addWidget(told)
        self.add_foot()
        self.owner.setFocus()

    def made_edit(self) -> Edit:
        values = {
            "owner_id": str(self.owner.currentData() or "") or None,
            "stage": self.stage.currentText().strip() or None,
            "tier": self.tier.currentText().strip() or None,
            "renewal_on": self._renewal(),
        }
        before = self._now.values
        known = {**before, "renewal_on": _day(before["renewal_on"])}
        args: dict[str, object] = {
            name: value for name, value in values.items() if value != known[name]
        }
        if "owner_id" in args:
            args["owner"] = self.owner.currentText() if values["owner_id"] else None
        return Edit("crm", (self._id,), args)

    def _save(self) -> None:
        """Nothing changed is no edit."""
        edit = self.made_edit()
        if edit.args:
            self.wanted.emit(edit)
        self.accept()

    def _renewal(self) -> int | None:
        date = self.renewal.date()
        return None if date == NO_DATE else day_number(date.toPython())  # type: ignore[arg-type]


def _choice(label: str, offered: list[tuple[str, str]], now: str | None) -> QComboBox:
    """A drop-down of ids with their names; one that is not offered (an archived user) stays."""
    field = QComboBox()
    field.setAccessibleName(label)
    for key, name in offered:
        field.addItem(name, key)
    place = field.findData(now or "")
    if place < 0:
        field.addItem(f"No longer active ({now})", now)
        place = field.count() - 1
    field.setCurrentIndex(place)
    return field


def _words(label: str, offered: tuple[str, ...], now: str | None) -> QComboBox:
    """A drop-down of known words in which another one can be typed."""
    field = QComboBox()
    field.setAccessibleName(label)
    field.setEditable(True)
    field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    field.addItems(list(offered))
    field.setCurrentText(now or "")
    return field


def _date(label: str, now: str | None) -> QDateEdit:
    field = QDateEdit()
    field.setAccessibleName(label)
    field.setCalendarPopup(True)
    field.setDisplayFormat("d MMM yyyy")
    field.setDateRange(NO_DATE, LATEST)
    field.setSpecialValueText("No date")
    field.setDate(NO_DATE if now is None else QDate.fromString(now, Qt.DateFormat.ISODate))
    return field


def _day(text: str | None) -> int | None:
    return None if text is None else parse_day(text)
