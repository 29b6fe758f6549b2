"""The files of the import format: the columns of each and the maker of its facts.

A new file is one entry of `TABLES` and one maker in `rows`; the order is that in which a file can
refer to another. Usage is apart: see `usage`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from csmdesk.domain.facts import Fact
from csmdesk.jobs.importing import rows, subscriptions
from csmdesk.jobs.importing.known import Known
from csmdesk.jobs.importing.rows import CUSTOMER_COLUMNS
from csmdesk.jobs.importing.values import BadCell, Row


def _no_parts(_: str) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class ImportTable:
    """One file: its columns (first = id), the required ones, and the facts a row becomes."""

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    make: Callable[[Row, Known], list[Fact]]
    fact: str
    """The fact table whose rows count as this file's rows."""
    parts: Callable[[str], dict[str, str]] = _no_parts
    """Id of a row -> fact table and id of what may come with it and goes with it."""
    sort_by: str = ""
    """The column by whose text rows are taken in order; empty: as they stand."""
    key: Callable[[Row], str] | None = None
    """The id of a row, where it is not its first cell."""

    def row_id(self, row: Row) -> str:
        """The id of a row, "" when it tells none."""
        try:
            return row.get(self.columns[0], "") if self.key is None else self.key(row)
        except BadCell:
            return ""


def _table(
    name: str,
    columns: str,
    required: str,
    make: Callable[[Row, Known], list[Fact]],
    fact: str,
    parts: Callable[[str], dict[str, str]] = _no_parts,
    sort_by: str = "",
    key: Callable[[Row], str] | None = None,
) -> ImportTable:
    every, needed = tuple(columns.split()), tuple(required.split())
    return ImportTable(name, every, needed, make, fact, parts, sort_by, key)


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
        "entitlements",
        "customer_id product module capacity unit since until",
        "customer_id product",
        rows.entitlement,
        "entitlement",
        key=rows.entitlement_id,
    ),
    _table(
        "subscriptions",
        "subscription_id customer_id product status quantity amount currency interval"
        " interval_count started_on next_billing_on cancel_at cancelled_on ended_on trial_end"
        " discount_percent discount_ends_on seats metered",
        "subscription_id customer_id product amount started_on",
        subscriptions.subscription,
        "subscription",
        subscriptions.parts,
    ),
    _table(
        "subscription_changes",
        "subscription_id changed_on amount quantity seats status",
        "subscription_id changed_on",
        subscriptions.change,
        "subscription_change",
        subscriptions.change_parts,
        "changed_on",
        subscriptions.change_id,
    ),
    _table(
        "invoices",
        "invoice_id customer_id number amount_due amount_paid currency issued_on due_on paid_on"
        " status attempts metered_amount",
        "invoice_id customer_id amount_due",
        rows.invoice,
        "invoice",
    ),
    _table(
        "orders",
        "order_id customer_id number amount currency ordered_on status",
        "order_id customer_id",
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
CUSTOMERS, USAGE = "customers", "usage"
BY_NAME = {table.name: table for table in TABLES}
NAMES = (*BY_NAME, USAGE)
"""Every import file, in the order in which one can refer to another."""
USAGE_COLUMNS = (
    "customer_id",
    "day",
    "feature",
    "count",
    "users",
    "user_id",
    "product",
    "module",
    "failed",
    "level",
)
USAGE_REQUIRED = ("customer_id", "day", "feature")
"""And one of count and level in every row."""


def columns_of(name: str) -> tuple[str, ...]:
    """The columns of an import file."""
    return USAGE_COLUMNS if name == USAGE else BY_NAME[name].columns


def required_of(name: str) -> tuple[str, ...]:
    return USAGE_REQUIRED if name == USAGE else BY_NAME[name].required


def missing_columns(name: str, columns: Sequence[str]) -> list[str]:
    """Required columns that a file lacks; a usage file needs one of count and level."""
    missing = [column for column in required_of(name) if column not in columns]
    if name == USAGE and not {"count", "level"} & set(columns):
        missing.append("count")
    return missing
