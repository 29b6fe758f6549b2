"""The window's own hold on the store, shared by its reader and writer threads."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from csmdesk.config.session_keys import KeysInMemory

if TYPE_CHECKING:
    from csmdesk.domain.edits import Applied, Edit
    from csmdesk.jobs.session import Session
    from csmdesk.store.first_rows import FirstRows

EVERY = -1
"""SQLite's limit for no limit."""
UNDO, REDO = "undo", "redo"


class WindowStore:
    """Opened by the first thread that needs it, so that nothing of it is on the start path."""

    def __init__(self, folder: Path, demo: bool) -> None:
        self._folder, self._demo = folder, demo
        self.keys = KeysInMemory()
        """Held for this session alone, for the worker too."""
        self._opened: Session | None = None
        self._lock = threading.Lock()

    def session(self) -> Session:
        with self._lock:
            if self._opened is None:
                from csmdesk.jobs.session import open_session

                self._opened = open_session(
                    self._folder, demo=self._demo, window_open=True, keys=self.keys
                )
            return self._opened

    def commit(self, wish: Edit | str, at: int, day: int) -> Applied | None:
        """Write an edit, or `UNDO` or `REDO` the last one; None when there is nothing to."""
        from csmdesk.jobs import edits

        session = self.session()
        if wish == UNDO:
            return edits.undo(session, at, day)
        if wish == REDO:
            return edits.redo(session, at, day)
        assert not isinstance(wish, str)
        return edits.apply(session, wish, at, day)

    def all_rows(self) -> FirstRows:
        """Every row that the store keeps for the first frame: there long before a portfolio is."""
        from csmdesk.config.paths import DATABASE_NAME
        from csmdesk.store.first_rows import first_rows

        return first_rows(self._folder / DATABASE_NAME, EVERY)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
