"""What a foreign file probably is: its table, which column feeds which, its dates and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from csmdesk.jobs.importing.foreign import NUMBERS, is_dated
from csmdesk.jobs.importing.tables import NAMES, columns_of, required_of

ALSO = {
    "customers": ("accounts", "companies", "clients", "kunden"),
    "contacts": ("people", "persons", "users"),
    "subscriptions": ("contracts", "plans"),
    "invoices": ("billing", "bills"),
    "tickets": ("cases", "conversations", "support"),
    "usage": ("events", "activity", "product_usage"),
    "nps": ("surveys", "responses"),
    "activities": ("engagements", "touchpoints"),
}
"""Other names of import files."""
ALIASES = {
    "customer_id": ("account_id", "company_id", "client_id", "customer", "account", "id"),
    "contact_id": ("person_id", "id"),
    "subscription_id": ("contract_id", "id"),
    "invoice_id": ("id",),
    "order_id": ("id",),
    "ticket_id": ("case_id", "conversation_id", "id"),
    "response_id": ("answer_id", "id"),
    "activity_id": ("engagement_id", "id"),
    "agent_id": ("device_id", "id"),
    "name": ("account_name", "company_name", "customer_name", "company", "full_name"),
    "domain": ("website", "web_domain", "url"),
    "owner": ("csm", "csm_email", "account_owner", "owner_email", "success_manager"),
    "tier": ("plan", "segment", "customer_tier"),
    "stage": ("lifecycle_stage", "phase"),
    "created_on": ("created", "created_at", "create_date", "customer_since", "created_date"),
    "renewal_on": ("renewal", "renewal_date", "contract_end", "next_renewal"),
    "churned_on": ("churned", "churn_date", "lost_on"),
    "acv": ("arr", "annual_contract_value", "contract_value", "annual_value"),
    "amount": ("price", "mrr", "value", "total"),
    "amount_due": ("amount", "total", "invoice_amount"),
    "amount_paid": ("paid", "paid_amount"),
    "metered_amount": ("metered", "usage_amount", "overage"),
    "issued_on": ("invoice_date", "date", "issued", "created"),
    "due_on": ("due_date", "due"),
    "paid_on": ("paid_date", "payment_date"),
    "started_on": ("start", "start_date", "started", "begin"),
    "ended_on": ("end", "end_date", "ended"),
    "interval": ("billing_period", "period", "billing_interval"),
    "product": ("plan", "product_name", "sku"),
    "email": ("e_mail", "mail", "email_address"),
    "title": ("job_title", "position"),
    "last_seen_at": ("last_seen", "last_login"),
    "at": ("date", "timestamp", "occurred_at", "created_at"),
    "created_at": ("created", "opened_at", "date", "opened"),
    "solved_at": ("closed_at", "solved", "resolved_at"),
    "day": ("date", "usage_date"),
    "feature": ("event", "event_name", "feature_name"),
    "count": ("events", "event_count", "total", "uses"),
    "answered_on": ("date", "answered_at", "submitted_at"),
    "score": ("nps", "rating", "nps_score"),
    "currency": ("currency_code",),
    "industry": ("sector", "vertical"),
    "parent_id": ("parent", "parent_account_id"),
    "tags": ("labels",),
}
"""Other names of columns, in lower case with "_" between words."""
_DATES = (
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}"), ("%d.%m.%Y",)),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}"), ("%d/%m/%Y", "%m/%d/%Y")),
    (re.compile(r"\d{1,2}-\d{1,2}-\d{4}"), ("%d-%m-%Y",)),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2}"), ("%Y/%m/%d",)),
)
_COMMA = re.compile(r"[-+]?(\d{1,3}([.\s'\u2019]\d{3})+|\d+),\d{1,2}")
_POINT = re.compile(r"[-+]?\d{1,3}([,\s'\u2019]\d{3})+(\.\d+)?")


def table_of(stem: str, columns: Sequence[str]) -> str:
    """The import file that a file is most like, "" when it is like none."""
    name = plain(stem)
    for known in NAMES:
        if name == known or name in ALSO.get(known, ()):
            return known
    best, most = "", 0
    for known in NAMES:
        mapped = set(columns_for(known, columns).values())
        if set(required_of(known)) <= mapped and len(mapped) > most:
            best, most = known, len(mapped)
    if best:
        return best
    return next(
        (one for one in NAMES if name.endswith((f"_{one}",)) or name.startswith(f"{one}_")), ""
    )


def columns_for(table: str, columns: Sequence[str]) -> dict[str, str]:
    """Column of the file -> ours, for those that can be told; each of ours once."""
    found = {column: column for column in columns if column in columns_of(table)}
    by_name = {plain(column): column for column in reversed(columns)}
    for ours in columns_of(table):
        if ours in found.values():
            continue
        for name in (ours, *ALIASES.get(ours, ())):
            column = by_name.get(name)
            if column is not None and column not in found:
                found[column] = ours
                break
    return found


def plain(name: str) -> str:
    """ "Account ID" -> "account_id"."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.casefold()).strip("_")


def date_format(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The format of a file's dates by their look, "" for ISO 8601 (or none that is known). All rows
    count: in a file in the order of its dates, the first hundreds may all be of 01/02."""
    dated = [place for place, column in enumerate(columns) if is_dated(column)]
    cells = {row[place] for row in rows for place in dated if row[place]}
    for look, formats in _DATES:
        alike = [cell for cell in cells if look.fullmatch(cell)]
        if not alike or 2 * len(alike) < len(cells):
            continue
        american = any(int(re.split(r"\D", cell)[1]) > 12 for cell in alike)
        return formats[-1] if american else formats[0]
    return ""


def decimal_sign(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """ "," or "." when a file's numbers are not written plainly, else ""."""
    counted = [place for place, column in enumerate(columns) if column in NUMBERS]
    cells = [row[place] for row in rows for place in counted if row[place]]
    if any(_COMMA.fullmatch(cell) for cell in cells):
        return ","
    return "." if any(_POINT.fullmatch(cell) for cell in cells) else ""
