"""Issues of the data-quality inbox, and what settles them."""

from __future__ import annotations

from csmdesk.domain.edits import Edit
from csmdesk.domain.quality import Issue
from csmdesk.store import facts, identity
from csmdesk.store.cursors import add_problem
from csmdesk.store.database import Store
from csmdesk.store.quality import plain_name, stored_issues
from csmdesk.store.work import apply_edit, undo
from tests.store.samples import D, company, customer
from tests.store.test_identity import other


def found(store: Store) -> dict[str, Issue]:
    with store.read() as conn:
        return {f"{one.kind} {one.key}": one for one in stored_issues(conn)}


def filled(store: Store, *rows: object) -> None:
    with store.write() as conn:
        facts.upsert(conn, rows)  # type: ignore[arg-type]
        identity.assign(conn)


def do(store: Store, verb: str, *targets: str, **args: object) -> None:
    with store.write() as conn:
        apply_edit(conn, Edit(verb, targets, args), "me", 1, D)


def test_names_that_differ_in_spelling_alone() -> None:
    for name in ("ACME, Inc.", "acme inc", "Acme GmbH & Co. KG", "Acme  Ltd", "A.C.M.E."):
        assert plain_name(name).startswith("acme")
    assert plain_name("Acme Inc.") == plain_name("ACME, LLC") == "acme"
    assert plain_name("Acme") != plain_name("Acme Group")
    assert plain_name("Inc") == "inc"


def test_accounts_of_nobody_and_ambiguous_ones(store: Store) -> None:
    filled(
        store,
        company(1),
        company(2),
        other("hubspot", "9", name="Company 1"),
        other("posthog", "p", name="<b>Lost</b>"),
        other("intercom", "i", name="Company 1"),
    )
    issues = found(store)
    assert issues["unjoined posthog:p"].title == "<b>Lost</b>"
    doubtful = issues["ambiguous intercom:i"]
    assert set(doubtful.customers) == {customer(1), customer(9)}
    assert "Company 1" in doubtful.text
    do(store, "join", "posthog:p", customer=customer(2))
    do(store, "join", "intercom:i", customer=customer(1))
    assert set(found(store)) == {f"duplicate {'+'.join(sorted((customer(1), customer(9))))}"}
    with store.write() as conn:
        undo(conn, "me", 2, D)
    assert "ambiguous intercom:i" in found(store)


def test_probable_duplicates(store: Store) -> None:
    filled(
        store,
        other("hubspot", "1", name="Acme Inc.", domain="acme.example"),
        other("hubspot", "2", name="Other", domain="ACME.example"),
        other("hubspot", "3", name="Bolt GmbH"),
        other("hubspot", "4", name="BOLT, Inc"),
        other("hubspot", "5", name="Parent", domain="group.example"),
        other("hubspot", "6", name="Child", domain="group.example", parent_id="5"),
        other("hubspot", "7", name="Mail", domain="gmail.com"),
        other("hubspot", "8", name="Post", domain="gmail.com"),
    )
    pairs = {one.customers for one in found(store).values()}
    assert {frozenset(pair) for pair in pairs} == {
        frozenset((customer(1), customer(2))),
        frozenset((customer(3), customer(4))),
    }
    do(store, "apart", customer(1), customer(2))
    do(store, "merge", customer(3), customer(4))
    assert found(store) == {}


def test_rows_that_a_source_could_not_deliver(store: Store) -> None:
    with store.write() as conn:
        add_problem(conn, "hubspot", "contacts", "7", "createdate is not a date", "{}")
    (issue,) = found(store).values()
    assert (issue.kind, issue.title, issue.source) == ("refused", "contacts 7", "HubSpot")
