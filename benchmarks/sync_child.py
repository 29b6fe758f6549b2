"""`python -m benchmarks.sync_child CUSTOMERS`: one first sync, then its rows and its memory as JSON.

Without Intercom: the sandbox's search visits every account for each page, which takes longer than
everything else from a thousand customers on.
"""

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
from csmdesk.jobs import sources
from csmdesk.jobs.session import open_session
from csmdesk.jobs.sync import read_sources


def main() -> None:
    customers = int(sys.argv[1])
    sources.DEMO = ("hubspot", "stripe", "posthog")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "desk"
        folder.mkdir()
        settings = msgspec.structs.replace(DEMO, demo_customers=customers)
        write_settings(folder / CONFIG_NAME, settings)
        session = open_session(folder, demo=True, clock=time.time)
        began = _peak()
        outcome = read_sources(session, session.today(), CancelToken(), silent)
        rows = sum(result.rows for result in outcome.results)
        session.close()
    print(json.dumps({"rows": rows, "before": began, "peak": _peak()}))


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
