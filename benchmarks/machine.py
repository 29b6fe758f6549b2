"""The machine a benchmark ran on, and whether it was free enough to be believed."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from importlib.metadata import version
from pathlib import Path

BUSY_SHARE = 0.35
"""More of all cores than this busy with other work: a saturated machine hides what we look for."""
LIBRARIES = ("PySide6-Essentials", "numpy", "SQLAlchemy", "requests")


def description() -> dict[str, str]:
    """What a reader needs to compare with his own machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next((line.split(":")[1].strip() for line in lines if "model name" in line), model)
    return {
        "processor": model,
        "cores": str(os.cpu_count()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def busy_share(seconds: float = 0.7) -> float:
    """Share of all cores that is busy right now; the load average where nothing better is told."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0
    before = _ticks(stat)
    time.sleep(seconds)
    after = _ticks(stat)
    total = sum(after) - sum(before)
    idle = after[3] + after[4] - before[3] - before[4]
    return 1 - idle / total if total else 0.0


def _ticks(stat: Path) -> list[int]:
    return [int(word) for word in stat.read_text(encoding="utf-8").splitlines()[0].split()[1:9]]


def wait_until_free(patience: float) -> float:
    """Wait for a quiet moment, `patience` seconds at most; the share that was busy last."""
    until = time.monotonic() + patience
    while (share := busy_share()) > BUSY_SHARE and time.monotonic() < until:
        time.sleep(1.0)
    return share
