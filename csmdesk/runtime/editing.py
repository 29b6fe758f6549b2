"""The writer thread: a person's edits in order, each a transaction of its own."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from csmdesk.domain.edits import Edit
    from csmdesk.runtime.queue_thread import Question, QueueThread
    from csmdesk.runtime.stores import WindowStore


class Editing(QObject):
    """`written` (Applied) and `refused` (sentence), once for every wish; `waiting`: wishes that
    are not answered yet."""

    written = Signal(object)
    refused = Signal(str)

    def __init__(self, store: WindowStore, parent: QObject) -> None:
        super().__init__(parent)
        self.waiting = 0
        self._store = store
        self._wishes: SimpleQueue[Question | None] = SimpleQueue()
        self._thread: QueueThread | None = None

    def start(self) -> None:
        from csmdesk.runtime.queue_thread import QueueThread

        self._thread = QueueThread("csmdesk-writer", self._wishes, self)
        self._thread.answered.connect(self._answered)
        self._thread.refused.connect(self._refused)
        self._thread.start()

    def close(self) -> None:
        """Returns when every edit is written."""
        self._wishes.put(None)
        if self._thread is not None:
            self._thread.wait()

    def write(self, wish: Edit | str, at: int, day: int) -> None:
        """Queue an edit, `UNDO` or `REDO`."""
        self.waiting += 1
        self._wishes.put((wish, lambda: self._store.commit(wish, at, day)))

    @Slot(object, object)
    def _answered(self, _wish: object, applied: object) -> None:
        self.waiting -= 1
        if applied is None:
            self.refused.emit("There is nothing to undo or redo.")
        else:
            self.written.emit(applied)

    @Slot(object, str)
    def _refused(self, _wish: object, sentence: str) -> None:
        self.waiting -= 1
        self.refused.emit(sentence)
