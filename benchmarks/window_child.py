"""The real window in a process of its own: prints when something was reached, as JSON lines.

`python -m benchmarks.window_child FOLDER UNTIL`, UNTIL = frame, rows or finished.
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from csmdesk import app
from csmdesk.runtime.desk import Desk

FOLDER, UNTIL = sys.argv[1:3]


def reached(event: str, **more: object) -> None:
    print(json.dumps({"event": event, "at": time.time(), **more}), flush=True)
    if event == UNTIL:
        QApplication.exit(0)


class Frame(app.FirstFrame):
    def __init__(self, window: object) -> None:
        super().__init__(window)  # type: ignore[arg-type]
        self.painted.connect(lambda: reached("frame"))


class Watched(Desk):
    """The desk, telling when a portfolio was painted and when the run was over."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.portfolioChanged.connect(self._told)
        self.jobFinished.connect(lambda verb, text: self._finished(verb))
        self.jobFailed.connect(lambda text, details: reached("failed", text=text))

    def start(self, *, run: bool = True) -> None:
        super().start(run=UNTIL == "finished")

    def _told(self, portfolio: object) -> None:
        event = "preview" if getattr(portfolio, "preview", False) else "rows"
        QTimer.singleShot(0, lambda: reached(event, customers=portfolio.customers.length))  # type: ignore[attr-defined]

    def _finished(self, verb: str) -> None:
        if verb.startswith("run"):
            reached("finished")


def main() -> int:
    app.FirstFrame = Frame  # type: ignore[misc]
    app.Desk = Watched  # type: ignore[misc]
    return app.main(["--demo", "--workspace", FOLDER], [])


if __name__ == "__main__":  # the worker imports this module again when it starts
    sys.exit(main())
