"""`python -m benchmarks.memory_child CUSTOMERS HISTORY`: one first sync, rows and memory as JSON."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from csmdesk.config.workspace import CONFIG_NAME, DEMO, write_settings
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import day_date
from csmdesk.jobs.demo import Sandbox
from csmdesk.jobs.session import open_session
from csmdesk.jobs.sync import read_sources


def main() -> None:
    customers, history = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "desk"
        folder.mkdir()
        settings = msgspec.structs.replace(DEMO, demo_customers=customers)
        write_settings(folder / CONFIG_NAME, settings)
        session = open_session(folder, demo=True, clock=time.time)
        today = session.today()
        session.sandbox = Sandbox(
            day_date(today), customers, settings.demo_seed, history=history or None
        )
        session.sandbox_day = today
        began = time.perf_counter()
        outcome = read_sources(session, today, CancelToken(), silent)
        seconds = time.perf_counter() - began
        assert not outcome.errors, outcome.errors
        rows = sum(result.rows for result in outcome.results)
        session.close()
    print(json.dumps({"rows": rows, "peak": _peak(), "seconds": round(seconds)}))


def _peak() -> int:
    """Resident bytes at their highest. On Linux `getrusage` would tell the parent's, if that is more."""
    status = Path("/proc/self/status")
    if status.exists():
        told = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(told.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    main()
