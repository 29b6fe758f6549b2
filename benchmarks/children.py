"""Child processes whose progress is measured from the moment they were started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HELLO = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
class Hello(QLabel):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, self.done)
    def done(self):
        print('{"event": "frame", "at": %r}' % time.time(), flush=True)
        QApplication.exit(0)
app = QApplication([])
label = Hello("hello")
label.show()
sys.exit(app.exec())
"""


def events(*arguments: str, timeout: float = 600) -> dict[str, float]:
    """Seconds from the start of `python ARGUMENTS` to each event that it printed first."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    began = time.time()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment,
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    found: dict[str, float] = {}
    for text in done.stdout.splitlines():
        if text.startswith("{"):
            told = json.loads(text)
            found.setdefault(told["event"], told["at"] - began)
    if done.returncode or not found:
        raise RuntimeError(f"{arguments}: {done.stdout}\n{done.stderr}")
    return found


def hello() -> float:
    """The floor of every start: an application with one label, until it is painted."""
    return events("-c", HELLO)["frame"]


def window(folder: Path, until: str) -> dict[str, float]:
    return events("-m", "benchmarks.window_child", str(folder), until)
