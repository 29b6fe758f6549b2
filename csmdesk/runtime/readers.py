"""The reader threads: all stored rows once, and a customer's rows and page whenever asked."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.runtime.queue_thread import Question, QueueThread
    from csmdesk.runtime.stores import WindowStore

THREADS = 2
ALL_ROWS = ("all rows", 0)


class Readers(QObject):
    """`rowsReady` (FirstRows, or None when they could not be read), `customerReady` (customer id,
    CustomerPage), `customerFailed` (customer id, sentence).
    """

    rowsReady = Signal(object)
    customerReady = Signal(str, object)
    customerFailed = Signal(str, str)

    def __init__(self, store: WindowStore, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._questions: SimpleQueue[Question | None] = SimpleQueue()
        self._threads: list[QueueThread] = []
        self._latest: dict[str, int] = {}

    @property
    def started(self) -> bool:
        return bool(self._threads)

    def start(self) -> None:
        from csmdesk.runtime.queue_thread import QueueThread

        for number in range(THREADS):
            thread = QueueThread(f"csmdesk-reader-{number}", self._questions, self)
            thread.answered.connect(self._read)
            thread.refused.connect(self._unread)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Returns when what was asked is answered."""
        for _ in self._threads:
            self._questions.put(None)
        for thread in self._threads:
            thread.wait()

    def ask_rows(self) -> None:
        """Answered by `rowsReady`."""
        self._questions.put((ALL_ROWS, self._store.all_rows))

    def ask_customer(self, portfolio: Portfolio, customer_id: str) -> None:
        """Answered by `customerReady` or `customerFailed`; a newer question drops older answers."""
        ticket = self._latest.get(customer_id, 0) + 1
        self._latest[customer_id] = ticket

        def read() -> object:
            from csmdesk.jobs.customer import customer_page

            return customer_page(self._store.session(), portfolio, customer_id)

        self._questions.put(((customer_id, ticket), read))

    @Slot(object, object)
    def _read(self, ticket: tuple[str, int], answer: object) -> None:
        if ticket == ALL_ROWS:
            self.rowsReady.emit(answer)
        elif self._latest.get(ticket[0]) == ticket[1]:
            self.customerReady.emit(ticket[0], answer)

    @Slot(object, str)
    def _unread(self, ticket: tuple[str, int], sentence: str) -> None:
        if ticket == ALL_ROWS:
            self.rowsReady.emit(None)
        elif self._latest.get(ticket[0]) == ticket[1]:
            self.customerFailed.emit(ticket[0], sentence)
