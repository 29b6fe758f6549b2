"""`python -m benchmarks [NAME…] [--json FILE] [--wait SECONDS] [--force] [--long]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

from benchmarks.harness import Result
from benchmarks.machine import BUSY_SHARE, description, wait_until_free

NAMES = (
    "start",
    "demo",
    "sync",
    "memory",
    "upsert",
    "engine",
    "overview",
    "sort",
    "customer",
    "frames",
)
"""A benchmark is one module here with `run() -> list[Result]`, and one word in this line."""
LONG = ("memory",)
"""Those whose `run` takes `long`: sizes that take twenty minutes."""


def main() -> int:
    arguments = _arguments()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false")
    results: list[Result] = []
    loads: dict[str, list[float]] = {}
    for name in arguments.names or NAMES:
        share = wait_until_free(arguments.wait)
        if share > BUSY_SHARE and not arguments.force:
            print(f"{name}: not run, {share:.0%} of the machine is busy (--wait, --force)")
            continue
        loads[name] = [round(share, 2), *(round(one, 2) for one in os.getloadavg())]
        run = import_module(f"benchmarks.{name}").run
        found = run(long=arguments.long) if name in LONG else run()
        results += found
        for result in found:
            print(line(result), flush=True)
    if arguments.json:
        whole = {
            "day": date.today().isoformat(),
            "machine": description(),
            "load": loads,
            "results": [result.as_json() for result in results],
        }
        arguments.json.write_text(json.dumps(whole, indent=1), encoding="utf-8")
    return 1 if any(result.kept is False for result in results) else 0


def line(result: Result) -> str:
    mark = {True: "ok  ", False: "MISS", None: "    "}[result.kept]
    value = f"{result.value:,.2f} {result.unit}".strip()
    budget = "" if result.budget is None else f"(budget {result.budget:g})"
    against = f"{result.measured}  [{result.floor}]" if result.measured or result.floor else ""
    return f"{mark} {result.bench:9} {result.what:60} {value:>12} {budget:14} {against}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--json", type=Path, help="write machine, load and results to this file")
    parser.add_argument("--wait", type=float, default=0, help="seconds to wait for a quiet machine")
    parser.add_argument("--force", action="store_true", help="measure on a busy machine too")
    parser.add_argument("--long", action="store_true", help="with 100,000 customers too (memory)")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
