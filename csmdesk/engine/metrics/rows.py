"""What does not depend on the day: sorts of tickets and activities, first use of features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Columns, Ints, by_text, coded
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.engine.money.exact import first_of_run

NO_DAY = 2**62
CRITICAL = dict.fromkeys(("urgent", "high"), 1)
CLOSED = dict.fromkeys(("closed", "solved", "resolved"), 1)
MESSAGE, TALK, INWARD, OUTWARD = 1, 2, 1, 2
KINDS = {"email": MESSAGE, "message": MESSAGE, "chat": MESSAGE, "meeting": TALK, "call": TALK}
DIRECTIONS = {"in": INWARD, "out": OUTWARD}


@dataclass(frozen=True, slots=True)
class ProductSince:
    """First day of each product in each customer's contracts, MISSING for one without a date; `key`
    is the customer times the number of `names`, plus the place of the product's name."""

    names: tuple[str, ...]
    key: Ints
    day: Ints


@dataclass(frozen=True, slots=True)
class EventRows:
    """`person`: number of the person behind each `contact` row: rows of one customer with the same
    e-mail are one person, told by several systems. Masks over the rows of `ticket` (critical, shut)
    and `activity` (of a customer: inward and outward messages, held talks); per feature name the
    first day with use and with a failure, NO_DAY for never."""

    person: Ints
    critical: Bools
    shut: Bools
    inward: Bools
    outward: Bools
    held: Bools
    first_used: Ints
    first_failed: Ints
    product_since: ProductSince


def event_rows(facts: Facts) -> EventRows:
    """Read once, used for every day of a run."""
    usage = facts.usage
    ticket, activity = facts.tables["ticket"], facts.tables["activity"]
    whose = activity.ints("customer") != MISSING
    kind, way = _told(activity, "kind", KINDS), _told(activity, "direction", DIRECTIONS)
    message = whose & (kind == MESSAGE)
    return EventRows(
        person=_persons(facts.tables["contact"]),
        critical=_told(ticket, "priority", CRITICAL) > 0,
        shut=_told(ticket, "status", CLOSED) > 0,
        inward=message & (way == INWARD),
        outward=message & (way == OUTWARD),
        held=whose & (kind == TALK) & activity["held"],
        first_used=first_days(facts, usage.feature_events),
        first_failed=first_days(facts, usage.feature_failed),
        product_since=_product_since(facts),
    )


def _product_since(facts: Facts) -> ProductSince:
    """Of rows that bought something, by the product's name, else its id."""
    table = facts.tables["product"]
    keys = zip(table["source"], table["source_id"], strict=True)
    titles = dict(zip(keys, table["name"], strict=True))
    parts = [
        (facts.tables["subscription_item"], "since"),
        (facts.tables["subscription_change"], "changed_on"),
    ]
    told = [
        key for rows, _ in parts for key in zip(rows["source"], rows["product_id"], strict=True)
    ]
    title, names = coded([titles.get(key, key[1]) for key in told])
    customer, quantity = (
        np.concatenate([rows.ints(name) for rows, _ in parts]) for name in ("customer", "quantity")
    )
    day = np.concatenate([rows.ints(column) for rows, column in parts])
    rows = np.flatnonzero((customer != MISSING) & (quantity > 0))
    key, day = customer[rows] * max(len(names), 1) + title[rows], day[rows]
    order = np.lexsort((day, key))
    first = order[first_of_run(key[order])]
    return ProductSince(names, key[first], day[first])


def _persons(contacts: Columns) -> Ints:
    told = zip(contacts["email"], contacts["source_id"], strict=True)
    who, names = coded([mail.casefold() if mail else f"\n{key}" for mail, key in told])
    owner = contacts.ints("customer")
    return np.where(owner == MISSING, -1, owner) * len(names) + who


def first_days(facts: Facts, cells: NDArray[np.uint32]) -> Ints:
    """First day with a count per feature name; `cells` are rows of features."""
    usage = facts.usage
    some = cells > 0
    day = np.where(some.any(axis=1), usage.first_day + some.argmax(axis=1), NO_DAY)
    first = np.full(len(usage.feature_names), NO_DAY, dtype=np.int64)
    np.minimum.at(first, usage.feature_name, day)
    return first


def _told(table: Columns, column: str, codes: Mapping[str, int]) -> Ints:
    """The code of each row's text in any case, 0 for one that has none."""
    return by_text(table.texts(column), lambda text: codes.get((text or "").lower(), 0))
