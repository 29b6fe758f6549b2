"""Builds the window once, in order, and takes it down. Nothing slow before the first frame."""

from __future__ import annotations

import gc
import sys
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from csmdesk.config.paths import DATABASE_NAME
from csmdesk.runtime.desk import Desk
from csmdesk.store.first_rows import first_rows
from csmdesk.views.main_window import MainWindow


class FirstFrame(QObject):
    """Emits `painted` once, after the window's first paint has reached the screen."""

    painted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self.painted.emit)
        return super().eventFilter(watched, event)


def collect() -> None:
    """Let the collector work, without what the start made and keeps: that it need not look at."""
    gc.freeze()
    gc.enable()


def now() -> datetime:
    """The wall clock with the system's zone: the one place where the window reads it."""
    return datetime.now().astimezone()


def folder_of(options: list[str]) -> tuple[Path, bool]:
    """Workspace folder and whether it is the demo's, from the global options."""
    demo = "--demo" in options
    if "--workspace" in options:
        return Path(options[options.index("--workspace") + 1]), demo
    from csmdesk.config.paths import default_folder

    return default_folder(demo), demo


def main(options: list[str], rest: list[str]) -> int:
    """Open the window, or take the pictures of `shoot`; returns the exit code."""
    shooting = bool(rest) and rest[0] == "shoot"
    if shooting:
        from csmdesk.views.shoot import ShootPlan, UsageError

        try:
            plan = ShootPlan.parse(rest[1:])
        except UsageError as error:
            sys.stderr.write(f"csmdesk shoot: {error}\n")
            return 2
    folder, demo = folder_of(options)
    application = QApplication.instance() or QApplication([*sys.argv[:1], "-style", "Fusion"])
    assert isinstance(application, QApplication)
    application.setApplicationName("CSMDesk")
    desk = Desk(folder, demo, now, first_rows(folder / DATABASE_NAME))
    window_settings = folder / ("shoot.ini" if shooting else "window.ini")
    window = MainWindow(desk, window_settings)
    try:
        if shooting:
            from csmdesk.views.shoot import Shooter

            shooter = Shooter(application, desk, window, plan)
            window.complete()
            window.show()
            collect()
            desk.start()
            application.exec()
            return shooter.exit_code
        frame = FirstFrame(window)
        frame.painted.connect(desk.read_rows)
        frame.painted.connect(window.complete)
        frame.painted.connect(desk.start)
        frame.painted.connect(collect)
        desk.portfolioChanged.connect(collect, Qt.ConnectionType.SingleShotConnection)
        window.show()
        return application.exec()
    finally:
        desk.close()
