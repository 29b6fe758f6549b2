"""Connect a system: which one, its key, and where it is when that is not the usual place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.systems import SYSTEMS
from csmdesk.views.widgets.controls import button
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.runtime.desk import Desk

OFFERED = ("hubspot", "stripe", "posthog", "intercom")
NEEDS_PROJECT = "posthog"
KEY_NAMES = {
    "hubspot": "Private app token",
    "stripe": "Restricted key (read)",
    "posthog": "Personal API key",
    "intercom": "Access token",
}


class ConnectDialog(QDialog):
    """Stays open while the key is tested, and says what is wrong with it."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Connect a system")
        self.setMinimumWidth(440)
        self._desk = desk
        self.system = QComboBox()
        self.system.setAccessibleName("System")
        for name in OFFERED:
            self.system.addItem(SYSTEMS[name].title, name)
        self.key = _line("Key")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.project = _line("Project number")
        self.address = _line("Address")
        self.address.setPlaceholderText("The system's own")
        self._key_label = plain_label("", "small")
        self._project_label = plain_label("Project number", "small")
        self.said = plain_label("The key stays in the keyring of this computer.", "small")
        self.said.setWordWrap(True)
        self._connect = button("Connect", self._ask, kind="primary")
        self._connect.setDefault(True)
        self._session = button("Use for this session only", self._ask_for_session)
        self._session.hide()
        self._build()
        self.system.currentIndexChanged.connect(self._system_changed)
        for field in (self.key, self.project):
            field.textChanged.connect(self._typed)
        desk.sourceConnected.connect(self._connected)
        desk.sourceRefused.connect(self._refused)
        self._system_changed()
        self.key.setFocus()

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow(plain_label("System", "small"), self.system)
        form.addRow(self._key_label, self.key)
        form.addRow(self._project_label, self.project)
        form.addRow(plain_label("Address", "small"), self.address)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._session)
        foot.addStretch(1)
        foot.addWidget(button("Cancel", self.reject))
        foot.addWidget(self._connect)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addLayout(form)
        box.addWidget(self.said)
        box.addLayout(foot)

    @property
    def name(self) -> str:
        return str(self.system.currentData())

    @Slot()
    def _system_changed(self) -> None:
        wanted = self.name == NEEDS_PROJECT
        self._key_label.setText(KEY_NAMES[self.name])
        self._project_label.setVisible(wanted)
        self.project.setVisible(wanted)
        self._session.hide()
        self._typed()

    @Slot()
    def _typed(self) -> None:
        project = self.name != NEEDS_PROJECT or bool(self.project.text().strip())
        self._connect.setEnabled(bool(self.key.text().strip()) and project)

    def _ask(self) -> None:
        self._send(session_only=False)

    def _ask_for_session(self) -> None:
        self._send(session_only=True)

    def _send(self, *, session_only: bool) -> None:
        self._connect.setEnabled(False)
        self._session.hide()
        self.said.setText(f"Asking {self.system.currentText()}…")
        self._desk.connect_source(
            self.name,
            self.key.text().strip(),
            self.address.text().strip(),
            self.project.text().strip() if self.name == NEEDS_PROJECT else "",
            session_only=session_only,
        )

    @Slot(str)
    def _connected(self, _title: str) -> None:
        self.key.clear()
        self.accept()

    @Slot(str, bool)
    def _refused(self, sentence: str, session_possible: bool) -> None:
        self.said.setText(sentence)
        self._session.setVisible(session_possible)
        self._typed()


def _line(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    return made
