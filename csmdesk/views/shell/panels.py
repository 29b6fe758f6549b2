"""The movable panels around the documents, listed under View, Panels."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu

BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


class Panels:
    """The docks of `host`; their object names key what is remembered."""

    def __init__(self, host: QMainWindow, menu: QMenu) -> None:
        self._host, self._menu = host, menu

    def add(self, dock: QDockWidget, area: Qt.DockWidgetArea = BOTTOM) -> None:
        """A new panel, hidden until somebody wants it."""
        dock.hide()
        self._host.addDockWidget(area, dock)
        self._menu.addAction(dock.toggleViewAction())

    def show(self, name: str) -> None:
        """Bring a panel to sight by its object name."""
        for dock in self._docks():
            if dock.objectName() == name:
                dock.show()
                dock.raise_()

    def reset(self) -> None:
        """All docked at the bottom and hidden."""
        for dock in self._docks():
            dock.setFloating(False)
            self._host.addDockWidget(BOTTOM, dock)
            dock.hide()

    @property
    def open(self) -> bool:
        return any(not dock.isHidden() for dock in self._docks())

    def _docks(self) -> list[QDockWidget]:
        return self._host.findChildren(QDockWidget)
