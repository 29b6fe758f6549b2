"""Facts: what the systems told us, one class per kind of row.

The store builds its fact tables from these classes (one column a field, key = source +
source_id), connectors and the import make instances, the engine reads them as columns.
`Day` is a day number (see `days`), `Instant` epoch seconds UTC, `Minor` integer minor units of
the row's currency. `account_id` is the *source's own* id of the account; identity resolution
joins accounts to customers. Text is kept as it came: never interpreted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Day = int
Instant = int
Minor = int
Json = dict[str, str]
Names = tuple[str, ...]

SEAT = "seat"
SEAT_WORDS = frozenset(
    (
        *("", "seat", "seats", "user", "users"),
        *("license", "licence", "licenses", "licences"),
    )
)
"""Units, in lower case, that count people; any other counts things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Key of every fact row."""

    source: str
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Fact):
    """A company as one system knows it. CRM fields are None elsewhere.

    `joins` are explicit ids shared with other systems ("hubspot:123", "key:acct_9"): two
    accounts with a common one are the same customer.
    """

    name: str
    domain: str | None = None
    joins: Names = ()
    created_on: Day | None = None
    owner_id: str | None = None
    tier: str | None = None
    stage: str | None = None
    success_program: str | None = None
    acv: Minor | None = None
    currency: str | None = None
    renewal_on: Day | None = None
    industry: str | None = None
    parent_id: str | None = None
    assigned_on: Day | None = None
    churned_on: Day | None = None
    flag: str | None = None
    tags: Names = ()
    properties: Json = field(default_factory=dict)
    url: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange(Fact):
    """A dated value of an otherwise undated account field (owner_id, tier, stage, renewal_on)."""

    account_id: str
    field: str
    at: Instant
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Fact):
    """A user of the CRM who may be a CSM; `source_id` is what `Account.owner_id` names."""

    name: str
    email: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Fact):
    """A person at a customer. `user_key` is the id under which usage knows them (an e-mail)."""

    account_id: str
    name: str
    email: str | None = None
    title: str | None = None
    role: str | None = None  # champion, decision_maker, budget_holder, admin, end_user
    user_key: str | None = None
    created_at: Instant | None = None
    last_seen_at: Instant | None = None
    left_on: Day | None = None
    bounced: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Fact):
    """A product of ours. `modules` come with it; `unit` is what a subscription's quantity counts;
    `capacity_per_unit` 0: its capacity is not in the quantity but in entitlements."""

    name: str
    modules: Names = ()
    unit: str = "seat"
    capacity_per_unit: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Fact):
    """The head of a recurring contract; amounts live in items and their changes."""

    account_id: str
    status: str  # as the source names it; configuration maps it to a status type
    currency: str
    started_on: Day
    trial_end: Day | None = None
    next_billing_on: Day | None = None
    cancel_at: Day | None = None
    cancelled_on: Day | None = None
    ended_on: Day | None = None  # first day without service
    paused: bool = False
    seats: int | None = None  # when the source states them apart from the quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionItem(Fact):
    """One line of a subscription as it stands now: it holds from `since` until a change says else.

    The price of one unit for one interval is `unit_num / unit_den` minor units, exact.
    """

    subscription_id: str
    product_id: str
    since: Day
    unit_num: int
    unit_den: int = 1
    quantity: int = 1
    interval: str = "month"  # day, week, month, quarter, year
    interval_count: int = 1
    metered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChange(Fact):
    """From `changed_on` the item has this price and quantity (quantity 0: the item is gone).

    Comes from invoice lines, billing events or import; `known_on` is the day on which the source
    first said so (an invoice's date), so that a past day sees only what was known then.
    """

    subscription_id: str
    item_id: str
    product_id: str
    changed_on: Day
    known_on: Day
    unit_num: int
    unit_den: int = 1
    quantity: int = 1
    interval: str = "month"
    interval_count: int = 1
    metered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange(Fact):
    """From `changed_on` the subscription has this status type (active, paused, free, …)."""

    subscription_id: str
    changed_on: Day
    known_on: Day
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount(Fact):
    """A recurring discount of a subscription: a share in millionths, or an amount an interval."""

    subscription_id: str
    starts_on: Day
    ends_on: Day | None = None  # first day without it
    percent_millionths: int | None = None  # 25 % = 250,000
    amount_off: Minor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Fact):
    account_id: str
    number: str
    currency: str
    amount_due: Minor
    amount_paid: Minor = 0
    issued_on: Day
    due_on: Day | None = None
    paid_on: Day | None = None
    voided_on: Day | None = None  # void or written off
    status: str = "open"
    attempts: int = 0
    subscription_id: str | None = None
    metered: Minor | None = None  # of it for metered use, less discounts and tax; None: not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Fact):
    account_id: str
    number: str
    amount: Minor
    currency: str
    ordered_on: Day | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement(Fact):
    """What a customer pays for, where a source says so apart from the subscription's product."""

    account_id: str
    product: str
    module: str | None = None
    capacity: int | None = None
    unit: str | None = None
    since: Day | None = None
    until: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(Fact):
    """A support ticket or conversation; `priority` is low, normal, high or urgent after mapping."""

    account_id: str | None
    contact_id: str | None = None
    subject: str = ""
    priority: str = "normal"
    status: str = "open"
    created_at: Instant
    first_reply_at: Instant | None = None
    solved_at: Instant | None = None
    csat: int | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NpsAnswer(Fact):
    account_id: str
    contact_key: str | None = None  # e-mail or contact id
    score: int
    answered_at: Instant
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Fact):
    """An e-mail, call, meeting or note. `held` tells a held meeting or a connected call."""

    account_id: str | None
    kind: str  # email, call, meeting, note
    at: Instant
    direction: str | None = None  # in, out
    held: bool = False
    author: str | None = None
    contact_id: str | None = None
    subject: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal(Fact):
    account_id: str | None
    name: str
    stage: str | None = None
    amount: Minor | None = None
    currency: str | None = None
    created_at: Instant | None = None
    close_on: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(Fact):
    """A scanner or collector installed at the customer."""

    account_id: str
    product: str | None = None
    last_seen_at: Instant | None = None
    status: str | None = None


FACTS: dict[str, type[Fact]] = {
    "account": Account,
    "field_change": FieldChange,
    "person": Person,
    "contact": Contact,
    "product": Product,
    "subscription": Subscription,
    "subscription_item": SubscriptionItem,
    "subscription_change": SubscriptionChange,
    "status_change": StatusChange,
    "discount": Discount,
    "invoice": Invoice,
    "order": Order,
    "entitlement": Entitlement,
    "ticket": Ticket,
    "nps_answer": NpsAnswer,
    "activity": Activity,
    "deal": Deal,
    "agent": Agent,
}
"""Table name -> row class. Usage is not here: it is stored packed, see `usage`."""
