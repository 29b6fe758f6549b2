"""Frames and heartbeat of the window while the worker syncs and scores, against idle."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QTableView

from benchmarks.harness import Bench, Result, Times
from benchmarks.overview import large_portfolio
from benchmarks.screens import Frames, application, our_table, settle
from csmdesk.config.session_keys import KeysInMemory
from csmdesk.runtime.engine_thread import EngineThread

MEDIAN = 2.0
WORST_MS, BEAT_MS = 16.0, 16.6
JUMPS = 400
SYNC_SECONDS = 2.0
"""Let the worker start and be in the middle of its work."""


class Heart(QObject):
    """A 5 ms timer; `worst` is the longest time between two beats."""

    def __init__(self) -> None:
        super().__init__()
        self.worst, self._last = 0.0, time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.worst, self._last = max(self.worst, now - self._last), now


def run() -> list[Result]:
    application()
    bench = Bench("frames")
    table = our_table(large_portfolio())
    Frames(table.grid, 40).run()
    idle = _measured(table.grid)
    with tempfile.TemporaryDirectory() as folder:
        engine = EngineThread(Path(folder) / "workspace", True, KeysInMemory())
        stages: dict[str, Times] = {}
        over: list[str] = []
        keys: set[str] = set()
        engine.progress.connect(
            lambda verb, step: keys.add(step.key), Qt.ConnectionType.QueuedConnection
        )
        engine.finished_job.connect(lambda verb, summary: over.append(verb))
        engine.failed.connect(lambda *why: over.append(str(why)))
        engine.start()
        engine.submit("run")
        settle(int(SYNC_SECONDS * 1_000))
        stages["sync"] = _measured(table.grid)
        while "engine" not in keys and not over:
            settle(100)
        if not over:
            settle(500)
            stages["engine"] = _measured(table.grid)
        engine.cancel()
        engine.close()
    found = []
    for name, times in stages.items():
        found += [
            bench.compared(
                f"page jump while the worker does {name}, median", "idle", idle, times, MEDIAN
            ),
            bench.milliseconds(
                f"worst frame while {name}, above the worst idle one",
                times.worst - idle.worst, WORST_MS, f"idle worst {idle.worst * 1e3:.1f} ms",
            ),
        ]  # fmt: skip
    return found + _heartbeats(bench)


def _measured(grid: QTableView) -> Times:
    return Times(Frames(grid, JUMPS).run())


def _heartbeats(bench: Bench) -> list[Result]:
    """The loop alone, nothing painted: idle, then with a worker at work."""
    heart = Heart()
    settle(2_000)
    idle = heart.worst
    with tempfile.TemporaryDirectory() as folder:
        engine = EngineThread(Path(folder) / "workspace", True, KeysInMemory())
        engine.start()
        engine.submit("run")
        settle(1_000)
        heart.worst = 0.0
        settle(5_000)
        working = heart.worst
        engine.close()
    note = f"idle {idle * 1e3:.1f} ms"
    return [bench.milliseconds("longest pause of a 5 ms heartbeat", working, BEAT_MS, note)]
