"""One row per customer: the fields of all its accounts, merged by the rank of their sources."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING, parse_day
from csmdesk.domain.inputs import KINDS, SourceState
from csmdesk.domain.systems import system_named
from csmdesk.store.outbox import overlay
from csmdesk.store.sql import fetch, turned

Objects = NDArray[np.object_]

_TEXTS = ("name", "domain", "tier", "stage", "success_program", "industry", "flag", "url")
_DAYS = ("renewal_on", "created_on", "assigned_on", "churned_on")
_READ = ("source", "source_id", *_TEXTS, *_DAYS, "owner_id", "acv", "currency", "tags")


@dataclass(frozen=True, slots=True)
class CustomerBook:
    """Customers and the way from accounts to them. `accounts[source][account id]` = row index;
    `archived[source]` = accounts that the source no longer has."""

    ids: tuple[str, ...]
    index: dict[str, int]
    customers: Columns
    accounts: dict[str, dict[str, int]]
    archived: dict[str, set[str]]


def load_customers(conn: Connection, sources: Sequence[SourceState]) -> CustomerBook:
    """Customers with at least one account in a CRM or billing source (or imported)."""
    columns = ", ".join(f"a.{name}" for name in _READ)
    rows = fetch(
        conn,
        f"SELECT {columns}, i.customer_id FROM fact_account a "
        "JOIN identity i ON i.source = a.source AND i.source_id = a.source_id "
        "WHERE a.archived = 0 ORDER BY a.source, a.source_id",
    )
    rows = _with_edits(rows, overlay(conn))
    turned_rows = turned(rows, len(_READ) + 1)
    read = dict(zip((*_READ, "customer_id"), turned_rows, strict=True))
    rank_of = {source: system_named(source).rank for source in set(read["source"])}
    anchors = (
        one
        for one, source in zip(read["customer_id"], read["source"], strict=True)
        if rank_of[source] <= 1
    )
    ids = tuple(sorted(set(anchors)))
    index = {one: at for at, one in enumerate(ids)}
    customer = np.fromiter((index.get(one, -1) for one in read["customer_id"]), np.int64, len(rows))
    rank = np.fromiter((rank_of[source] for source in read["source"]), np.int64, len(rows))
    order = np.lexsort((np.arange(len(rows)), rank, customer))
    order = order[customer[order] >= 0]
    merge = _Merge(len(ids), customer[order], order, read)
    return CustomerBook(
        ids=ids,
        index=index,
        customers=Columns(_merged(conn, merge, sources), len(ids)),
        accounts=_account_map(read, customer),
        archived=_archived(conn),
    )


def _with_edits(
    rows: list[tuple[Any, ...]], edits: dict[tuple[str, str], dict[str, str | None]]
) -> list[tuple[Any, ...]]:
    """The accounts with the edits that are on their way to the CRM."""
    if not edits:
        return rows
    return [_edited(row, edits[row[:2]]) if row[:2] in edits else row for row in rows]


def _edited(row: tuple[Any, ...], values: dict[str, str | None]) -> tuple[Any, ...]:
    changed = list(row)
    for name, text in values.items():
        day = name in _DAYS and text is not None
        changed[_READ.index(name)] = parse_day(str(text)) if day else text
    return tuple(changed)


@dataclass(frozen=True, slots=True)
class _Merge:
    """Account rows sorted by (customer, rank, source, source_id); `rows` = places in `read`."""

    count: int
    customer: Ints
    rows: Ints
    read: dict[str, tuple[Any, ...]]

    def values(self, name: str) -> Objects:
        return np.array(self.read[name], dtype=object)[self.rows]

    def winners(self, present: Bools) -> Ints:
        """For each customer the first sorted row that is present, -1 for none."""
        at = np.flatnonzero(present)
        first = np.full(self.count, -1, np.int64)
        first[self.customer[at][::-1]] = at[::-1]
        return first

    def texts(self, name: str) -> list[str | None]:
        values = self.values(name)
        return pick(values, self.winners(values.astype(bool)))

    def numbers(self, name: str) -> Ints:
        values = self.values(name)
        return pick_ints(values, self.winners(given(values)))


def given(values: Objects) -> Bools:
    return np.fromiter((one is not None for one in values), bool, len(values))


def pick(values: Objects, at: Ints) -> list[Any]:
    out = np.full(len(at), None, dtype=object)
    out[at >= 0] = values[at[at >= 0]]
    picked: list[Any] = out.tolist()
    return picked


def pick_ints(values: Objects, at: Ints) -> Ints:
    out = np.full(len(at), MISSING, np.int64)
    chosen = values[at[at >= 0]]
    out[at >= 0] = np.array([MISSING if one is None else one for one in chosen], np.int64)
    return out


def _merged(conn: Connection, merge: _Merge, sources: Sequence[SourceState]) -> dict[str, Any]:
    data: dict[str, Any] = {name: merge.texts(name) for name in _TEXTS}
    data.update((name, merge.numbers(name)) for name in _DAYS)
    data.update(_owners(conn, merge))
    acv = merge.values("acv")
    stated = merge.winners(given(acv))
    data["acv"] = pick_ints(acv, stated)
    data["acv_currency"] = pick(merge.values("currency"), stated)
    tags = merge.values("tags")
    listed = pick(tags, merge.winners(tags != "[]"))
    parsed = {text: tuple(json.loads(text)) if text else () for text in set(listed)}
    data["tags"] = [parsed[text] for text in listed]
    anchor = merge.winners(np.ones(len(merge.rows), bool))
    data["anchor_source"] = pick(merge.values("source"), anchor)
    data["anchor_id"] = pick(merge.values("source_id"), anchor)
    account_source = merge.values("source")
    for kind in KINDS:
        telling = {state.name for state in sources if kind in state.kinds}
        member = np.fromiter((one in telling for one in account_source), bool, len(merge.rows))
        data[f"joined_{kind}"] = np.bincount(merge.customer[member], minlength=merge.count) > 0
    data["accounts"] = np.bincount(merge.customer, minlength=merge.count).astype(np.int64)
    return data


def _owners(conn: Connection, merge: _Merge) -> dict[str, list[str | None]]:
    """Owner's id, name and e-mail, from the source that names the owner; archived ones still own."""
    sql = "SELECT source, source_id, name, email FROM fact_person"
    people = {(row[0], row[1]): (row[2], row[3]) for row in fetch(conn, sql)}
    owner = merge.values("owner_id")
    at = merge.winners(owner.astype(bool))
    ids, named_by = pick(owner, at), pick(merge.values("source"), at)
    found = [people.get(key, (None, None)) for key in zip(named_by, ids, strict=True)]
    return {
        "owner_id": ids,
        "owner": [one[0] for one in found],
        "owner_email": [one[1] for one in found],
    }


def _account_map(read: dict[str, tuple[Any, ...]], customer: Ints) -> dict[str, dict[str, int]]:
    accounts: dict[str, dict[str, int]] = {}
    for source, account, at in zip(
        read["source"], read["source_id"], customer.tolist(), strict=True
    ):
        if at >= 0:
            accounts.setdefault(source, {})[account] = at
    return accounts


def _archived(conn: Connection) -> dict[str, set[str]]:
    gone: dict[str, set[str]] = {}
    for source, account in fetch(
        conn, "SELECT source, source_id FROM fact_account WHERE archived = 1"
    ):
        gone.setdefault(source, set()).add(account)
    return gone
