"""A thread that answers questions one after the other; answers come back as signals."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from csmdesk.domain.errors import Cancelled, DeskError

Question = tuple[object, Callable[[], Any]]


class QueueThread(QThread):
    """Takes (ticket, call) pairs from a queue that several threads may share.

    Signals: `answered` (ticket, result), `refused` (ticket, sentence). Both arrive in the thread
    of the QObject whose slot is connected.
    """

    answered = Signal(object, object)
    refused = Signal(object, str)

    def __init__(
        self, name: str, questions: queue.SimpleQueue[Question | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._questions = questions

    def run(self) -> None:
        while (question := self._questions.get()) is not None:
            ticket, call = question
            try:
                self.answered.emit(ticket, call())
            except Cancelled:
                self.refused.emit(ticket, "Cancelled.")
            except DeskError as error:
                self.refused.emit(ticket, error.sentence())
            except Exception as error:  # a bug must reach the person, not end the thread
                self.refused.emit(ticket, f"CSMDesk met a fault: {error!r}. Please report it.")
