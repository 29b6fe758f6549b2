"""What does not depend on the day: sorts of tickets and activities, first use of features."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts

NO_DAY = 2**62
CRITICAL = frozenset({"urgent", "high"})
CLOSED = frozenset({"closed", "solved", "resolved"})
MESSAGES = frozenset({"email", "message", "chat"})
TALKS = frozenset({"meeting", "call"})


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


def event_rows(facts: Facts) -> EventRows:
    """Read once, used for every day of a run."""
    usage = facts.usage
    ticket, activity = facts.tables["ticket"], facts.tables["activity"]
    whose = activity.ints("customer") != MISSING
    message = whose & _among(activity, "kind", MESSAGES)
    return EventRows(
        person=_persons(facts.tables["contact"]),
        critical=_among(ticket, "priority", CRITICAL),
        shut=_among(ticket, "status", CLOSED),
        inward=message & _among(activity, "direction", ("in",)),
        outward=message & _among(activity, "direction", ("out",)),
        held=whose & _among(activity, "kind", TALKS) & activity["held"],
        first_used=first_days(facts, usage.feature_events),
        first_failed=first_days(facts, usage.feature_failed),
    )


def _persons(contacts: Columns) -> Ints:
    known: dict[tuple[int, str], int] = {}
    owners, mails = contacts.ints("customer").tolist(), contacts["email"]
    keys = zip(owners, mails, contacts["source_id"], strict=True)
    numbers = [
        known.setdefault((owner, mail.casefold() if mail else f"\n{key}"), len(known))
        for owner, mail, key in keys
    ]
    return np.array(numbers, dtype=np.int64)


def first_days(facts: Facts, cells: NDArray[np.uint32]) -> Ints:
    """First day with a count per feature name; `cells` are rows of features."""
    usage = facts.usage
    some = cells > 0
    day = np.where(some.any(axis=1), usage.first_day + some.argmax(axis=1), NO_DAY)
    first = np.full(len(usage.feature_names), NO_DAY, dtype=np.int64)
    np.minimum.at(first, usage.feature_name, day)
    return first


def _among(table: Columns, column: str, wanted: Collection[str]) -> Bools:
    texts = table[column]
    known = {text: (text or "").lower() in wanted for text in set(texts)}
    return np.fromiter((known[text] for text in texts), np.bool_, table.length)
