"""The vendors' own clients page through the sandbox: independent judges of its paging and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from csmdesk.sandbox.world import World
from tests.sandbox.process import KEY, TODAY, Sandbox, running

CUSTOMERS = 30


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running("--customers", str(CUSTOMERS)) as started:
        yield started


@pytest.fixture(scope="module")
def world() -> World:
    return World(7, CUSTOMERS, date.fromisoformat(TODAY))


def billed(world: World) -> tuple[int, int, int]:
    """How many customers, subscriptions and invoices there are in billing."""
    owners = [owner for index in range(world.count) for owner in world.billing(index)]
    subscriptions = sum(len(owner.subscriptions) for owner in owners)
    return len(owners), subscriptions, sum(len(owner.invoices) for owner in owners)


def test_hubspot_sdk(sandbox: Sandbox, world: World) -> None:
    from hubspot_sdk import HubSpot

    client = HubSpot(access_token=KEY, base_url=sandbox.base_url("hubspot"))
    objects = client.crm.objects
    indices = range(world.count)
    archived = [index for index in indices if world.company(index).archived]
    companies = {row.id for row in objects.companies.list(limit=25)}
    assert companies == {world.company(i).hubspot_id for i in indices if i not in archived}
    contacts = sum(len(world.contacts(index)) for index in indices if index not in archived)
    assert len({row.id for row in objects.contacts.list(limit=100)}) == contacts


def test_stripe(sandbox: Sandbox, world: World) -> None:
    import stripe

    addresses: stripe.BaseAddresses = {"api": sandbox.base_url("stripe")}
    client = stripe.StripeClient(KEY, base_addresses=addresses)
    customers, subscriptions, invoices = billed(world)
    listed = client.v1.customers.list({"limit": 20}).auto_paging_iter()
    assert len({row.id for row in listed}) == customers
    every = client.v1.subscriptions.list({"limit": 20, "status": "all"}).auto_paging_iter()
    assert len({row.id for row in every}) == subscriptions
    bills = client.v1.invoices.list({"limit": 100}).auto_paging_iter()
    assert len({row.id for row in bills}) == invoices


def test_chargebee(sandbox: Sandbox, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from chargebee import Chargebee

    monkeypatch.setattr(Chargebee, "verify_ca_certs", False)  # the sandbox speaks plain HTTP
    client = Chargebee(api_key=KEY, site="sandbox", protocol="http")
    client.env.api_endpoint = sandbox.base_url("chargebee") + "/api/v2"

    def ids(name: str) -> set[str]:
        resource = getattr(client, name)
        found: set[str] = set()
        params = {"limit": 40, "sort_by": {"asc": "updated_at"}}
        while True:
            page = resource.list(params)
            found |= {getattr(row, name.lower()).id for row in page.list}
            if not page.next_offset:
                return found
            params["offset"] = page.next_offset

    counts = tuple(len(ids(name)) for name in ("Customer", "Subscription", "Invoice"))
    assert counts == billed(world)


def test_intercom(sandbox: Sandbox, world: World) -> None:
    """Companies alone: this client takes a tenth of a second for each conversation."""
    from intercom import Intercom

    client = Intercom(token=KEY, base_url=sandbox.base_url("intercom"))
    found = {row.company_id for row in client.companies.list(per_page=25)}
    assert {world.usage_key(index) for index in range(world.count)} >= found
    assert len(found) == intercom_companies(sandbox) > 25


def intercom_companies(sandbox: Sandbox) -> int:
    page = sandbox.call("intercom", "POST", "/companies/list?page=1&per_page=5").json()
    return int(page["total_count"])
