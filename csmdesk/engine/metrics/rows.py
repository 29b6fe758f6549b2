"""What does not depend on the day: sorts of tickets and activities, first use of features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Columns, Ints, by_text, coded
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.engine.money.exact import first_of_run, key_day, key_owner, keys

NO_DAY = 2**62
NEVER = 1 << 19
"""A day after every one that a run looks at."""
REPLY_DAYS = 14
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
class Persons:
    """People behind the contacts: rows of one customer with the same e-mail are one person, told by
    several systems. `since`: day from which one is known; `gone`: first day on which any system says
    that the person left, NO_DAY for never."""

    customer: Ints
    since: Ints
    gone: Ints


@dataclass(frozen=True, slots=True)
class EventRows:
    """Masks over the rows of `ticket` (critical, shut); sorted (customer, day) keys of messages that
    came in and went out, of talks that were held and of messages that answer one of the other
    direction; per feature name the first day with use and with a failure, NO_DAY for never."""

    persons: Persons
    critical: Bools
    shut: Bools
    inward: Ints
    outward: Ints
    held: Ints
    answers: Ints
    first_used: Ints
    first_failed: Ints
    product_since: ProductSince


def event_rows(facts: Facts) -> EventRows:
    """Read once, used for every day of a run."""
    usage = facts.usage
    ticket, activity = facts.tables["ticket"], facts.tables["activity"]
    customer, on = activity.ints("customer"), activity.ints("at_day")
    dated = (customer != MISSING) & (on != MISSING) & (on < NEVER)
    kind, way = _told(activity, "kind", KINDS), _told(activity, "direction", DIRECTIONS)
    held = np.flatnonzero(dated & (kind == TALK) & activity["held"])
    sent = np.flatnonzero(dated & (kind == MESSAGE) & (way > 0))
    sent = sent[np.lexsort((on[sent], customer[sent]))]
    key, way = keys(customer[sent], on[sent]), way[sent]
    return EventRows(
        persons=_persons(facts.tables["contact"]),
        critical=_told(ticket, "priority", CRITICAL) > 0,
        shut=_told(ticket, "status", CLOSED) > 0,
        inward=key[way == INWARD],
        outward=key[way == OUTWARD],
        held=np.sort(keys(customer[held], on[held])),
        answers=key[_answering(key, way)],
        first_used=first_days(facts, usage.feature_events),
        first_failed=first_days(facts, usage.feature_failed),
        product_since=_product_since(facts),
    )


def _answering(key: Ints, way: Ints) -> Bools:
    """Messages with one of the other direction at most 14 days before; sorted by customer and day."""
    found = np.zeros(len(key), dtype=np.bool_)
    for direction in (INWARD, OUTWARD):
        # The newest earlier message of the other direction, by its place.
        place = np.where(way != direction, np.arange(len(key)), -1)
        before = np.maximum.accumulate(place) if len(place) else place
        rows = np.flatnonzero((way == direction) & (before >= 0))
        asked, answered = key[before[rows]], key[rows]
        near = key_day(answered) - key_day(asked) <= REPLY_DAYS
        found[rows] = near & (key_owner(answered) == key_owner(asked))
    return found


def _persons(contacts: Columns) -> Persons:
    told = zip(contacts["email"], contacts["source_id"], strict=True)
    who, names = coded([mail.casefold() if mail else f"\n{key}" for mail, key in told])
    owner, created = contacts.ints("customer"), contacts.ints("created_at_day")
    left = contacts.ints("left_on")
    rows = np.flatnonzero(owner != MISSING)
    person, place = np.unique(owner[rows] * max(len(names), 1) + who[rows], return_inverse=True)
    since, gone = (np.full(len(person), NO_DAY, dtype=np.int64) for _ in range(2))
    np.minimum.at(since, place, created[rows])  # MISSING: always known
    told_gone = np.where(left == MISSING, NO_DAY, np.maximum(created, left))
    np.minimum.at(gone, place, told_gone[rows])
    return Persons(person // max(len(names), 1), since, gone)


def _product_since(facts: Facts) -> ProductSince:
    """Of rows that bought something, by the product's name, else its id."""
    table = facts.tables["product"]
    keys = zip(table["source"], table["source_id"], strict=True)
    titles = dict(zip(keys, table["name"], strict=True))
    parts = [
        (facts.tables["subscription_item"], "since"),
        (facts.tables["subscription_change"], "changed_on"),
    ]
    source, sources = coded([text for rows, _ in parts for text in rows.texts("source")])
    product, products = coded([text for rows, _ in parts for text in rows.texts("product_id")])
    title, names = coded([titles.get((one, key), key) for one in sources for key in products])
    title = title[source * len(products) + product]
    customer, quantity = (
        np.concatenate([rows.ints(name) for rows, _ in parts]) for name in ("customer", "quantity")
    )
    day = np.concatenate([rows.ints(column) for rows, column in parts])
    rows = np.flatnonzero((customer != MISSING) & (quantity > 0))
    key, day = customer[rows] * max(len(names), 1) + title[rows], day[rows]
    order = np.lexsort((day, key))
    first = order[first_of_run(key[order])]
    return ProductSince(names, key[first], day[first])


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
