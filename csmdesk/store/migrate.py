"""Bringing a database file to this version's schema: backup first, one transaction, never down."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from csmdesk.domain.errors import NewerStore, StoreError

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every schema version this program knows, oldest first; the last is its own."""
HEAD = REVISIONS[-1]


def upgrade(engine: Engine, path: Path) -> None:
    """Migrate when needed. Costs one query when there is nothing to do (Alembic stays unloaded)."""
    with engine.connect() as conn:
        version = _version(conn, path)
    if version == HEAD:
        return
    if version is not None:
        backup(engine, path, f"schema-{version}")
    with engine.connect() as plain:
        conn = plain.execution_options(write=True)
        with conn.begin():
            # Another process may have been quicker while we waited for the lock.
            if _version(conn, path) != HEAD:
                _run_alembic(conn)


def _version(conn: Connection, path: Path) -> str | None:
    """Schema version of the file; None when it is empty. Refuses newer and foreign files."""
    tables = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = {row[0] for row in tables}
    if not names:
        return None
    if "alembic_version" not in names:
        raise StoreError(f"{path} is a database of another program.", "Choose another folder.")
    row = conn.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    version = str(row[0]) if row else None
    if version is not None and version not in REVISIONS:
        raise NewerStore(
            f"{path} was written by a newer version of CSMDesk (schema {version}).",
            "Install that version or a newer one; this one leaves the file as it is.",
        )
    return version


def backup(engine: Engine, path: Path, label: str) -> Path:
    """A copy of the database in `backups/` beside it, never over an older one."""
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"{path.stem}-{label}{path.suffix}"
    count = 1
    while target.exists():
        count += 1
        target = folder / f"{path.stem}-{label}-{count}{path.suffix}"
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA query_only = 0")  # the pooled connection may have read last
        cursor.execute("VACUUM INTO ?", (str(target),))
    finally:
        raw.close()
    return target


def _run_alembic(conn: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
