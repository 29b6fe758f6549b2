"""A question before something that costs or cannot be undone; each answer says what it does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from csmdesk.views.widgets.controls import button, foot
from csmdesk.views.widgets.tip import plain_label

Answer = tuple[str, Callable[[], object]]


class Question(QDialog):
    """`answers`: (text, what it does), the last one is the default; Cancel is always there."""

    def __init__(self, title: str, text: str, answers: list[Answer], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        words = plain_label(text)
        words.setWordWrap(True)
        buttons = []
        for place, (answer, run) in enumerate(answers, 1):
            last = place == len(answers)
            made = button(answer, self._taking(run), kind="primary" if last else "")
            made.setDefault(last)
            buttons.append(made)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(plain_label(title, "strong"))
        box.addWidget(words)
        box.addLayout(foot(None, button("Cancel", self.reject), *buttons))

    def _taking(self, run: Callable[[], object]) -> Callable[[], None]:
        def take() -> None:
            self.accept()
            run()

        return take
