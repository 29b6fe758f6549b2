"""Fact tables as columns, every row with its customer, sorted by customer, source and id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Connection

from csmdesk.domain.columns import Columns, Ints, by_text
from csmdesk.domain.days import MISSING, SECONDS_A_DAY, start_of_day
from csmdesk.store.bulk import Part, read_parts
from csmdesk.store.load_customers import CustomerBook
from csmdesk.store.schema.facts import SHAPES, Field, Shape
from csmdesk.store.sql import ints

WORK_SOURCE = "work"
"""Source of activities that a CSM logged here."""
LEFT_OUT = MISSING + 1
_EARLIEST, _LATEST = -60_000_000_000, 45_000_000_000
"""Instants of the years 68 to 3395. The engine counts no further: a later one stands for "never",
such as the 9999-12-31 that systems write for no end."""
UNREAD = {
    "activity": ("source_id", "account_id", "contact_id", "author", "subject", "body"),
    "field_change": ("source_id",),
    "invoice": ("account_id", "subscription_id"),
    "nps_answer": ("source_id", "account_id", "comment"),
    "status_change": ("source_id", "subscription_id"),
    "subscription_change": ("source_id", "subscription_id"),
    "ticket": ("source_id", "account_id", "contact_id", "subject", "body"),
}
"""Ids and texts of the long tables that no figure needs: a customer's page reads its own."""
OVER = {"invoice": ("paid_on", "voided_on"), "ticket": ("solved_at",)}
"""Fields that say when a row of the long tables was over: of later days it says nothing more."""
_BILLED_DAYS = 62
"""A month and the one after it are no longer."""
STILL_TOLD = {"invoice": f"coalesce(metered, 1) <> 0 AND issued_on >= {{since}} - {_BILLED_DAYS}"}
"""What of it counts all the same: what was billed by use tells of the last month."""
_OWNER = "owner"
_OF_CONTACT = (
    "coalesce(account_id, (SELECT c.account_id FROM fact_contact c "
    "WHERE c.source = {table}.source AND c.source_id = {table}.contact_id))"
)
_OURS = {
    "activity": f"(SELECT '{WORK_SOURCE}' AS source, note_id AS source_id, customer_id AS account_id, "
    "kind, at, direction, held, contact_id FROM work_note NOT INDEXED) AS fact_activity",
    "field_change": "outbox",
}
"""What people wrote here, behind what sources told: logged activities, with the customer in
`account_id`, and edits on their way to the CRM, as the newest of a field's dated values."""
Places = Mapping[str, Mapping[str | None, int]]
"""Row of an account or subscription by source and id."""


def load_tables(
    conn: Connection, book: CustomerBook, zone: tzinfo, since: int | None = None
) -> dict[str, Columns]:
    """All tables of `domain.facts.FACTS` but `account`. Archived rows are left out, but for persons:
    an archived owner still owns companies, or once did. Rows of archived accounts and of unknown
    subscriptions are left out; rows of accounts without a customer have customer MISSING. `since`:
    see `load.load_facts`."""
    accounts = _account_places(book)
    tables = {"subscription": _table(conn, SHAPES["subscription"], accounts, zone)}
    heads = tables["subscription"]
    subscriptions = _subscription_places(heads)
    for name, shape in SHAPES.items():
        if shape.has("subscription_id") and not shape.has("account_id"):
            tables[name] = _table(conn, shape, subscriptions, zone, heads.ints("customer"))
        elif name not in ("account", "subscription"):
            alive = _not_over(shape, since, zone)
            tables[name] = _table(conn, shape, accounts, zone, where=alive)
    return tables


def _not_over(shape: Shape, since: int | None, zone: tzinfo) -> str:
    """The condition on rows that still say something of the days from `since` on."""
    if since is None or shape.name not in OVER:
        return "TRUE"
    kinds = {field.name: field.kind for field in shape.fields}
    limits = {"Day": since + 1, "Instant": start_of_day(since, zone)}
    alive = " AND ".join(
        f'("{name}" IS NULL OR "{name}" >= {limits[kinds[name]]})' for name in OVER[shape.name]
    )
    told = STILL_TOLD.get(shape.name, "FALSE").format(since=since)
    return f"({alive} OR {told})"


def _account_places(book: CustomerBook) -> Places:
    places: dict[str, dict[str | None, int]] = {
        source: dict.fromkeys(gone, LEFT_OUT) for source, gone in book.archived.items()
    }
    for source, own in (*book.accounts.items(), (WORK_SOURCE, book.index)):
        places.setdefault(source, {}).update(own)
    return places


def _subscription_places(table: Columns) -> Places:
    places: dict[str, dict[str | None, int]] = {}
    for at, (source, one) in enumerate(zip(table["source"], table["source_id"], strict=True)):
        places.setdefault(source, {})[one] = at
    return places


def _table(
    conn: Connection,
    shape: Shape,
    places: Places,
    zone: tzinfo,
    heads: Ints | None = None,
    where: str = "TRUE",
) -> Columns:
    """One table. `heads`: the customer of every subscription, when rows belong to subscriptions."""
    fields = [one for one in shape.fields if one.name not in UNREAD.get(shape.name, ())]
    parts = _parts(conn, shape, fields, where)
    strangers = MISSING if heads is None else LEFT_OUT
    place = _joined([_places(part, places, strangers) for part in parts])
    customer = place if heads is None else _through(heads, place)
    kept = np.flatnonzero(customer != LEFT_OUT)
    order = kept[_in_order(customer[kept])]
    rows = order.tolist()
    data: dict[str, Any] = {"source": _sources(parts, order)}
    for field in fields[1:]:
        if field.numeric or field.kind == "bool":
            numbers = _joined([part.numbers[field.name] for part in parts])[order]
            if field.kind == "Day":
                numbers = np.minimum(numbers, _LATEST // SECONDS_A_DAY)
            data[field.name] = numbers if field.numeric else numbers.astype(bool)
        else:
            texts = list(chain.from_iterable(part.texts[field.name] for part in parts))
            data[field.name] = unpacked(field, list(map(texts.__getitem__, rows)))
        if field.kind == "Instant":
            data[f"{field.name}_day"] = days_of(data[field.name], zone)
    data["customer"] = customer[order]
    if heads is not None:
        data["subscription"] = place[order]
    return Columns(data, len(order))


def _parts(conn: Connection, shape: Shape, fields: Sequence[Field], where: str) -> list[Part]:
    table = shape.table.name
    numbers = {one.name: f'"{one.name}"' for one in fields if one.numeric or one.kind == "bool"}
    texts = {one.name: f'"{one.name}"' for one in fields if one.name not in numbers}
    del texts["source"]
    if shape.has("contact_id"):
        texts[_OWNER] = _OF_CONTACT.format(table=table)
    elif shape.has("account_id"):
        texts[_OWNER] = "account_id"
    elif shape.has("subscription_id"):
        texts[_OWNER] = "subscription_id"
    if shape.has("archived") and shape.name != "person":
        where = f"archived = 0 AND {where}"
    parts = read_parts(conn, f"{table} NOT INDEXED", numbers, texts, where)
    if shape.name in _OURS:
        parts += read_parts(conn, _OURS[shape.name], numbers, texts)
    return parts


def _in_order(customer: Ints) -> Ints:
    """Rows sorted by customer, strangers first; rows of one customer stay as they are. Numbers of 16
    bits are sorted by counting, five times as fast as wider ones: the low half first, then the high."""
    place = np.maximum(customer, -1) + 1
    low: Ints = np.argsort(place.astype(np.uint16), kind="stable")
    high = (place[low] >> 16).astype(np.uint16)
    return low[np.argsort(high, kind="stable")]


def _places(part: Part, places: Places, unknown: int) -> Ints:
    """Row of the account or subscription that each row belongs to."""
    at = places.get(part.source, {})
    owners = part.texts.get(_OWNER)
    if owners is None:
        return np.full(part.count, MISSING, np.int64)
    return by_text(owners, lambda one: at.get(one, unknown))


def _through(owner: Ints, subscription: Ints) -> Ints:
    out = np.full(len(subscription), LEFT_OUT, np.int64)
    known = subscription >= 0
    out[known] = owner[subscription[known]]
    return out


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _sources(parts: Sequence[Part], order: Ints) -> list[str]:
    at = np.repeat(np.arange(len(parts)), [part.count for part in parts])
    names = [part.source for part in parts]
    return list(map(names.__getitem__, at[order].tolist()))


def typed_column(field: Field, values: tuple[Any, ...]) -> Any:
    """A stored column as the engine reads it."""
    if field.numeric:
        return ints(values)
    if field.kind == "bool":
        return np.fromiter(values, bool, len(values))
    return unpacked(field, list(values))


def unpacked(field: Field, texts: list[Any]) -> list[Any]:
    """Texts as they are, JSON as the tuple or dict that it says."""
    if not field.packed:
        return texts
    shape: type = tuple if field.kind == "Names" else dict
    parsed = {text: shape(json.loads(text)) for text in set(texts)}
    return [parsed[text] for text in texts]


def days_of(instants: Ints, zone: tzinfo) -> Ints:
    """Calendar day, in `zone`, of every instant; MISSING stays."""
    known = instants != MISSING
    seconds = np.clip(instants[known], _EARLIEST, _LATEST)
    out = np.full(len(instants), MISSING, np.int64)
    utc_days = seconds // SECONDS_A_DAY
    if zone is UTC or str(zone) == "UTC" or not len(seconds):
        out[known] = utc_days
        return out
    # No zone is a whole day off: the local day is the UTC day or one of its neighbours.
    near = _distinct(utc_days)
    days = _distinct(np.concatenate((near - 1, near, near + 1)))
    starts = np.fromiter((start_of_day(day, zone) for day in days.tolist()), np.int64, len(days))
    out[known] = days[np.searchsorted(starts, seconds, side="right") - 1]
    return out


def _distinct(days: Ints) -> Ints:
    """Sorted without repeats, by counting: there are many instants and few days."""
    first = int(days.min())
    found: Ints = np.flatnonzero(np.bincount(days - first)) + first
    return found
