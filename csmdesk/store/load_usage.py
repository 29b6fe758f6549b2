"""Packed usage of all accounts as the matrices the engine reads."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
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
    """All stored rows of one kind: row r is `names[r]` of customer `customer[r]`, its cells in
    `layers[:, r]`; column 0 is `first_day`."""

    first_day: int
    customer: Ints
    names: list[str]
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
    for total, layer in zip(totals, daily.layers, strict=True):
        np.add.at(total, daily.customer, layer)
    names, code = np.unique(np.array(feature.names, dtype=str), return_inverse=True)
    customer, name, cells = _summed(feature.customer, code.astype(np.int64), feature.layers)
    people, key = np.unique(np.array(person.names, dtype=str), return_inverse=True)
    person_customer, person_key, person_cells = _summed(
        person.customer, key.astype(np.int64), person.layers
    )
    known = tuple(names.tolist())
    return Usage(
        first_day=max(first_day, 0),
        covered_from=_covered(conn, ("daily", "feature"), first_day),
        users_covered_from=_covered(conn, ("user",), person.first_day),
        events=totals[0],
        users=totals[1],
        joined=_joined(book),
        feature_customer=customer,
        feature_name=name,
        feature_names=known,
        feature_modules=_modules(conn, known, features),
        feature_events=cells[0],
        feature_failed=cells[1],
        person_customer=person_customer,
        person_keys=tuple(people[person_key].tolist()),
        person_first_day=max(person.first_day, 0),
        person_events=person_cells[0],
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
    layers, width = LAYERS[kind], WIDTHS[kind]
    listed = {text: json.loads(text) for text in {row[3] for row in rows}}
    lengths = np.fromiter((len(listed[row[3]]) for row in rows), np.int64, len(rows))
    flat = np.frombuffer(b"".join([zlib.decompress(row[4]) for row in rows]), "<u4")
    lines = flat.reshape(-1, width)
    # An account's lines stand layer by layer: find those of layer 0, the others follow in step.
    before = np.cumsum(lengths) - lengths
    inner = np.arange(lengths.sum()) - np.repeat(before, lengths)
    first = np.repeat(before * layers, lengths) + inner
    step = np.repeat(lengths, lengths)
    cells = np.stack([lines[first + step * layer] for layer in range(layers)])
    behind = np.repeat(np.array([first_day - row[2] for row in rows], np.int64), lengths)
    for by in np.unique(behind[behind > 0]).tolist():
        cells[:, behind == by] = shifted(cells[:, behind == by], by)
    customer = np.fromiter((book.accounts[row[0]][row[1]] for row in rows), np.int64, len(rows))
    names = [name for row in rows for name in listed[row[3]]]
    return _Kind(first_day, np.repeat(customer, lengths), names, cells)


def _on(kind: _Kind, first_day: int) -> _Kind:
    if kind.first_day in (first_day, MISSING):
        return kind
    layers = shifted(kind.layers, first_day - kind.first_day)
    return _Kind(first_day, kind.customer, kind.names, layers)


def _summed(customer: Ints, name: Ints, layers: Cells) -> tuple[Ints, Ints, NDArray[np.uint32]]:
    """Rows sorted by (customer, name), those of one pair (several accounts) added up."""
    order = np.lexsort((name, customer))
    customer, name, layers = customer[order], name[order], layers[:, order]
    if not len(order):
        return customer, name, layers
    new = np.append(True, (np.diff(customer) != 0) | (np.diff(name) != 0))
    if new.all():
        return customer, name, layers
    starts = np.flatnonzero(new)
    return customer[starts], name[starts], np.add.reduceat(layers, starts, axis=1, dtype=np.uint32)


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
