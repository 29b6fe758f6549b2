"""The daily history: one columnar row a day for all customers, frozen when the day ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from csmdesk.domain.findings import Health, HistoryDay
from csmdesk.store.packing import pack, unpack, unpack_first
from csmdesk.store.schema.findings import HISTORY_DAY
from csmdesk.store.sql import fetch, upsert_sql

_ID_BYTES = 8
_PACKED = ("model_index", "coverage", "has", "num", "den", "score", "points", "cap", "pillars")
_COLUMNS = "day, ids, chi, held_band, rank, factors, model"


def id_bytes(ids: Sequence[str]) -> bytes:
    """Customer ids (16 hex digits each) as 8 bytes each."""
    return bytes.fromhex("".join(ids))


def save_history(conn: Connection, health: Health, at: int) -> bool:
    """Write the day's row unless it is there already, byte for byte. True when it changed."""
    row = (
        health.day,
        id_bytes(health.ids),
        health.chi.astype("<i2").tobytes(),
        health.held_band.astype("<i1").tobytes(),
        health.rank.astype("<i2").tobytes(),
        pack({name: getattr(health, name) for name in _PACKED}),
        json.dumps({"models": health.model, "factors": health.factors}),
    )
    stored = fetch(conn, f"SELECT {_COLUMNS} FROM history_day WHERE day = ?", (health.day,))
    if stored == [row]:
        return False
    conn.exec_driver_sql(upsert_sql(HISTORY_DAY), (*row, at))
    return True


def history(conn: Connection, first: int, last: int) -> list[HistoryDay]:
    """The stored days from `first` to `last`, ascending."""
    sql = f"SELECT {_COLUMNS} FROM history_day WHERE day BETWEEN ? AND ? ORDER BY day"
    return [_decoded(row) for row in fetch(conn, sql, (first, last))]


def first_history_day(conn: Connection) -> int | None:
    """The oldest stored day; None when there is none."""
    found = conn.exec_driver_sql("SELECT min(day) FROM history_day").scalar()
    return None if found is None else int(found)


def model_versions(
    conn: Connection, customer_id: str, first: int, last: int
) -> tuple[tuple[int, str], ...]:
    """(day, model version) of a customer's first stored score and of each one by another version
    than the score before it."""
    wanted = bytes.fromhex(customer_id)
    found: list[tuple[int, str]] = []
    sql = (
        "SELECT day, ids, model, CASE WHEN json_array_length(model, '$.models') > 1 THEN factors END "
        "FROM history_day WHERE day BETWEEN ? AND ? ORDER BY day"
    )
    for day, ids, model, packed in fetch(conn, sql, (first, last)):
        keys = np.frombuffer(ids, f"S{_ID_BYTES}")
        at = int(np.searchsorted(keys, np.bytes_(wanted)))
        if at == len(keys) or ids[_ID_BYTES * at : _ID_BYTES * (at + 1)] != wanted:
            continue
        versions = json.loads(model)["models"]
        version = versions[int(unpack_first(packed, len(keys))[at]) if packed else 0]
        if not found or found[-1][1] != version:
            found.append((day, version))
    return tuple(found)


def chi_matrix(conn: Connection, last_day: int, days: int, ids: Sequence[str]) -> NDArray[np.int16]:
    """CHI of the `days` days up to `last_day` (days, customers); -1 where none was stored."""
    out = np.full((days, len(ids)), -1, np.int16)
    wanted = id_bytes(ids)
    keys = np.frombuffer(wanted, ">u8")
    first = last_day - days + 1
    sql = "SELECT day, ids, chi FROM history_day WHERE day BETWEEN ? AND ?"
    for day, stored, blob in fetch(conn, sql, (first, last_day)):
        chi = np.frombuffer(blob, "<i2")
        if stored == wanted:
            out[day - first] = chi
        elif len(chi):
            known = np.frombuffer(stored, ">u8")
            order = np.argsort(known)
            place = order[np.searchsorted(known, keys, sorter=order).clip(max=len(known) - 1)]
            out[day - first] = np.where(known[place] == keys, chi[place], -1)
    return out


def _decoded(row: tuple[Any, ...]) -> HistoryDay:
    day, ids, chi, held_band, rank, packed, model = row
    told = json.loads(model)
    digits = ids.hex()
    width = 2 * _ID_BYTES
    return HistoryDay(
        day=day,
        ids=tuple(digits[at : at + width] for at in range(0, len(digits), width)),
        model=tuple(told["models"]),
        factors=tuple(told["factors"]),
        chi=np.frombuffer(chi, "<i2").astype(np.int16),
        held_band=np.frombuffer(held_band, "<i1").astype(np.int8),
        rank=np.frombuffer(rank, "<i2").astype(np.int16),
        **unpack(packed),
    )
