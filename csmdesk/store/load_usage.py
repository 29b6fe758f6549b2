"""Packed usage of all accounts as the matrices the engine reads."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.settings import Features
from csmdesk.domain.usage import KEEP_DAYS, Usage
from csmdesk.store.load_customers import CustomerBook
from csmdesk.store.sql import fetch
from csmdesk.store.usage import LAYERS, WIDTHS, Cells, shifted


@dataclass(frozen=True, slots=True)
class _Kind:
    """All stored rows of one kind, sorted by (customer, name): row r is `names[name[r]]` of customer
    `customer[r]`, its cells in `layers[:, r]`; column 0 is `first_day`."""

    first_day: int
    customer: Ints
    name: Ints
    names: tuple[str, ...]
    layers: Cells


def load_usage(
    conn: Connection,
    book: CustomerBook,
    features: Features,
    only: Sequence[tuple[str, str]] | None = None,
) -> Usage:
    """Usage of joined accounts, all on one window: the newest one that any account has.

    `only`: read no accounts (source, account id) but these.
    """
    kinds = ("daily", "feature", "user")
    daily, feature, person = (_read(conn, book, kind, only) for kind in kinds)
    first_day = max(daily.first_day, feature.first_day)
    daily, feature = (_on(one, first_day) for one in (daily, feature))
    totals = np.zeros((2, len(book.ids), KEEP_DAYS), np.uint32)
    totals[:, daily.customer] = daily.layers
    return Usage(
        first_day=max(first_day, 0),
        covered_from=_covered(conn, ("daily", "feature"), first_day),
        users_covered_from=_covered(conn, ("user",), person.first_day),
        events=totals[0],
        users=totals[1],
        joined=_joined(book),
        feature_customer=feature.customer,
        feature_name=feature.name,
        feature_names=feature.names,
        feature_modules=_modules(conn, feature.names, features),
        feature_events=feature.layers[0],
        feature_failed=feature.layers[1],
        person_customer=person.customer,
        person_keys=tuple(map(person.names.__getitem__, person.name.tolist())),
        person_first_day=max(person.first_day, 0),
        person_events=person.layers[0],
    )


def _read(
    conn: Connection, book: CustomerBook, kind: str, only: Sequence[tuple[str, str]] | None
) -> _Kind:
    """Rows of joined accounts, every one shifted to the newest window of its kind."""
    among = ""
    if only is not None:
        either = " OR ".join(["(source = ? AND account_id = ?)"] * len(only)) or "FALSE"
        among = f"AND ({either})"
    stored = fetch(
        conn,
        "SELECT source, account_id, first_day, names, cells FROM usage_cells "
        f"WHERE kind = ? {among} ORDER BY source, account_id",
        (kind, *(part for key in only or () for part in key)),
    )
    first_day = max((row[2] for row in stored), default=MISSING)
    rows = [row for row in stored if row[1] in book.accounts.get(row[0], ())]
    listed = {text: json.loads(text) for text in {row[3] for row in rows}}
    lengths = np.fromiter((len(listed[row[3]]) for row in rows), np.int64, len(rows))
    owner = np.fromiter((book.accounts[row[0]][row[1]] for row in rows), np.int64, len(rows))
    behind = np.fromiter((first_day - row[2] for row in rows), np.int64, len(rows))
    told = np.array([name for row in rows for name in listed[row[3]]], dtype=str)
    names, code = np.unique(told, return_inverse=True)
    order = np.lexsort((code, np.repeat(owner, lengths)))
    cells = _cells(kind, [row[4] for row in rows], lengths, order)
    customer, name, behind = (
        column[order] for column in (np.repeat(owner, lengths), code, np.repeat(behind, lengths))
    )
    for by in np.unique(behind[behind > 0]).tolist():
        cells[:, behind == by] = shifted(cells[:, behind == by], by)
    return _added_up(_Kind(first_day, customer, name, tuple(names.tolist()), cells))


def _cells(kind: str, blobs: Sequence[bytes], lengths: Ints, order: Ints) -> Cells:
    """Cells (layers, names, days) of all accounts, their names brought in this order.

    Every account has its lines layer by layer, its counts as wide as its largest one needs.
    """
    layers, width = LAYERS[kind], WIDTHS[kind]
    cells = np.zeros((layers, len(order), width), np.uint32)
    raw = [zlib.decompress(blob) for blob in blobs]
    lines = lengths * layers
    size = np.fromiter(map(len, raw), np.int64, len(raw)) // np.maximum(lines * width, 1)
    first, place = np.cumsum(lengths) - lengths, np.argsort(order)
    for wide in np.unique(size[size > 0]).tolist():
        mine = np.flatnonzero(size == wide)
        count = lines[mine]
        line = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        layer, at = np.divmod(line, np.repeat(lengths[mine], count))
        target = place[np.repeat(first[mine], count) + at] + layer * len(order)
        read = np.frombuffer(b"".join([raw[one] for one in mine.tolist()]), f"<u{wide}")
        cells.reshape(-1, width)[target] = read.reshape(-1, width)
    return cells


def _on(kind: _Kind, first_day: int) -> _Kind:
    if kind.first_day in (first_day, MISSING):
        return kind
    return replace(
        kind, first_day=first_day, layers=shifted(kind.layers, first_day - kind.first_day)
    )


def _added_up(kind: _Kind) -> _Kind:
    """The rows of one customer and name (of several accounts) as one."""
    new = np.ones(len(kind.name), bool)
    new[1:] = (np.diff(kind.customer) != 0) | (np.diff(kind.name) != 0)
    if new.all():
        return kind
    starts = np.flatnonzero(new)
    return replace(
        kind,
        customer=kind.customer[starts],
        name=kind.name[starts],
        layers=np.add.reduceat(kind.layers, starts, axis=1, dtype=np.uint32),
    )


def _covered(conn: Connection, kinds: tuple[str, ...], first_day: int) -> int:
    """First day with data: what the sources ever gave, as far as the window still holds it."""
    rows = fetch(conn, "SELECT kind, first_day FROM usage_coverage")
    given = [row[1] for row in rows if row[0] in kinds]
    return MISSING if not given or first_day == MISSING else max(min(given), first_day)


def _modules(conn: Connection, names: tuple[str, ...], features: Features) -> tuple[str, ...]:
    """Module of each feature: the source's word, else the configured taxonomy's."""
    module_of = {feature: module for module, own in features.modules.items() for feature in own}
    told = fetch(
        conn, "SELECT name, module FROM usage_name WHERE module <> '' ORDER BY source, name"
    )
    module_of.update((name, module) for name, module in told)
    return tuple(module_of.get(name, "") for name in names)


def _joined(book: CustomerBook) -> Bools:
    joined = book.customers["joined_usage"]
    assert isinstance(joined, np.ndarray)
    return joined
