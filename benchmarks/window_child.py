"""The real window in a process of its own: prints when something was reached, as JSON lines.

`python -m benchmarks.window_child FOLDER UNTIL`, UNTIL = frame, rows or finished. Starts as
`csmdesk` does; nothing is imported above, since the worker imports this module again.
"""

from __future__ import annotations

import gc
import json
import sys
import time

from csmdesk.__main__ import import_before_qt


def reached(event: str, until: str, **more: object) -> None:
    print(json.dumps({"event": event, "at": time.time(), **more}), flush=True)
    if event == until:
        from PySide6.QtWidgets import QApplication

        QApplication.exit(0)


def main(folder: str, until: str) -> int:
    gc.disable()
    import_before_qt()
    from csmdesk.qt_check import missing_library

    assert not missing_library()
    from csmdesk import app
    from csmdesk.runtime.desk import Desk

    class Frame(app.FirstFrame):
        def __init__(self, window: object) -> None:
            super().__init__(window)  # type: ignore[arg-type]
            self.painted.connect(lambda: reached("frame", until))

    class Watched(Desk):
        """The desk, telling when a portfolio was painted and when the run was over."""

        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            self.portfolioChanged.connect(self._told)
            self.rowsReady.connect(self._rows)
            self.jobFinished.connect(lambda verb, text: self._finished(verb))
            self.jobFailed.connect(lambda text, details: reached("failed", until, text=text))

        def start(self, *, run: bool = True) -> None:
            super().start(run=until == "finished")

        def _told(self, portfolio: object) -> None:
            from PySide6.QtCore import QTimer

            event = "preview" if getattr(portfolio, "preview", False) else "rows"
            count = portfolio.customers.length  # type: ignore[attr-defined]
            QTimer.singleShot(0, lambda: reached(event, until, customers=count))

        def _rows(self, found: object) -> None:
            from PySide6.QtCore import QTimer

            count = len(found.rows)  # type: ignore[attr-defined]
            QTimer.singleShot(0, lambda: reached("rows", until, customers=count))

        def _finished(self, verb: str) -> None:
            from PySide6.QtCore import QTimer

            if verb.startswith("run"):  # behind the rows of the same run
                QTimer.singleShot(0, lambda: reached("finished", until))

    app.FirstFrame = Frame  # type: ignore[misc]
    app.Desk = Watched  # type: ignore[misc]
    return app.main(["--demo", "--workspace", folder], [])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
