"""Whatever changes says so: by its date of change in the CRM, by an event in billing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.world import World

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module", params=[1, 3, 25])
def pair(request: pytest.FixtureRequest) -> tuple[int, list[Account], list[Account]]:
    before, after = World(7, 214, TODAY), World(7, 214, TODAY + timedelta(days=request.param))
    cutoff = (TODAY - date(1970, 1, 1)).days * 86400
    return cutoff, list(before.accounts()), list(after.accounts())


def _changed(before: Iterable[tuple[str, object]], after: Iterable[tuple[str, object]]) -> set[str]:
    known = dict(before)
    return {own_id for own_id, row in after if known.get(own_id) != row}


def test_crm_and_support_rows_are_dated(pair: tuple[int, list[Account], list[Account]]) -> None:
    cutoff, old, new = pair
    for before, after in zip(old, new, strict=False):
        if before.company != after.company:
            assert after.company.updated_at >= cutoff, after.index
        for kind in ("contacts", "tickets", "conversations", "activities", "deals"):
            known = set(getattr(before, kind))
            for row in getattr(after, kind):
                assert row in known or row.updated_at >= cutoff, (after.index, row)


def test_billing_objects_have_events(pair: tuple[int, list[Account], list[Account]]) -> None:
    cutoff, old, new = pair
    for before, after in zip(old, new, strict=False):
        told = {e.object_id for c in after.billing for e in c.events if e.at >= cutoff}
        for kind in ("subscriptions", "invoices"):
            changed = _changed(_rows(before, kind), _rows(after, kind))
            assert changed <= told, (after.index, kind, changed - told)


def _rows(account: Account, kind: str) -> list[tuple[str, object]]:
    return [(row.stripe_id, row) for c in account.billing for row in getattr(c, kind)]
