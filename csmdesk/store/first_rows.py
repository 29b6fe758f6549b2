"""The rows of the first frame, by the plain driver: no SQLAlchemy, no numpy, nothing of ours.

Whatever is wrong with the file is told by `open_store` right afterwards; here it means no rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple


class FirstRow(NamedTuple):
    """A customer as the table shows it: columns of the Portfolio's customers, `chi`, `band` and
    pillars -1 and other numbers None for no value. Amounts are in minor units of the workspace's
    currency, `acv_native` in `currency`. `spark`: a signed byte (CHI, -1 none) a day, oldest first.
    """

    id: str
    name: str
    chi: int
    band: int
    tier: str
    status: str
    csm: str
    tags: tuple[str, ...]
    acv: int | None
    currency: str
    renewal_on: int | None
    open_tasks: int
    mrr: int | None
    used: int | None
    capacity: int | None
    spark: bytes
    stage: str = ""
    success_program: str = ""
    products: tuple[str, ...] = ()
    why1: str = ""
    why2: str = ""
    why3: str = ""
    thin: int | None = None
    health_change: int | None = None
    last_contact_on: int | None = None
    last_login_on: int | None = None
    active_users: int | None = None
    nps: int | None = None
    arr: int | None = None
    acv_native: int | None = None
    acv_derived: int | None = None
    metered: int | None = None
    metered_lost: int | None = None
    pillar_adoption: int | None = None
    pillar_financial: int | None = None
    pillar_service: int | None = None
    pillar_relationship: int | None = None


class FirstRows(NamedTuple):
    """`totals` by name as stored; `day` the as-of day of the rows, None when there are none."""

    rows: tuple[FirstRow, ...] = ()
    totals: Mapping[str, object] = MappingProxyType({})
    day: int | None = None


_READ = {"tags": "json(tags)", "products": "json(products)", "spark": "hex(spark)"}
_MADE: dict[str, Callable[[Any], Any]] = {"tags": tuple, "products": tuple, "spark": bytes.fromhex}


def first_rows(path: Path, limit: int = 60) -> FirstRows:
    """The first `limit` rows of the overview in their stored order.

    SQLite joins each column into one JSON text: a reader thread would wait for the window's
    thread once a row otherwise.
    """
    if not path.is_file():
        return FirstRows()
    try:
        conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.2)
    except sqlite3.Error:
        return FirstRows()
    try:
        joined = ", ".join(f"json_group_array({_READ.get(one, one)})" for one in FirstRow._fields)
        among = "(SELECT * FROM overview ORDER BY position LIMIT ?)"
        found = conn.execute(f"SELECT {joined} FROM {among}", (limit,)).fetchone()
        totals = {name: json.loads(text) for name, text in conn.execute("SELECT * FROM totals")}
    except sqlite3.Error:
        return FirstRows()
    finally:
        conn.close()
    columns = map(_column, FirstRow._fields, found)
    rows = tuple(tuple.__new__(FirstRow, row) for row in zip(*columns, strict=True))
    day = totals.get("day")
    return FirstRows(rows, totals, day if isinstance(day, int) else None)


def _column(name: str, joined: str) -> Iterable[Any]:
    values: list[Any] = json.loads(joined)
    return map(_MADE[name], values) if name in _MADE else values
