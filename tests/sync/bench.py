"""A workbench for sync tests: the real sandbox, a real store, and tables to compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from csmdesk.domain.cancel import CancelToken, Report, silent
from csmdesk.domain.settings import Source
from csmdesk.jobs.sink import StoreSink
from csmdesk.store import cursors
from csmdesk.store.database import Store, open_store
from csmdesk.store.schema.facts import SHAPES
from csmdesk.store.usage import decode
from csmdesk.sync.api import Patience
from csmdesk.sync.connectors import CONNECTORS
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.run import Phase, SyncResult, sync_source
from tests.sandbox.process import KEY, Sandbox

SYSTEMS = tuple(CONNECTORS)
QUICK = Patience(connect=2.0, read=1.0, base=0.01, longest=0.05)
"""Waits short enough for tests; the rules are the same."""


@dataclass
class Bench:
    """A store fed from a sandbox."""

    sandbox: Sandbox
    store: Store
    window_open: bool = False
    cancel: CancelToken = field(default_factory=CancelToken)
    key: str = KEY
    sites: dict[str, str] = field(default_factory=dict)
    """Where else than under its own name a system is in the sandbox."""
    versions: dict[str, str] = field(default_factory=dict)
    """API versions other than the connectors' own."""
    zone: tzinfo = UTC

    def sync(
        self,
        systems: Iterable[str] = SYSTEMS,
        *,
        phase: Phase = "all",
        full: bool = False,
        report: Report = silent,
        patience: Patience = QUICK,
    ) -> dict[str, SyncResult]:
        """Read the systems once; jitter is fixed."""
        sink = StoreSink(self.store, window_open=self.window_open, zone=self.zone)
        results = {}
        for system in systems:
            address = self.sandbox.base_url(system)
            address = address.removesuffix(system) + self.sites.get(system, system)
            source = Source(
                system=system,
                base_url=address,
                project_id="1",
                api_version=self.versions.get(system, ""),
            )
            connector = CONNECTORS[system](source, PastedKey(self.key))
            results[system] = sync_source(
                connector,
                sink,
                self.cancel,
                report,
                now=0,
                phase=phase,
                full=full,
                patience=patience,
                jitter=lambda: 0.5,
                zone=self.zone,
            )
        return results

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every fact and every cell of usage, sorted."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        with self.store.read() as conn:
            for name, shape in SHAPES.items():
                rows = conn.exec_driver_sql(f"SELECT * FROM {shape.table.name}").all()
                found[name] = sorted((tuple(row) for row in rows), key=repr)
            cells = conn.exec_driver_sql(
                "SELECT source, account_id, kind, first_day, names, cells FROM usage_cells"
            ).all()
            found["usage"] = sorted(map(_unpacked, cells), key=repr)
        return found

    def reopen(self) -> None:
        """The same database again, after others wrote to it."""
        self.store = open_store(self.store.path)

    def problems(self) -> list[cursors.Problem]:
        with self.store.read() as conn:
            return cursors.problems(conn)


def _unpacked(row: Any) -> tuple[Any, ...]:
    """Usage whatever the order in which names came."""
    source, account, kind, first_day, names, cells = row
    packed = decode(kind, first_day, names, cells)
    by_name = {name: packed.cells[:, place].tobytes() for place, name in enumerate(packed.names)}
    return source, account, kind, first_day, sorted(by_name.items())


def new_bench(sandbox: Sandbox, folder: Path, name: str = "desk") -> Bench:
    return Bench(sandbox, open_store(folder / f"{name}.sqlite"))
