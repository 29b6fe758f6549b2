"""`World`: the accounts and their usage at one day, made when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache, partial

from csmdesk.sandbox.shapes import (
    Account,
    Activity,
    BillingCustomer,
    Company,
    Contact,
    Conversation,
    Deal,
    NpsAnswer,
    Owner,
    Price,
    Product,
    Ticket,
)
from csmdesk.sandbox.world import catalog, crm, ids, usage
from csmdesk.sandbox.world.billing import billing_of
from csmdesk.sandbox.world.clock import HORIZON
from csmdesk.sandbox.world.contract import Change, Contract
from csmdesk.sandbox.world.people import SEEN_DAYS, Seen, contacts_of, emails
from csmdesk.sandbox.world.roles import Plan, Role
from csmdesk.sandbox.world.shape import shape_of
from csmdesk.sandbox.world.support import conversations_of, tickets_of
from csmdesk.sandbox.world.temper import temper_of
from csmdesk.sandbox.world.terms import contracts_of
from csmdesk.sandbox.world.touch import activities_of, nps_of

_UNJOINED_STORY = "unjoined"
_KEPT = 512  # companies, contacts and contracts of so many accounts stay at hand


class World:
    """All that happened before 00:00 UTC of `today`; two worlds of one seed agree on the past.

    `customers` is the number of companies on 2026-11-21; a newcomer joins every few days, so
    `count` grows with `today`. Indexes 0 … count-1 are accounts, -1, -2 … unjoined usage groups.
    """

    def __init__(self, seed: int, customers: int, today: date) -> None:
        if customers < 1:
            raise ValueError(f"A world needs at least one customer, not {customers}.")
        if not date(2025, 6, 1) <= today < HORIZON:
            raise ValueError(f"The world spans 2025-06-01 to {HORIZON}, not {today}.")
        self.seed = seed
        self.customers = customers
        self.today = today
        self.owners: tuple[Owner, ...] = catalog.owners(customers)
        self.products: tuple[Product, ...] = catalog.PRODUCTS
        self.prices: tuple[Price, ...] = catalog.PRICES
        self.plan = Plan(customers)
        self.count = self.plan.visible(today)
        self.unjoined_groups: tuple[str, ...] = tuple(
            ids.unjoined_key(n) for n in range(max(1, customers // 100))
        )
        self._companies = lru_cache(maxsize=_KEPT)(self._make_company)
        self._contacts = lru_cache(maxsize=_KEPT)(self._make_contacts)
        self._contracts = lru_cache(maxsize=_KEPT)(self._make_contracts)

    def _make_contracts(self, index: int) -> tuple[Contract, ...]:
        if index < 0:
            begun = date(2025, 1, 1)
            change = Change(begun, catalog.price(catalog.STARTER, "usd", 1), 4)
            return (Contract(0, begun, 0, 1, (change,)),)
        return contracts_of(self.seed, self.plan.role(index))

    def role(self, index: int) -> Role:
        """The part that an account plays. Raises IndexError for an index out of range."""
        if not -len(self.unjoined_groups) <= index < self.count:
            raise IndexError(index)
        if index < 0:
            return Role(index, _UNJOINED_STORY, _UNJOINED_STORY, 0)
        return self.plan.role(index)

    def contracts(self, index: int) -> tuple[Contract, ...]:
        """All contracts of an account, future ones too: the source of bills and ledger."""
        self.role(index)
        return self._contracts(index)

    def account(self, index: int) -> Account:
        """Everything of one account but its usage. Raises IndexError."""
        return Account(
            index,
            self.story(index),
            self.company(index),
            self.contacts(index),
            self.billing(index),
            self.tickets(index),
            self.conversations(index),
            self.activities(index),
            self.nps(index),
            self.deals(index),
        )

    # One section of an account each, for who walks all accounts for one kind of row.

    def company(self, index: int) -> Company:
        """The company record of an account. Raises IndexError, as the others do."""
        return self._companies(index)

    def contacts(self, index: int) -> tuple[Contact, ...]:
        """The people of an account, oldest first: their positions never change."""
        return self._contacts(index)

    def _make_company(self, index: int) -> Company:
        role, contracts = self.role(index), self.contracts(index)
        if index < 0:
            raise IndexError(index)
        return crm.company_of(self.seed, role, contracts, self.owners, self.today)

    def _make_contacts(self, index: int) -> tuple[Contact, ...]:
        role, contracts = self.role(index), self.contracts(index)
        until, days = self._served_until(contracts), max(SEEN_DAYS, role.cycle + 30)
        shape = shape_of(
            role, contracts, temper_of(self.seed, role), until.toordinal() - days, days
        )
        seen = Seen(until, shape.level, shape.pool)
        domain = self.company(index).domain
        created = crm.created_on(role, contracts)
        return contacts_of(self.seed, role, domain, created, self.today, seen)

    def billing(self, index: int) -> tuple[BillingCustomer, ...]:
        """The billing customers of an account: none, one, or two for a duplicate."""
        role, contracts = self.role(index), self.contracts(index)
        return billing_of(role, contracts, self.company(index), self.today)

    def tickets(self, index: int) -> tuple[Ticket, ...]:
        return tickets_of(*self._about(index))

    def conversations(self, index: int) -> tuple[Conversation, ...]:
        return conversations_of(*self._about(index))

    def activities(self, index: int) -> tuple[Activity, ...]:
        return activities_of(*self._about(index))

    def nps(self, index: int) -> tuple[NpsAnswer, ...]:
        return nps_of(*self._about(index))

    def deals(self, index: int) -> tuple[Deal, ...]:
        role, contracts = self.role(index), self.contracts(index)
        return crm.deals_of(role, contracts, self.company(index), self.today)

    def _about(self, index: int) -> tuple[int, Role, Company, tuple[Contact, ...], date]:
        return self.seed, self.role(index), self.company(index), self.contacts(index), self.today

    def _served_until(self, contracts: tuple[Contract, ...]) -> date:
        """Today, or the day on which the last service ended."""
        last = self.today - timedelta(days=1)
        begun = [contract for contract in contracts if contract.start <= last]
        if not begun or any(contract.runs(last) for contract in begun):
            return self.today
        return max(contract.ended or self.today for contract in begun)

    def story(self, index: int) -> str:
        """The story of an account as it stands today; those of the cast stay what they are."""
        role, contracts = self.role(index), self.contracts(index)
        last = self.today - timedelta(days=1)
        if role.part == "seasonal":
            return "paused" if contracts[0].paused(last) else "healthy"
        if role.part not in ("plain", "newcomer"):
            return role.story
        running = [contract for contract in contracts if contract.runs(last)]
        if not running:
            return "churned" if contracts[0].start <= last else "prospect"
        main = running[0]
        if last < main.anchor:
            return "trial"
        if contracts[0].ended and contracts[0].ended <= last:
            return "reactivated"
        if (last - main.anchor).days < 60:
            return "onboarding"
        leaving = main.decided is not None and (main.ended or last) <= last + timedelta(days=45)
        if leaving:
            return "silent" if role.number % 3 == 0 else "declining"
        return "healthy"

    def accounts(self, start: int = 0) -> Iterator[Account]:
        """The accounts from `start` on, one at a time."""
        for index in range(start, self.count):
            yield self.account(index)

    def index_of_hubspot(self, hubspot_id: str) -> int | None:
        """The account of any HubSpot object id (company, contact, ticket, activity, deal)."""
        return self._known(ids.index_of_hubspot(hubspot_id))

    def index_of_stripe(self, stripe_id: str) -> int | None:
        """The account of any Stripe id (customer, subscription, item, invoice, line, event)."""
        return self._known(ids.index_of_stripe(stripe_id))

    def index_of_intercom(self, intercom_id: str) -> int | None:
        """The account of any Intercom id (company, contact, conversation)."""
        return self._known(ids.index_of_intercom(intercom_id))

    def index_of_account_key(self, key: str) -> int | None:
        """The account of a product account key; unjoined groups have none."""
        return self._known(ids.index_of_account_key(key))

    def _known(self, index: int | None) -> int | None:
        return index if index is not None and index < self.count else None

    def intercom_company_id(self, index: int) -> str:
        """The Intercom company id of an account."""
        return ids.intercom_id("company", index)

    def usage_key(self, index: int) -> str:
        """$group_0 of an account, or of unjoined group -1-index."""
        return ids.account_key(index) if index >= 0 else self.unjoined_groups[-1 - index]

    def _usage_source(self, index: int) -> usage.Source:
        role = self.role(index)
        domain = crm.domain_of(crm.naming_index(role)) if index >= 0 else "legacy.example"
        return usage.Source(self.seed, role, self._contracts(index), partial(emails, index, domain))

    def usage_daily(self, index: int, first: date, end: date) -> usage.DailyUsage:
        """Events and distinct people by day, first … min(end, today)-1."""
        return usage.daily(self._usage_source(index), first, min(end, self.today))

    def usage_features(self, index: int, first: date, end: date) -> usage.FeatureUsage:
        """Events by day and feature, first … min(end, today)-1."""
        return usage.features(self._usage_source(index), first, min(end, self.today))

    def usage_users(self, index: int, first: date, end: date) -> usage.PersonUsage:
        """Events by day and person, first … min(end, today)-1."""
        return usage.users(self._usage_source(index), first, min(end, self.today))
