"""Daily usage, packed: one array per (source, account, kind), folded page by page.

Cells of kind "daily" are (events, users) x days, of "feature" (events, failed) x features x days,
of "user" events x persons x days: little-endian, each array in as few bytes a count (1, 2 or 4) as
its largest one needs, compressed. Column 0 is `first_day`; the window ends on the day before
`today`, because the running day is never complete (definitions.md section 2). Older days slide out.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from csmdesk.domain.usage import KEEP_DAYS, KEEP_USER_DAYS, UsageBatch
from csmdesk.store.schema.facts import USAGE_CELLS, USAGE_COVERAGE, USAGE_NAME
from csmdesk.store.sql import chunks, fetch, many, marks, upsert_sql

Cells = NDArray[np.uint32]
LAYERS = {"daily": 2, "feature": 2, "user": 1}
WIDTHS = {"daily": KEEP_DAYS, "feature": KEEP_DAYS, "user": KEEP_USER_DAYS}
_LEVEL = 1
_LIMIT = 2**32 - 1


@dataclass(slots=True)
class Packed:
    """The stored array of one account: cells (layers, names, days)."""

    first_day: int
    names: list[str]
    cells: Cells


def decode(kind: str, first_day: int, names: str, blob: bytes) -> Packed:
    listed = json.loads(names)
    raw = zlib.decompress(blob)
    shape = (LAYERS[kind], len(listed), WIDTHS[kind])
    cells = np.frombuffer(raw, f"<u{len(raw) // math.prod(shape)}").astype(np.uint32)
    return Packed(first_day, listed, cells.reshape(shape))


def encode(cells: Cells) -> bytes:
    narrow = np.min_scalar_type(int(cells.max())).newbyteorder("<")
    return zlib.compress(cells.astype(narrow).tobytes(), _LEVEL)


def shifted(cells: Cells, by: int) -> Cells:
    """The same cells `by` columns further left (right when negative), zeros where nothing is known."""
    moved = np.zeros_like(cells)
    width = cells.shape[-1]
    if abs(by) < width:
        if by >= 0:
            moved[..., : width - by] = cells[..., by:]
        else:
            moved[..., -by:] = cells[..., :by]
    return moved


def fold(conn: Connection, batch: UsageBatch, today: int) -> int:
    """Write a page of usage into the packed arrays; returns how many cells changed."""
    return sum(fold_counts(conn, batch, today))


def fold_counts(conn: Connection, batch: UsageBatch, today: int) -> tuple[int, int]:
    """Write a page of usage; returns how many cells are new and how many others changed.

    Later rows replace earlier ones, a repeated page changes nothing. Days outside the kept window
    and the running day are left out. Negative counts raise ValueError.
    """
    page = _Page.of(batch, today)
    _note_coverage(conn, batch)
    _note_names(conn, batch)
    if page is None:
        return 0, 0
    stored: dict[str, Packed] = {}
    for part in chunks(page.accounts):
        rows = fetch(
            conn,
            "SELECT account_id, first_day, names, cells FROM usage_cells "
            f"WHERE source = ? AND kind = ? AND account_id IN ({marks(len(part))})",
            (batch.source, batch.kind, *part),
        )
        stored.update((row[0], decode(batch.kind, *row[1:])) for row in rows)
    new = changed = 0
    writes: list[tuple[Any, ...]] = []
    for index, account in enumerate(page.accounts):
        added, differing, packed = page.folded(index, stored.get(account))
        new, changed = new + added, changed + differing
        if added or differing:
            names = json.dumps(packed.names, ensure_ascii=False)
            told = (packed.first_day, names, encode(packed.cells))
            writes.append((batch.source, account, batch.kind, *told))
    many(conn, upsert_sql(USAGE_CELLS), writes)
    return new, changed


def keep_only(
    conn: Connection, source: str, kind: str, kept: Mapping[str, Iterable[tuple[str, int]]]
) -> int:
    """Empty every cell that is not among `kept`: account -> (name, day), the name "" for "daily".

    Returns how many were not empty before.
    """
    sql = (
        "SELECT account_id, first_day, names, cells FROM usage_cells WHERE source = ? AND kind = ?"
    )
    count = 0
    writes: list[tuple[Any, ...]] = []
    for account, first_day, names, blob in fetch(conn, sql, (source, kind)):
        packed = decode(kind, first_day, names, blob)
        place = {name: at for at, name in enumerate(packed.names)}
        told = np.zeros((len(packed.names), WIDTHS[kind]), bool)
        for name, day in kept.get(account, ()):
            column = day - first_day
            if name in place and 0 <= column < WIDTHS[kind]:
                told[place[name], column] = True
        gone = packed.cells.any(axis=0) & ~told
        if gone.any():
            count += int(np.count_nonzero(gone))
            packed.cells[:, gone] = 0
            writes.append((source, account, kind, first_day, names, encode(packed.cells)))
    many(conn, upsert_sql(USAGE_CELLS), writes)
    return count


@dataclass(slots=True)
class _Page:
    """A batch as arrays, sorted by account (stable, so that later rows stay later)."""

    kind: str
    first_day: int
    accounts: list[str]
    bounds: NDArray[np.int64]
    names: list[str]
    name: NDArray[np.int64]
    column: NDArray[np.int64]
    values: list[Cells | None]

    @classmethod
    def of(cls, batch: UsageBatch, today: int) -> _Page | None:
        width = WIDTHS[batch.kind]
        first_day = today - width
        days = np.asarray(batch.days, np.int64)
        inside = np.flatnonzero((days >= first_day) & (days < today))
        if not len(inside):
            return None
        accounts, account = _coded(batch.accounts)
        names, name = _coded(batch.names) if batch.names else ([""], np.zeros_like(days))
        order = inside[np.argsort(account[inside], kind="stable")]
        second = {"daily": batch.users, "feature": batch.failed, "user": None}[batch.kind]
        layers = [batch.events, second][: LAYERS[batch.kind]]
        used, starts = np.unique(account[order], return_index=True)
        return cls(
            kind=batch.kind,
            first_day=first_day,
            accounts=[accounts[one] for one in used.tolist()],
            bounds=np.append(starts, len(order)).astype(np.int64),
            names=names,
            name=name[order],
            column=days[order] - first_day,
            values=[None if layer is None else _counts(layer)[order] for layer in layers],
        )

    def folded(self, index: int, packed: Packed | None) -> tuple[int, int, Packed]:
        """New and changed cells and the new array of the account at `index`."""
        rows = slice(int(self.bounds[index]), int(self.bounds[index + 1]))
        # A page for an earlier day must not slide a newer window back.
        first_day = self.first_day if packed is None else max(self.first_day, packed.first_day)
        used, place = np.unique(self.name[rows], return_inverse=True)
        old_names = [] if packed is None else packed.names
        known = {name: at for at, name in enumerate(old_names)}
        for one in used.tolist():
            known.setdefault(self.names[one], len(known))
        before = np.zeros((LAYERS[self.kind], len(known), WIDTHS[self.kind]), np.uint32)
        if packed is not None:
            before[:, : len(old_names)] = shifted(packed.cells, first_day - packed.first_day)
        after = before.copy()
        target = np.array([known[self.names[one]] for one in used.tolist()], np.int64)[place]
        column = self.column[rows] - (first_day - self.first_day)
        kept = column >= 0
        for layer, values in enumerate(self.values):
            if values is not None:
                after[layer, target[kept], column[kept]] = values[rows][kept]
        moved = (after != before).any(axis=0)
        new = int(np.count_nonzero(moved & ~before.any(axis=0)))
        return new, int(np.count_nonzero(moved)) - new, Packed(first_day, list(known), after)


def _coded(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Distinct texts in order of appearance and the place of each row's text among them."""
    distinct = list(dict.fromkeys(texts))
    codes = dict(zip(distinct, range(len(distinct)), strict=True))
    return distinct, np.fromiter(map(codes.__getitem__, texts), np.int64, len(texts))


def _counts(values: Sequence[int]) -> Cells:
    wide = np.asarray(values, np.int64)
    if len(wide) and wide.min() < 0:
        raise ValueError("usage counts must not be negative")
    return np.minimum(wide, _LIMIT).astype(np.uint32)


def _note_coverage(conn: Connection, batch: UsageBatch) -> None:
    if batch.days:
        conn.exec_driver_sql(
            f"INSERT INTO {USAGE_COVERAGE.name} (source, kind, first_day) VALUES (?, ?, ?) "
            "ON CONFLICT (source, kind) DO UPDATE SET first_day = min(first_day, excluded.first_day)",
            (batch.source, batch.kind, min(batch.days)),
        )


def _note_names(conn: Connection, batch: UsageBatch) -> None:
    """Remember module and product of every feature where the page tells them."""
    if batch.kind != "feature" or not batch.names:
        return
    blank: list[str | None] = [None] * len(batch.names)
    told = dict.fromkeys(
        zip(batch.names, batch.modules or blank, batch.products or blank, strict=True)
    )
    known = {
        row[0]: (row[1], row[2])
        for row in fetch(
            conn, "SELECT name, module, product FROM usage_name WHERE source = ?", (batch.source,)
        )
    }
    fresh: dict[str, tuple[str, str]] = {}
    for name, module, product in told:
        old = fresh.get(name, known.get(name, ("", "")))
        fresh[name] = (module or old[0], product or old[1])
    rows = [(batch.source, name, *pair) for name, pair in fresh.items() if known.get(name) != pair]
    many(conn, upsert_sql(USAGE_NAME), rows)
