from __future__ import annotations

from hashlib import blake2b

from csmdesk.domain.edits import Edit
from csmdesk.domain.facts import Account
from csmdesk.store import facts, identity
from csmdesk.store.database import Store
from csmdesk.store.sql import fetch
from csmdesk.store.work import apply_edit
from tests.store.samples import D, company, customer


def other(source: str, source_id: str, name: str = "", **fields: object) -> Account:
    return Account(source=source, source_id=source_id, name=name or source_id, **fields)  # type: ignore[arg-type]


def members(store: Store) -> dict[tuple[str, str], tuple[str, str]]:
    with store.read() as conn:
        rows = fetch(conn, "SELECT source, source_id, customer_id, how FROM identity")
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def questions(store: Store) -> dict[tuple[str, str], str]:
    with store.read() as conn:
        rows = fetch(conn, "SELECT source, source_id, kind FROM data_quality")
    return {(row[0], row[1]): row[2] for row in rows}


def test_ids_are_the_hash_of_the_anchor() -> None:
    assert identity.customer_id("hubspot", "7") == blake2b(b"hubspot:7").hexdigest()[:16]


def test_explicit_id_then_domain_then_name(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(
            conn,
            [
                *(company(number) for number in range(4)),
                other("stripe", "by_id", domain="c2.example", joins=("hubspot:1",)),
                other("stripe", "by_domain", name="Company 3", domain="C2.example"),
                other("intercom", "by_name", name="  company   3 "),
                other("stripe", "alone", name="Solo", joins=("key:solo",)),
                other("posthog", "solo", joins=("key:solo",)),
                other("posthog", "lost"),
                other("intercom", "mail", domain="gmail.com"),
            ],
        )
        result = identity.assign(conn)
        assert identity.assign(conn).created == 0
    found = members(store)
    assert found["stripe", "by_id"] == (customer(1), "id")
    assert found["stripe", "by_domain"] == (customer(2), "domain")
    assert found["intercom", "by_name"] == (customer(3), "name")
    assert found["posthog", "solo"] == (identity.customer_id("stripe", "alone"), "id")
    assert questions(store) == {("posthog", "lost"): "unjoined", ("intercom", "mail"): "unjoined"}
    assert (result.customers, result.created, result.joined) == (5, 5, 4)
    assert (result.unjoined, result.ambiguous, result.merged) == (2, 0, 0)


def test_ambiguous_joins_nobody_until_it_is_clear(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, [company(1), company(2), other("stripe", "s", name="Company 1")])
        facts.upsert(conn, [other("hubspot", "3", name="Company 1")])
        assert identity.assign(conn).ambiguous == 1
    assert questions(store) == {("stripe", "s"): "ambiguous"}
    with store.write() as conn:
        facts.upsert(conn, [other("stripe", "s", name="Company 1", joins=("hubspot:3",))])
        assert identity.assign(conn).ambiguous == 0
    assert members(store)["stripe", "s"][0] == customer(3)
    assert questions(store) == {}


def test_a_later_crm_record_keeps_the_older_id(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, [other("stripe", "s", domain="c1.example")])
        identity.assign(conn)
        facts.upsert(conn, [company(1)])
        identity.assign(conn)
    older = identity.customer_id("stripe", "s")
    assert members(store) == {
        ("stripe", "s"): (older, "anchor"),
        ("hubspot", "1"): (older, "domain"),
    }


def test_merge_keeps_the_older_id_an_alias_and_the_work(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, [company(1), other("stripe", "s", name="Elsewhere")])
        identity.assign(conn)
        younger = identity.customer_id("stripe", "s")
        both = (customer(1), younger)
        apply_edit(conn, Edit("tag_add", both, {"tags": ["both"]}), "me", 1, D)
        apply_edit(conn, Edit("note", (younger,), {"body": "Precious"}), "me", 2, D)
        facts.upsert(conn, [other("stripe", "s", name="Elsewhere", joins=("hubspot:1",))])
        result = identity.assign(conn)
        assert (result.merged, result.customers) == (1, 1)
        assert identity.resolve(conn, younger) == customer(1)
        assert identity.resolve(conn, customer(1)) == customer(1)
        notes = fetch(conn, "SELECT customer_id FROM work_note")
        assert notes == [(customer(1),)]
        again = identity.assign(conn)
        assert (again.merged, again.customers) == (0, 1)
    assert members(store)["stripe", "s"][0] == customer(1)


def test_companies_that_the_crm_itself_merged_are_one(store: Store) -> None:
    """The one that was merged away says into which; its work goes with it."""
    with store.write() as conn:
        facts.upsert(conn, [company(1), company(2)])
        identity.assign(conn)
        apply_edit(conn, Edit("note", (customer(2),), {"body": "Precious"}), "me", 1, D)
        gone = company(2, joins=("hubspot:2", "hubspot:1"), archived=True)
        facts.upsert(conn, [gone])
        assert identity.assign(conn).merged == 1
        assert identity.resolve(conn, customer(2)) == customer(1)
        assert fetch(conn, "SELECT customer_id FROM work_note") == [(customer(1),)]
        assert identity.assign(conn).merged == 0


def test_a_company_may_say_which_ones_were_merged_into_it(store: Store) -> None:
    """HubSpot says so in the one that stays, and of the other only that it is gone."""
    with store.write() as conn:
        facts.upsert(conn, [company(1), company(2), company(3)])
        identity.assign(conn)
        apply_edit(conn, Edit("note", (customer(2),), {"body": "Precious"}), "me", 1, D)
        facts.upsert(conn, [company(1, joins=("hubspot:1", "hubspot:2"))])
        assert identity.assign(conn).merged == 0, "both are still there"
        facts.upsert(conn, [company(2, archived=True), company(3, archived=True)])
        assert identity.assign(conn).merged == 1
        assert fetch(conn, "SELECT customer_id FROM work_note") == [(customer(1),)]
        assert identity.assign(conn).merged == 0


def test_two_companies_of_one_crm_stay_two(store: Store) -> None:
    twin = other("hubspot", "2", name="Company 1", domain="c1.example", joins=("key:a",))
    with store.write() as conn:
        facts.upsert(conn, [company(1, joins=("key:a",)), twin])
        facts.upsert(conn, [other("posthog", "a", joins=("key:a",))])
        result = identity.assign(conn)
    assert (result.customers, result.merged, result.ambiguous) == (2, 0, 1)


def test_emptying_facts_keeps_ids(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, [other("stripe", "s", domain="c1.example")])
        identity.assign(conn)
        facts.delete_source(conn, "stripe")
        identity.assign(conn)
        facts.upsert(conn, [company(1), other("stripe", "s", domain="c1.example")])
        identity.assign(conn)
    older = identity.customer_id("stripe", "s")
    assert {one[0] for one in members(store).values()} == {older}
