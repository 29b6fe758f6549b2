"""Workspaces to measure on: the demo's 214 customers, and the same repeated to 10,000.

Made once a day (and table schema) and kept in the system's folder for temporary files.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from datetime import date
from hashlib import blake2b
from pathlib import Path

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.snapshot import build_portfolio, keep_overview
from csmdesk.store import identity, migrate

LARGE = 10_000
SHARED_IDS = ("product_id", "owner_id")
"""Columns that name rows which are not repeated."""
NOT_REPEATED = ("fact_person", "fact_product")
FINDINGS = (
    "task", "alert", "task_before", "alert_before", "task_event", "run", "history_day",
    "overview", "totals",
)  # fmt: skip


def kept_folder() -> Path:
    """Of today and of this shape of the tables."""
    schema = sorted(Path(migrate.__file__).parent.rglob("schema/*.py"))
    mark = blake2b(b"".join(path.read_bytes() for path in schema), digest_size=4).hexdigest()
    folder = Path(tempfile.gettempdir()) / f"csmdesk-benchmarks-{date.today().isoformat()}-{mark}"
    folder.mkdir(exist_ok=True)
    return folder


def session_of(folder: Path) -> Session:
    return open_session(folder, demo=True, clock=time.time)


def demo_workspace() -> Path:
    """A demo workspace after its first run."""
    folder = kept_folder() / "demo"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        session = session_of(folder)
        try:
            run(session, CancelToken(), silent)
        finally:
            session.close()
        (folder / "done").touch()
    return folder


def copy_of(folder: Path, name: str) -> Path:
    """A copy that a benchmark may change."""
    target = Path(tempfile.mkdtemp(prefix=f"csmdesk-{name}-")) / "workspace"
    shutil.copytree(folder, target)
    return target


def large_workspace(customers: int = LARGE) -> Path:
    """Facts of `customers` customers: the demo's, repeated with ids, domains and names of their
    own, joined again, scored for today and with an overview."""
    folder = kept_folder() / f"large-{customers}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(demo_workspace(), folder)
        _repeat(folder / "csmdesk.sqlite", customers)
        _score(folder)
        (folder / "done").touch()
    return folder


def _repeat(database: Path, customers: int) -> None:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    for table in FINDINGS:
        connection.execute(f"DELETE FROM {table}")
    have = connection.execute("SELECT count(*) FROM customer").fetchone()[0]
    copies = -(-customers // have) - 1
    connection.execute("CREATE TEMP TABLE copy (k TEXT)")
    connection.executemany("INSERT INTO copy VALUES (?)", [(f"c{k}",) for k in range(copies)])
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        repeated = table == "usage_cells" or table.startswith("fact_")
        if repeated and table not in NOT_REPEATED:
            _repeat_table(connection, table)
    connection.commit()
    connection.close()


def _repeat_table(connection: sqlite3.Connection, table: str) -> None:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    chosen = ", ".join(_repeated(name, table) for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    connection.execute(f"INSERT INTO {table} ({quoted}) SELECT {chosen} FROM {table}, copy")


def _repeated(name: str, table: str) -> str:
    if name.endswith("_id") and name not in SHARED_IDS:
        return f"\"{name}\" || '~' || k"
    if table == "fact_account" and name == "joins":
        return "replace(replace(joins, '\",', '~' || k || '\",'), '\"]', '~' || k || '\"]')"
    if table == "fact_account" and name == "domain":
        return "k || '.' || domain"
    if table == "fact_field_change" and name == "value":
        return "CASE field WHEN 'domain' THEN k || '.' || value ELSE value END"
    if table == "fact_account" and name == "name":
        return "name || ' ' || k"
    return f'"{name}"'


def _score(folder: Path) -> None:
    """Today alone: a back-fill of 180 days is not what is measured with this workspace."""
    from csmdesk.domain.findings import Previous
    from csmdesk.engine.run import run_day
    from csmdesk.store import findings as stored
    from csmdesk.store.load import load_facts

    session = session_of(folder)
    try:
        with session.store.write() as conn:
            identity.assign(conn)
        with session.store.read() as conn:
            facts = load_facts(conn, session.settings)
        day = session.today()
        findings = run_day(facts, session.settings, day, Previous({}, {}, ()))
        with session.store.write() as conn:
            stored.save_day(conn, findings, session.settings, at=session.now())
        keep_overview(session, build_portfolio(session, day))
    finally:
        session.close()
