"""The files of the import format: the columns of each and the maker of its facts.

A new file is one entry of `TABLES` and one maker in `rows`. Usage is apart: see `usage`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from csmdesk.domain.facts import Fact
from csmdesk.jobs.importing import rows
from csmdesk.jobs.importing.rows import CUSTOMER_COLUMNS, Known
from csmdesk.jobs.importing.values import Row


@dataclass(frozen=True, slots=True)
class ImportTable:
    """One file: its columns (first = id), the required ones, and the facts a row becomes."""

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    make: Callable[[Row, Known], list[Fact]]
    fact: str
    """The fact table whose rows count as this file's rows."""


def _table(
    name: str, columns: str, required: str, make: Callable[[Row, Known], list[Fact]], fact: str
) -> ImportTable:
    return ImportTable(name, tuple(columns.split()), tuple(required.split()), make, fact)


TABLES = (
    _table("customers", CUSTOMER_COLUMNS, "customer_id name", rows.customer, "account"),
    _table(
        "contacts",
        "contact_id customer_id name email title role created_on last_seen_at is_champion left_on",
        "contact_id customer_id",
        rows.contact,
        "contact",
    ),
    _table(
        "subscriptions",
        "subscription_id customer_id product status quantity amount currency interval"
        " interval_count started_on next_billing_on cancel_at cancelled_on ended_on trial_end"
        " discount_percent discount_ends_on seats metered",
        "subscription_id customer_id product amount started_on",
        rows.subscription,
        "subscription",
    ),
    _table(
        "subscription_changes",
        "subscription_id changed_on amount quantity seats status",
        "subscription_id changed_on",
        rows.subscription_change,
        "subscription_change",
    ),
    _table(
        "entitlements",
        "customer_id product module capacity unit since until",
        "customer_id product",
        rows.entitlement,
        "entitlement",
    ),
    _table(
        "invoices",
        "invoice_id customer_id number amount_due amount_paid currency issued_on due_on paid_on"
        " status attempts",
        "invoice_id customer_id amount_due",
        rows.invoice,
        "invoice",
    ),
    _table(
        "orders",
        "order_id customer_id number amount currency ordered_on status",
        "order_id customer_id amount ordered_on",
        rows.order,
        "order",
    ),
    _table(
        "tickets",
        "ticket_id customer_id subject priority status created_at first_reply_at solved_at csat"
        " body",
        "ticket_id customer_id created_at",
        rows.ticket,
        "ticket",
    ),
    _table(
        "nps",
        "response_id customer_id contact_id score answered_on comment",
        "response_id customer_id score answered_on",
        rows.nps,
        "nps_answer",
    ),
    _table(
        "activities",
        "activity_id customer_id kind direction at author contact_id subject body",
        "activity_id customer_id at",
        rows.activity,
        "activity",
    ),
    _table(
        "agents",
        "agent_id customer_id product last_seen_at status",
        "agent_id customer_id",
        rows.agent,
        "agent",
    ),
)
