"""The rows of the first frame, by the plain driver: no SQLAlchemy, no numpy, nothing of ours.

Whatever is wrong with the file is told by `open_store` right afterwards; here it means no rows.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FirstRow:
    """A customer as the table shows it: amounts in minor units of `currency`, `chi` and `band` -1
    and the others None for no value; `spark` one signed byte (CHI, -1 none) a day, oldest first."""

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


@dataclass(frozen=True, slots=True)
class FirstRows:
    """`totals` by name as stored; `day` the as-of day of the rows, None when there are none."""

    rows: tuple[FirstRow, ...] = ()
    totals: dict[str, object] = field(default_factory=dict)
    day: int | None = None


_COLUMNS = (
    "id, name, chi, band, tier, status, csm, tags, acv, currency, renewal_on, open_tasks, mrr, "
    "used, capacity, spark"
)


def first_rows(path: Path, limit: int = 60) -> FirstRows:
    """The first `limit` rows of the overview in their stored order."""
    if not path.is_file():
        return FirstRows()
    try:
        conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.2)
    except sqlite3.Error:
        return FirstRows()
    try:
        sql = f"SELECT {_COLUMNS} FROM overview ORDER BY position LIMIT ?"
        found = conn.execute(sql, (limit,)).fetchall()
        totals = {name: json.loads(text) for name, text in conn.execute("SELECT * FROM totals")}
    except sqlite3.Error:
        return FirstRows()
    finally:
        conn.close()
    values = [(*row[:7], tuple(json.loads(row[7])), *row[8:]) for row in found]
    rows = tuple(FirstRow(*one) for one in values)
    day = totals.get("day")
    return FirstRows(rows, totals, day if isinstance(day, int) else None)
