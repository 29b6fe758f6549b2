"""The shapes of the sandbox's world: what a story generates and the four APIs render.

Instants are epoch seconds UTC, days are `datetime.date`, money is integer minor units.
Every id is a pure function of (seed, customer index, position in the story), so a later
`today` keeps all ids and only adds what happened since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Owner:
    """A CSM. HubSpot keeps `owner_id` and `user_id` apart on purpose."""

    owner_id: str
    user_id: int
    first_name: str
    last_name: str
    email: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A dated value of a CRM field: HubSpot `propertiesWithHistory`. Oldest first."""

    field: str  # HubSpot property name: hubspot_owner_id, csm_tier, csm_stage, renewal_date …
    at: int
    value: str


@dataclass(frozen=True, slots=True)
class Company:
    """One customer as the CRM knows it; `extra` goes out as further HubSpot properties."""

    hubspot_id: str
    account_key: str | None  # product account key: PostHog $group_0 and Intercom company_id
    name: str
    domain: str
    created_at: int
    updated_at: int
    owner_id: str | None
    industry: str
    tier: str
    stage: str
    success_program: str
    renewal_date: date | None
    acv: str | None  # decimal string in `currency`, major units
    currency: str
    assigned_on: date | None
    tags: tuple[str, ...] = ()
    parent_hubspot_id: str | None = None
    flag: str | None = None  # "internal" or "demo"
    archived: bool = False
    history: tuple[FieldChange, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer; the PostHog distinct_id of a user is the e-mail."""

    hubspot_id: str
    intercom_id: str
    first_name: str
    last_name: str
    email: str
    title: str
    buying_role: str | None  # CHAMPION, DECISION_MAKER, BUDGET_HOLDER, END_USER, ADMIN
    created_at: int
    updated_at: int
    last_seen_at: int | None
    left_on: date | None = None
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    stripe_id: str
    name: str
    modules: tuple[str, ...]
    unit: str  # what `quantity` counts: seat, scan, asset
    capacity_per_unit: int = 1


@dataclass(frozen=True, slots=True)
class Price:
    stripe_id: str
    product_id: str
    currency: str
    unit_amount: int | None
    unit_amount_decimal: str  # minor units, may have a fraction (sub-cent prices)
    interval: str  # day, week, month, year
    interval_count: int
    metered: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A subscription item as it stands now."""

    stripe_id: str
    price: Price
    quantity: int
    created_at: int
    period_start: int
    period_end: int


@dataclass(frozen=True, slots=True)
class Discount:
    stripe_id: str
    coupon_id: str
    percent_off: float | None
    amount_off: int | None
    currency: str | None
    duration: str  # once, repeating, forever
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Status as Stripe names it: active, trialing, past_due, unpaid, canceled, incomplete."""

    stripe_id: str
    status: str
    currency: str
    items: tuple[Item, ...]
    created_at: int
    start_at: int
    trial_start: int | None = None
    trial_end: int | None = None
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    ended_at: int | None = None
    paused: bool = False  # pause_collection with behavior=void
    resumes_at: int | None = None
    discounts: tuple[Discount, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    stripe_id: str
    subscription_id: str | None
    item_id: str | None
    price: Price | None
    description: str
    amount: int
    quantity: int
    period_start: int
    period_end: int
    proration: bool = False


@dataclass(frozen=True, slots=True)
class Invoice:
    stripe_id: str
    number: str
    subscription_id: str | None
    currency: str
    created_at: int
    due_at: int | None
    finalized_at: int | None
    paid_at: int | None
    voided_at: int | None
    status: str  # draft, open, paid, void, uncollectible
    amount_due: int
    amount_paid: int
    attempt_count: int
    billing_reason: str
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """Only its type, date and object id are trusted by a reader."""

    stripe_id: str
    type: str  # customer.subscription.updated, invoice.paid, customer.created …
    at: int
    object_kind: str  # customer, subscription, invoice, product, price
    object_id: str
    previous: dict[str, object] = field(default_factory=dict)  # previous_attributes


@dataclass(frozen=True, slots=True)
class BillingCustomer:
    stripe_id: str
    name: str
    email: str
    created_at: int
    metadata: dict[str, str]  # hubspot_company_id for most; some join by domain or name only
    delinquent: bool
    subscriptions: tuple[Subscription, ...]
    invoices: tuple[Invoice, ...]
    events: tuple[StripeEvent, ...]


@dataclass(frozen=True, slots=True)
class Ticket:
    hubspot_id: str
    subject: str
    body: str
    priority: str  # LOW, MEDIUM, HIGH, URGENT
    created_at: int
    updated_at: int
    first_reply_at: int | None
    closed_at: int | None
    contact: int | None  # position in Account.contacts
    csat: int | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    intercom_id: str
    subject: str
    body: str
    contact: int
    created_at: int
    updated_at: int
    state: str  # open, closed, snoozed
    priority: str  # priority, not_priority
    first_reply_at: int | None
    closed_at: int | None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    hubspot_id: str
    kind: str  # email, call, meeting, note
    at: int
    updated_at: int
    direction: str | None  # in, out (emails, calls)
    outcome: str | None  # connected, no_answer; COMPLETED, SCHEDULED, CANCELED, NO_SHOW
    owner_id: str | None
    contact: int | None
    subject: str
    body: str
    system: str = ""  # the CRM in which a client logged it; every CRM has the world's own


@dataclass(frozen=True, slots=True)
class NpsAnswer:
    """A PostHog `survey sent` event."""

    uuid: str
    contact: int
    at: int
    score: int
    comment: str


@dataclass(frozen=True, slots=True)
class Deal:
    hubspot_id: str
    name: str
    stage: str
    amount: str
    currency: str
    created_at: int
    updated_at: int
    close_date: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """Everything of one customer but its usage, as known at the start of the world's today."""

    index: int
    story: str
    company: Company
    contacts: tuple[Contact, ...]
    billing: tuple[BillingCustomer, ...]  # none for prospects, two for a duplicate in billing
    tickets: tuple[Ticket, ...]
    conversations: tuple[Conversation, ...]
    activities: tuple[Activity, ...]
    nps: tuple[NpsAnswer, ...]
    deals: tuple[Deal, ...]
