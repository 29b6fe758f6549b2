"""Syncs one system again and again, and dies by SIGKILL in the middle each time but the last.

python -m tests.faults.killing DATABASE ADDRESS SYSTEM SEED: every sync is a process of its own; it
is killed at a seeded page, before, within or after the transaction that writes it. Prints how many
were killed within each.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.settings import Source
from csmdesk.jobs.sink import StoreSink
from csmdesk.store import cursors
from csmdesk.store.database import open_store
from csmdesk.sync.connectors import CONNECTORS
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.run import sync_source
from csmdesk.sync.sink import Page
from tests.sandbox.process import KEY
from tests.sync.bench import QUICK

KILLS = 20
MOMENTS = ("before", "within", "after")


class _Doomed(StoreSink):
    """Dies at the page numbered `left`; "within": rows are written, nothing is committed."""

    left = 0
    moment = ""

    def page(self, source: str, stream: str, page: Page, at: int) -> int:
        self.left -= 1
        if not self.left and self.moment == "before":
            _die()
        if not self.left and self.moment == "within":
            cursors.set_cursor = _die
            cursors.add_problem = _die
        changed = super().page(source, stream, page, at)
        if self.left <= 0:
            _die()
        return changed


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _sync(database: Path, address: str, system: str, pages: int, moment: str) -> None:
    store = open_store(database)
    sink = _Doomed(store)
    sink.left, sink.moment = pages, moment
    source = Source(system=system, base_url=address, project_id="1")
    connector = CONNECTORS[system](source, PastedKey(KEY))
    sync_source(connector, sink, CancelToken(), now=0, patience=QUICK)
    store.close()


def main() -> None:
    database, address, system, seed = sys.argv[1:]
    rng = random.Random(seed)
    killed: Counter[str] = Counter()
    for _ in range(KILLS):
        pages, moment = rng.randint(1, 2), rng.choice(MOMENTS)
        child = os.fork()
        if not child:
            _sync(Path(database), address, system, pages, moment)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            killed[moment] += 1
    sys.stdout.write(json.dumps(killed))


if __name__ == "__main__":
    main()
