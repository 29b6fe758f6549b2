"""Writing facts: our upsert against the driver's bare executemany, same SQL, rows and settings."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from benchmarks.harness import Bench, Result
from csmdesk.domain.facts import Contact, Fact
from csmdesk.store import facts
from csmdesk.store.database import PRAGMAS, Store, open_store
from csmdesk.store.schema.facts import BY_CLASS
from csmdesk.store.sql import upsert_sql

ROWS, BATCH = 20_000, 5_000
BUDGET = 1.25


def contacts(version: int) -> list[Contact]:
    return [
        Contact(
            source="bench", source_id=f"c{i}", account_id=f"a{i // 10}",
            name=f"Person {i} v{version}", email=f"p{i}@c{i // 10}.example", title="Engineer",
            role="end_user", user_key=f"u{i}", created_at=1_700_000_000 + i,
            last_seen_at=1_760_000_000 + i + version,
        )
        for i in range(ROWS)
    ]  # fmt: skip


def run() -> list[Result]:
    bench = Bench("upsert")
    with tempfile.TemporaryDirectory() as folder:
        ours = open_store(Path(folder) / "ours.sqlite")
        bare_path = Path(folder) / "bare.sqlite"
        open_store(bare_path).close()
        bare = sqlite3.connect(bare_path, isolation_level=None)
        for pragma in PRAGMAS:
            bare.execute(pragma)
        shape = BY_CLASS[Contact]
        sql = upsert_sql(shape.table)
        order = [shape.names.index(column.name) for column in shape.table.columns]
        version = iter(range(1_000))
        found = [
            bench.ratio(
                f"{ROWS:,} new contacts, batches of {BATCH:,}", "bare executemany",
                lambda: _bare(bare, sql, order, contacts(0), clear=True),
                lambda: _ours(ours, contacts(0), clear=True), BUDGET,
            ),
            bench.ratio(
                f"{ROWS:,} changed contacts", "bare executemany",
                lambda: _bare(bare, sql, order, contacts(next(version)), clear=False),
                lambda: _ours(ours, contacts(next(version)), clear=False), BUDGET,
            ),
        ]  # fmt: skip
        same = contacts(0)
        _ours(ours, same, clear=True)
        found.append(
            bench.ratio(
                f"{ROWS:,} contacts that have not changed", "bare executemany",
                lambda: _bare(bare, sql, order, same, clear=False),
                lambda: _ours(ours, same, clear=False), BUDGET,
            )
        )  # fmt: skip
        bare.close()
        ours.close()
    return found


def _bare(
    conn: sqlite3.Connection, sql: str, order: list[int], rows: Sequence[Fact], *, clear: bool
) -> float:
    """Seconds of the processor for writing alone: rows are ready as tuples in the table's order."""
    if clear:
        conn.execute("DELETE FROM fact_contact")
    plain = [astuple(row) for row in rows]
    ready = [tuple(row[at] for at in order) for row in plain]
    began = time.thread_time()
    for start in range(0, len(ready), BATCH):
        conn.execute("BEGIN IMMEDIATE")
        conn.executemany(sql, ready[start : start + BATCH])
        conn.execute("COMMIT")
    return time.thread_time() - began


def _ours(store: Store, rows: Sequence[Fact], *, clear: bool) -> float:
    if clear:
        with store.write() as conn:
            conn.exec_driver_sql("DELETE FROM fact_contact")
    began = time.thread_time()
    for start in range(0, len(rows), BATCH):
        with store.write() as conn:
            facts.upsert(conn, rows[start : start + BATCH])
    return time.thread_time() - began
