"""The world is one world: independent of when and how it is asked."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from csmdesk.sandbox.shapes import Account, Contact, Deal
from csmdesk.sandbox.world import World

SEED = 7
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def world() -> World:
    return World(SEED, 214, TODAY)


@pytest.fixture(scope="module")
def accounts(world: World) -> list[Account]:
    return list(world.accounts())


def _ids(account: Account) -> dict[str, list[str]]:
    """Every id of an account by kind, in the order shown."""
    return {
        "contacts": [row.hubspot_id for row in account.contacts],
        "billing": [row.stripe_id for row in account.billing],
        "subscriptions": [s.stripe_id for c in account.billing for s in c.subscriptions],
        "invoices": [i.stripe_id for c in account.billing for i in c.invoices],
        "lines": [n.stripe_id for c in account.billing for i in c.invoices for n in i.lines],
        "events": [e.stripe_id for c in account.billing for e in c.events],
        "tickets": [row.hubspot_id for row in account.tickets],
        "conversations": [row.intercom_id for row in account.conversations],
        "activities": [row.hubspot_id for row in account.activities],
        "nps": [row.uuid for row in account.nps],
        "deals": [row.hubspot_id for row in account.deals],
    }


def test_same_arguments_give_the_same_world(accounts: list[Account]) -> None:
    again = World(SEED, 214, TODAY)
    assert [again.account(n) for n in (213, 40, 0)] == [accounts[n] for n in (213, 40, 0)]


def test_the_reference_day_has_exactly_the_customers_asked_for() -> None:
    assert [World(1, n, TODAY).count for n in (1, 2, 20, 214, 10_000)] == [1, 2, 20, 214, 10_000]


@pytest.mark.parametrize("days", [1, 9, 120])
def test_a_later_day_only_adds(accounts: list[Account], days: int) -> None:
    later = World(SEED, 214, TODAY + timedelta(days=days))
    assert later.count >= len(accounts)
    cutoff = int((TODAY - date(1970, 1, 1)).days) * 86400
    for index in range(0, len(accounts), 3):
        before, after = accounts[index], later.account(index)
        for kind, old in _ids(before).items():
            assert kind == "events" or set(old) <= set(_ids(after)[kind]), kind
        kept = [event for event in _events(before) if event[2] >= cutoff + (days - 30) * 86400]
        assert set(kept) <= set(_events(after))
        assert after.company.hubspot_id == before.company.hubspot_id
        known = tuple(c for c in after.company.history if c.at < cutoff)
        assert known == before.company.history
        assert tuple(a for a in after.activities if a.at < cutoff) == before.activities
        assert tuple(a for a in after.nps if a.at < cutoff) == before.nps
        kept = after.contacts[: len(before.contacts)]
        assert [_lasting(c) for c in kept] == [_lasting(c) for c in before.contacts]
        assert set(map(_deal_terms, before.deals)) <= set(map(_deal_terms, after.deals))


def _events(account: Account) -> list[tuple[str, str, int, str]]:
    return [(e.stripe_id, e.type, e.at, e.object_id) for c in account.billing for e in c.events]


def _lasting(contact: Contact) -> tuple[object, ...]:
    """What a later day may not change of a contact."""
    c = contact
    return (c.hubspot_id, c.intercom_id, c.email, c.title, c.buying_role, c.created_at)


def _deal_terms(deal: Deal) -> tuple[object, ...]:
    return (deal.hubspot_id, deal.name, deal.amount, deal.created_at, deal.close_date)


def test_ids_are_unique_and_tell_their_customer(world: World, accounts: list[Account]) -> None:
    seen: set[str] = set()
    for account in accounts:
        for kind, found in _ids(account).items():
            assert len(found) == len(set(found)), (account.index, kind)
            assert seen.isdisjoint(found)
            seen.update(found)
        assert world.index_of_hubspot(account.company.hubspot_id) == account.index
        for kind in ("contacts", "tickets", "activities", "deals"):
            assert {world.index_of_hubspot(i) for i in _ids(account)[kind]} <= {account.index}
        for kind in ("billing", "subscriptions", "invoices", "lines", "events"):
            assert {world.index_of_stripe(i) for i in _ids(account)[kind]} <= {account.index}
        for conversation in account.conversations:
            assert world.index_of_intercom(conversation.intercom_id) == account.index
        assert world.index_of_account_key(account.company.account_key or "") == account.index


@pytest.mark.parametrize("text", ["", "x", "99999999999999", "cus_nothing", "acct_999999", "6a5d"])
def test_a_foreign_id_has_no_customer(world: World, text: str) -> None:
    assert world.index_of_hubspot(text) is None
    assert world.index_of_stripe(text) is None
    assert world.index_of_intercom(text) is None
    assert world.index_of_account_key(text) is None


def test_nothing_of_today_or_later_is_visible(accounts: list[Account]) -> None:
    end = (TODAY - date(1970, 1, 1)).days * 86400
    for account in accounts:
        instants = [account.company.created_at, account.company.updated_at]
        instants += [c.updated_at for c in account.contacts]
        instants += [c.last_seen_at or 0 for c in account.contacts]
        instants += [t.updated_at for t in account.tickets]
        instants += [a.at for a in account.activities] + [n.at for n in account.nps]
        instants += [c.updated_at for c in account.conversations]
        instants += [d.updated_at for d in account.deals]
        for customer in account.billing:
            instants += [e.at for e in customer.events]
            for bill in customer.invoices:
                instants += [bill.created_at, bill.paid_at or 0, bill.voided_at or 0]
            for subscription in customer.subscriptions:
                instants += [subscription.canceled_at or 0, subscription.ended_at or 0]
        assert max(instants) < end, account.index


def test_the_portfolio_is_plausible(accounts: list[Account]) -> None:
    values = [
        float(a.company.acv) for a in accounts if a.company.acv and a.company.currency == "USD"
    ]
    assert 8_000 < float(np.median(values)) < 30_000
    tiers = [account.company.tier for account in accounts]
    share = {tier: tiers.count(tier) / len(tiers) for tier in ("T1", "T2", "T3", "T4")}
    assert 0.01 < share["T1"] < 0.15
    assert min(share["T2"], share["T3"], share["T4"]) > 0.1
    counted = [
        account
        for account in accounts
        if any(
            s.status in ("active", "past_due") and not s.paused
            for c in account.billing
            for s in c.subscriptions
        )
    ]
    assert 165 <= len(counted) <= 205
    currencies = {a.company.currency for a in accounts}
    assert currencies == {"USD", "EUR", "GBP", "JPY", "KWD"}
    months = len(accounts) * 24
    assert 0.15 < sum(len(a.tickets) for a in accounts) / months < 1.0
    owners = {a.company.owner_id for a in accounts}
    assert None in owners
    assert len(owners) >= 7


def test_every_story_has_someone(accounts: list[Account]) -> None:
    stories = {account.story for account in accounts}
    wanted = {
        "healthy", "silent", "declining", "champion_gone", "overdue", "near_capacity", "shelfware",
        "onboarding", "churned", "paused", "trial", "prospect", "free", "past_due", "detractor",
        "drifting", "duplicate", "mismatch", "reactivated", "no_csm", "inactive",
    }  # fmt: skip
    always = wanted - {"silent", "trial", "onboarding"}
    assert always <= stories
    over_time = set(stories)
    for days in range(5, 100, 5):
        later = World(SEED, 214, TODAY + timedelta(days=days))
        over_time |= {later.story(index) for index in range(later.count)}
    assert wanted <= over_time


@pytest.mark.parametrize("today", [date(2026, 1, 5), date(2029, 7, 1), date(2034, 12, 24)])
def test_life_goes_on(today: date) -> None:
    world = World(SEED, 214, today)
    last = today - timedelta(days=1)
    ended, active, joined = 0, 0, 0
    for index in range(world.count):
        contracts = world.contracts(index)
        active += any(c.mrr(last) for c in contracts)
        joined += bool(contracts) and last - timedelta(days=60) < contracts[0].anchor <= last
        ended += any(
            c.ended
            and last - timedelta(days=365) < c.ended <= last
            and not any(o.runs(c.ended) for o in contracts)
            for c in contracts
        )
    assert 150 <= active <= 225
    assert 0.04 < ended / active < 0.18
    assert joined >= 1


def test_a_hundred_thousand_customers_are_made_one_by_one() -> None:
    world = World(SEED, 100_000, TODAY)
    assert world.count == 100_000
    for index in (0, 1, 49_999, 81_000, 99_999):
        account = world.account(index)
        assert world.index_of_hubspot(account.company.hubspot_id) == index
    stream = world.accounts(99_990)
    assert [account.index for account in stream] == list(range(99_990, 100_000))
    domains = {world.account(index).company.domain for index in range(0, 100_000, 500)}
    assert len(domains) == 200


def test_an_index_out_of_range_is_refused(world: World) -> None:
    for index in (world.count, -len(world.unjoined_groups) - 1):
        with pytest.raises(IndexError):
            world.role(index)
    with pytest.raises(IndexError):
        world.account(-1)


@pytest.mark.parametrize(("customers", "today"), [(0, TODAY), (10, date(2040, 1, 1))])
def test_an_impossible_world_is_refused(customers: int, today: date) -> None:
    with pytest.raises(ValueError, match="world"):
        World(SEED, customers, today)
