"""Which rows of tickets and activities are of which sort: text read once for every day of a run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts

CRITICAL = frozenset({"urgent", "high"})
CLOSED = frozenset({"closed", "solved", "resolved"})
MESSAGES = frozenset({"email", "message", "chat"})
TALKS = frozenset({"meeting", "call"})


@dataclass(frozen=True, slots=True)
class EventRows:
    """Masks over the rows of `ticket` (critical, shut) and `activity` (of a customer: inward and
    outward messages, held talks)."""

    critical: Bools
    shut: Bools
    inward: Bools
    outward: Bools
    held: Bools


def event_rows(facts: Facts) -> EventRows:
    """Independent of the day."""
    ticket, activity = facts.tables["ticket"], facts.tables["activity"]
    whose = activity.ints("customer") != MISSING
    message = whose & _among(activity, "kind", MESSAGES)
    return EventRows(
        critical=_among(ticket, "priority", CRITICAL),
        shut=_among(ticket, "status", CLOSED),
        inward=message & _among(activity, "direction", ("in",)),
        outward=message & _among(activity, "direction", ("out",)),
        held=whose & _among(activity, "kind", TALKS) & activity["held"],
    )


def _among(table: Columns, column: str, wanted: Collection[str]) -> Bools:
    texts = table[column]
    known = {text: (text or "").lower() in wanted for text in set(texts)}
    return np.fromiter((known[text] for text in texts), np.bool_, table.length)
