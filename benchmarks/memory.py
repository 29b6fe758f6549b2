"""A first sync in a process of its own: what it holds does not grow with what it reads."""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.harness import Bench, Result

SIZES = ((214, 0), (1_000, 0))
"""Customers, and days of history that the sandbox shows of each (0 = all)."""
LONG = ((10_000, 1), (100_000, 1))
"""With `--long`, twenty minutes: slim customers, thirty-five rows each."""
GROWTH = 1.5  # times the memory of the smallest


def run(*, long: bool = False) -> list[Result]:
    bench = Bench("memory")
    found = _grown(bench, SIZES)
    return found + _grown(bench, LONG) if long else found


def _grown(bench: Bench, sizes: tuple[tuple[int, int], ...]) -> list[Result]:
    results: list[Result] = []
    peaks: list[float] = []
    for customers, history in sizes:
        one = _child(customers, history)
        peaks.append(one["peak"])
        what = f"first sync, {customers:,} customers, {one['rows']:,} rows, {one['seconds']:,} s"
        results.append(bench.count(what, one["peak"] / 1e6, None, "MB"))
        if len(peaks) > 1:
            growth = peaks[-1] / peaks[0]
            what = f"… for {customers / sizes[0][0]:.1f} times the customers"
            results.append(bench.count(what, growth, GROWTH, "x"))
    return results


def _child(customers: int, history: int) -> dict[str, int]:
    command = [sys.executable, "-m", "benchmarks.memory_child", str(customers), str(history)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, int] = json.loads(done.stdout)
    return found
