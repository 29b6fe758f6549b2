"""Process start to the first frame with real rows, and to all rows, against a bare Qt window."""

from __future__ import annotations

from benchmarks.children import hello, window
from benchmarks.harness import Bench, Result
from benchmarks.workspaces import copy_of, demo_workspace, large_workspace

FIRST_FRAME = 1.6
ALL_ROWS = {"1k": 2.2, "10k": 3.0}


def run() -> list[Result]:
    bench = Bench("start")
    found = []
    for size, folder in (("1k", demo_workspace()), ("10k", large_workspace())):
        place = copy_of(folder, "start")
        count = "214" if size == "1k" else "10,000"
        found.append(
            bench.ratio(
                f"first frame with real rows, {count} customers", "hello", hello,
                lambda place=place: window(place, "frame")["frame"], FIRST_FRAME, rounds=7,
            )
        )  # fmt: skip
        found.append(
            bench.ratio(
                f"all rows, {count} customers (budget of {size})", "hello", hello,
                lambda place=place: window(place, "rows")["rows"], ALL_ROWS[size], rounds=3,
            )
        )  # fmt: skip
    return found
