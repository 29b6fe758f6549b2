"""Files and folders dropped onto the window are looked at for import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget


class FileDrop(QObject):
    """Watches a widget; `run(paths)` when importable files or folders are dropped onto it."""

    def __init__(self, widget: QWidget, run: Callable[[list[Path]], object]) -> None:
        super().__init__(widget)
        self._run = run
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent) and dropped(event.mimeData()):
            event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            event.acceptProposedAction()
            self._run(dropped(event.mimeData()))
            return True
        return False


def dropped(data: QMimeData) -> list[Path]:
    """The importable files and the folders among what is dragged."""
    from csmdesk.jobs.importing.texts import ENDINGS

    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.is_dir() or path.name.lower().endswith(ENDINGS)]
