"""What the engine reads: every fact as columns, joined to customers, plus a person's risk scores."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from csmdesk.domain.columns import Bools, Columns
from csmdesk.domain.usage import Usage

KINDS = ("crm", "billing", "usage", "support")


@dataclass(frozen=True, slots=True)
class SourceState:
    """A connected source. `kinds` ⊂ KINDS; `fresh_on` = day of its last complete read or MISSING."""

    name: str
    title: str
    kinds: tuple[str, ...]
    fresh_on: int
    read_at: int
    failed: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """Daily exchange rates into the reporting currency: per currency, days ascending with the rate
    that holds from that day on, as an exact fraction of *minor* unit per *minor* unit."""

    reporting: str
    days: dict[str, list[int]]
    values: dict[str, list[Fraction]]


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of a workspace as columns; row i of `customers` is customer i.

    `ids` is sorted (customer_id, 16 hex digits). `customers` has the anchor's fields merged over
    all joined accounts (CRM before billing before support before usage): name, domain, owner_id,
    owner (name), owner_email, tier, stage, success_program, acv, acv_currency, renewal_on, industry,
    created_on, assigned_on, churned_on, flag, tags, all_tags (with those that people gave, as of
    now), url, anchor_source, anchor_id, and joined_crm, joined_billing, joined_usage, joined_support
    (bool arrays), accounts (how many accounts joined).

    `tables[name]` (names of `domain.facts.FACTS` but account) has the class's fields as columns
    plus `customer` (int64 row index, MISSING when it joins none). Child tables of a subscription
    (items, changes, status changes, discounts) have `subscription` = row index in
    `tables["subscription"]`. Instants stay instants and have a `<name>_day` column beside them in
    the workspace's time zone. Rows are sorted by (customer, source, source_id), archived are left
    out (but for persons: an archived owner still owns companies), and so are ids and texts of long
    tables that no figure needs (`UNREAD` in `store/load_tables.py`).
    `risk`: the CSM's own scores, columns customer, score (0-10), set_on (day), one row per setting.
    """

    ids: tuple[str, ...]
    customers: Columns
    tables: dict[str, Columns]
    usage: Usage
    sources: tuple[SourceState, ...]
    risk: Columns
    rates: Rates

    @property
    def count(self) -> int:
        return len(self.ids)

    def joined(self, kind: str) -> Bools:
        """Which customers have an account in a source of this kind."""
        return cast(Bools, self.customers[f"joined_{kind}"])

    def connected(self, kind: str) -> bool:
        return any(kind in source.kinds for source in self.sources)
