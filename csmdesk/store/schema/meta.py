"""The one MetaData of the store, and the column shorthands of its tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, Text
from sqlalchemy.sql.schema import SchemaItem

METADATA = MetaData()


def table(name: str, *items: SchemaItem) -> Table:
    """A table clustered by its primary key (SQLite: WITHOUT ROWID)."""
    return Table(name, METADATA, *items, sqlite_with_rowid=False)


def key(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True)


def key_int(name: str) -> Column[Any]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def text(name: str, default: str | None = "") -> Column[Any]:
    """A text column; default None makes it optional."""
    return Column(name, Text, nullable=default is None, server_default=default)


def integer(name: str, default: int | None = 0) -> Column[Any]:
    """A 64-bit integer column; default None makes it optional."""
    shown = None if default is None else str(default)
    return Column(name, BigInteger, nullable=default is None, server_default=shown)


def blob(name: str) -> Column[Any]:
    return Column(name, LargeBinary, nullable=False)
