"""What earlier imports brought: rows may refer to it, for a file need not come again."""

from __future__ import annotations

from collections.abc import Collection

from csmdesk.domain.facts import SubscriptionItem
from csmdesk.jobs.importing.known import SOURCE, Known
from csmdesk.store import facts
from csmdesk.store.database import Connection

_ITEM = (
    *("source_id", "subscription_id", "product_id", "since", "unit_num", "unit_den", "quantity"),
    *("interval", "interval_count", "metered"),
)


def recall(conn: Connection, known: Known, coming: Collection[str], *, mirror: bool) -> None:
    """Add what is stored to what the `coming` files will tell. A file that is mirrored tells all."""
    told = frozenset(coming) if mirror else frozenset()
    if "customers" not in told:
        known.customers |= facts.present_ids(conn, "account", SOURCE)
    if "usage" in coming and "contacts" not in told:
        _contacts(conn, known)
    if "subscriptions" in coming and "entitlements" not in told:
        _entitlements(conn, known)
    if "subscription_changes" in coming and "subscriptions" not in told:
        _subscriptions(conn, known)


def _contacts(conn: Connection, known: Known) -> None:
    for account, email, own_id in facts.values(
        conn, "contact", SOURCE, "account_id", "email", "source_id"
    ):
        if email:
            known.contacts[account, email.lower()] = own_id


def _entitlements(conn: Connection, known: Known) -> None:
    names = ("account_id", "product", "module", "unit", "capacity", "since", "until")
    for account, product, module, unit, *rest in facts.values(conn, "entitlement", SOURCE, *names):
        known.entitle(account, product, module, unit or "", *rest)


def _subscriptions(conn: Connection, known: Known) -> None:
    known.currencies.update(facts.values(conn, "subscription", SOURCE, "source_id", "currency"))
    for row in facts.values(conn, "subscription_item", SOURCE, *_ITEM):
        told = dict(zip(_ITEM, row, strict=True))
        item = SubscriptionItem(source=SOURCE, **told | {"metered": bool(told["metered"])})
        known.items[item.subscription_id] = item
