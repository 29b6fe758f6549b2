"""Everything that is stored about one customer, as its tab reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.facts import (
    Activity,
    Contact,
    Deal,
    Entitlement,
    Invoice,
    NpsAnswer,
    Order,
    Product,
    Subscription,
    SubscriptionItem,
    Ticket,
)

Days = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Note:
    """A note or logged activity that a CSM wrote."""

    note_id: str
    kind: str
    at: int
    direction: str | None
    author: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class RiskEntry:
    """The CSM's own risk score (0-10, None = not given) with tags and notes."""

    set_on: int
    score: int | None
    risk_tags: tuple[str, ...]
    confidence_tags: tuple[str, ...]
    risk_note: str
    confidence_note: str
    who: str


@dataclass(frozen=True, slots=True)
class SentimentEntry:
    set_on: int
    sentiment: str
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class CustomerUsage:
    """Daily counts: column j is day `first_day + j`; persons have a first day of their own.

    `covered_from`, `users_covered_from`: first day the source tells about, MISSING when not read.
    """

    first_day: int
    covered_from: int
    users_covered_from: int
    joined: bool
    events: Days  # (days,)
    users: Days  # (days,)
    features: tuple[tuple[str, str], ...]  # (feature, module)
    feature_events: Days  # (features, days)
    feature_failed: Days  # (features, days)
    persons: tuple[str, ...]
    person_first_day: int
    person_events: Days  # (persons, days)


@dataclass(frozen=True, slots=True)
class CustomerRows:
    """Rows of one customer, newest first, none dated after the day they were read for."""

    customer_id: str
    contacts: tuple[Contact, ...]
    subscriptions: tuple[Subscription, ...]
    items: tuple[SubscriptionItem, ...]
    products: tuple[Product, ...]
    entitlements: tuple[Entitlement, ...]
    invoices: tuple[Invoice, ...]
    orders: tuple[Order, ...]
    tickets: tuple[Ticket, ...]
    activities: tuple[Activity, ...]
    nps: tuple[NpsAnswer, ...]
    deals: tuple[Deal, ...]
    notes: tuple[Note, ...]
    risk: RiskEntry | None
    sentiment: SentimentEntry | None
    usage: CustomerUsage
