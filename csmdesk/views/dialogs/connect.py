"""Connect a system, or give it another key: which one, its key, and what else it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from csmdesk.domain.settings import Source
from csmdesk.domain.systems import System, connectable, system_named
from csmdesk.models.sources import ASKED
from csmdesk.runtime.connecting import ConnectWish
from csmdesk.views.widgets.controls import button, foot
from csmdesk.views.widgets.tip import plain_label

if TYPE_CHECKING:
    from csmdesk.domain.source_status import SourceStatus
    from csmdesk.runtime.desk import Desk

SAFE = "The key is tested first and stays in the keyring of this computer."
SIGN_IN = "You sign in at the system itself; what it answers stays in this computer's keyring."


class ConnectDialog(QDialog):
    """Stays open while the key is tested, and says what is wrong with it.

    `system` is offered first; with a `status` it is the only one, and its settings are there.
    """

    def __init__(
        self, desk: Desk, parent: QWidget, system: str = "", status: SourceStatus | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Connect a system" if status is None else f"Key of {status.title}")
        self.setMinimumWidth(480)
        self._sources = desk.sources
        self._asking = False
        self.system = QComboBox()
        self.system.setAccessibleName("System")
        for one in connectable() if status is None else (system_named(status.system),):
            self.system.addItem(one.title, one.name)
        self.system.setCurrentIndex(max(self.system.findData(system), 0))
        self.system.setEnabled(status is None)
        self.key = _line("Key")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.address = _line("Address")
        self.address.setPlaceholderText("The system's own")
        self.asked = {name: _line(label) for name, label in ASKED.items()}
        self.asked["login_domain"].setPlaceholderText("login.salesforce.com")
        if status is not None:
            self.address.setText(status.base_url)
            for name, value in status.asked.items():
                self.asked[name].setText(value)
        self._labels = {name: plain_label(label, "small") for name, label in ASKED.items()}
        self._key_label = plain_label("", "small")
        self._where = _words("")
        self.said = _words(SAFE)
        self._test = button("Test", self._ask_test, tip="Ask the system, keep nothing")
        self._verb = "Connect" if status is None else "Save"
        self._connect = button(self._verb, self._ask, kind="primary")
        self._connect.setDefault(True)
        self._session = button("Use for this session only", self._ask_for_session)
        self._session.hide()
        self._build()
        self.system.currentIndexChanged.connect(self._system_changed)
        for field in (self.key, self.address, *self.asked.values()):
            field.textChanged.connect(self._typed)
        self._sources.connected.connect(self._connected)
        self._sources.refused.connect(self._refused)
        self._sources.tested.connect(self._tested)
        self._sources.browsing.connect(self._browse)
        self._system_changed()
        self.key.setFocus()

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow(plain_label("System", "small"), self.system)
        form.addRow(self._key_label, self.key)
        form.addRow("", self._where)
        for name, field in self.asked.items():
            form.addRow(self._labels[name], field)
        form.addRow(plain_label("Address", "small"), self.address)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addLayout(form)
        box.addWidget(self.said)
        cancel = button("Cancel", self.reject)
        box.addLayout(foot(self._session, None, cancel, self._test, self._connect))

    @property
    def chosen(self) -> System:
        return system_named(str(self.system.currentData()))

    @property
    def _shown(self) -> tuple[str, ...]:
        """What the chosen system asks for, or may."""
        return (*self.chosen.asks, *self.chosen.may_ask)

    def reject(self) -> None:
        """Cancel and Escape give up the question that is on its way, too."""
        self._sources.stop()
        super().reject()

    @Slot()
    def _system_changed(self) -> None:
        signs_in = self.chosen.signs_in
        self._key_label.setText(self.chosen.key)
        for part in (self._key_label, self.key, self._test):
            part.setHidden(signs_in)
        self._connect.setText("Sign in in the browser" if signs_in else self._verb)
        self._connect.setAccessibleName(self._connect.text())
        self.said.setText(SIGN_IN if signs_in else SAFE)
        self._where.setText(f"{self.chosen.title}: {self.chosen.where}")
        for name, field in self.asked.items():
            for part in (field, self._labels[name]):
                part.setVisible(name in self._shown)
        self._session.hide()
        self._typed()

    @Slot()
    def _typed(self) -> None:
        needed = [self.asked[name] for name in self.chosen.asks if not self._known(name)]
        needed += [] if self.chosen.signs_in else [self.key]
        ready = all(field.text().strip() for field in needed) and not self._asking
        self._connect.setEnabled(ready)
        self._test.setEnabled(ready)

    def _known(self, name: str) -> bool:
        """Whether an address given by hand stands for the site, as in a sandbox."""
        return name == "site" and bool(self.address.text().strip())

    def _ask(self) -> None:
        self._sources.connect_system(self._wish())

    def _ask_for_session(self) -> None:
        self._sources.connect_system(self._wish(session_only=True))

    def _ask_test(self) -> None:
        self._sources.test(self._wish())

    def _wish(self, *, session_only: bool = False) -> ConnectWish:
        self._asking = True
        self._typed()
        self._session.hide()
        self.said.setText(f"Asking {self.chosen.title}…")
        asked = {name: self.asked[name].text().strip() for name in self._shown}
        source = Source(
            system=self.chosen.name,
            base_url=self.address.text().strip(),
            **asked,  # type: ignore[arg-type]
        )
        return ConnectWish(source, self.key.text().strip(), session_only)

    @Slot(str)
    def _browse(self, address: str) -> None:
        """Show the page where a person signs in; the address is copied for another browser."""
        QApplication.clipboard().setText(address)
        QDesktopServices.openUrl(QUrl(address))
        self.said.setText(
            "Sign in with the browser; this dialog waits for you. When no browser opens, paste the"
            " address, which is on the clipboard."
        )

    @Slot(str)
    def _connected(self, _title: str) -> None:
        self.key.clear()
        self.accept()

    @Slot(str, bool)
    def _refused(self, sentence: str, session_possible: bool) -> None:
        self._session.setVisible(session_possible)
        self._tell(sentence)

    @Slot(str, str, bool)
    def _tested(self, _system: str, sentence: str, works: bool) -> None:
        self._tell(f"{sentence} Nothing is kept yet." if works else sentence)

    def _tell(self, sentence: str) -> None:
        self._asking = False
        self.said.setText(sentence)
        self._typed()


def _line(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    return made


def _words(text: str) -> QLabel:
    made = plain_label(text, "small")
    made.setWordWrap(True)
    return made
