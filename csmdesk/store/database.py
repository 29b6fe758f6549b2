"""Opening the workspace's database and its transactions.

Every write is one explicit BEGIN IMMEDIATE; every read sees one consistent state (WAL) and
cannot change anything. Errors of the driver become `StoreError` with what to do next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from csmdesk.domain.errors import StoreError
from csmdesk.store import migrate
from csmdesk.store.failures import RESTORE, store_error

__all__ = ["Connection", "Store", "open_store"]

BUSY_MS = 10_000
PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
)


class Store:
    """An open database. Safe to use from several threads: each transaction has a connection."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self.path = path

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state and refuses to write."""
        with self._transaction(write=False) as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction: committed on leaving, rolled back on any error."""
        with self._transaction(write=True) as conn:
            yield conn

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        with translated(self._engine, self.path), self._engine.connect() as plain:
            conn = plain.execution_options(write=write)
            with conn.begin():
                yield conn

    def close(self) -> None:
        self._engine.dispose()


def open_store(path: Path, *, key: bytes | None = None, check: bool = True) -> Store:
    """Open (or create) the database at `path`, brought to this version's schema.

    `key`: 32 raw bytes of an encrypted database. `check`: read through the file for damage
    (skip it for a second connection to a file already checked). Raises `StoreError`, and
    `NewerStore` for a file of a newer version; neither changes the file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
    engine = _engine(path, key)
    try:
        with translated(engine, path):
            if check and path.exists():
                _quick_check(engine, path)
            migrate.upgrade(engine, path)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, path)


@contextmanager
def translated(engine: Engine, path: Path) -> Iterator[None]:
    """Turn errors of the driver into `StoreError` where a person can do something about them."""
    driver_error = engine.dialect.loaded_dbapi.Error
    try:
        yield
    except (DBAPIError, driver_error) as error:
        told = store_error(error, path)
        if told is None:
            raise
        raise told from error


def _engine(path: Path, key: bytes | None) -> Engine:
    options: dict[str, Any] = {"module": _cipher()} if key is not None else {}
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, pool_size=4, max_overflow=8, **options)

    @event.listens_for(engine, "connect")
    def connected(driver: Any, _record: object) -> None:
        driver.isolation_level = None
        cursor = driver.cursor()
        if key is not None:
            cursor.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(conn: Connection) -> None:
        write = bool(conn.get_execution_options().get("write"))
        conn.exec_driver_sql(f"PRAGMA query_only = {int(not write)}")
        conn.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _cipher() -> Any:
    try:
        return import_module("sqlcipher3.dbapi2")
    except ImportError as error:
        raise StoreError(
            "This workspace is encrypted and the cipher is not installed.",
            "Install it with `python -m pip install sqlcipher3`.",
        ) from error


def _quick_check(engine: Engine, path: Path) -> None:
    with engine.connect() as conn:
        answer = conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if answer != "ok":
        raise StoreError(f"{path} is damaged: {answer}.", RESTORE)
