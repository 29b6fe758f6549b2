"""The demo on a fresh workspace: time to the scored preview and to the end of the back-fill."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.children import window
from benchmarks.harness import Bench, Result

PREVIEW_SECONDS = 10.0


def run() -> list[Result]:
    bench = Bench("demo")
    with tempfile.TemporaryDirectory() as folder:
        reached = window(Path(folder) / "workspace", "finished")
    return [
        bench.count("window open, nothing read yet", reached["frame"], None, "s"),
        bench.count("every customer scored (preview)", reached["preview"], PREVIEW_SECONDS, "s"),
        bench.count("per-user detail read, 181 days scored", reached["rows"], None, "s"),
    ]
