"""A person's decisions about who is who: kept by every later sync, undone exactly, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.store import facts, identity
from csmdesk.store.database import Store, open_store
from csmdesk.store.edits.plan import WRITABLE
from csmdesk.store.sql import fetch
from csmdesk.store.work import apply_edit, redo, undo, work_rows
from tests.store.samples import D, company, customer
from tests.store.test_identity import members, other

ME = "me@us.example"
ONE, TWO, THREE = customer(1), customer(2), customer(3)
ACCOUNTS = ("hubspot:1", "hubspot:2", "hubspot:3", "stripe:s1", "stripe:s2", "posthog:p")


def prepared(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(
            conn,
            [
                *(company(number) for number in (1, 2, 3)),
                other("stripe", "s1", joins=("hubspot:1",)),
                other("stripe", "s2", name="Alone"),
                other("posthog", "p", name="Nobody's"),
            ],
        )
        identity.assign(conn)


@pytest.fixture
def desk(store: Store) -> Store:
    prepared(store)
    return store


def do(store: Store, verb: str, *targets: str, **args: object) -> None:
    with store.write() as conn:
        apply_edit(conn, Edit(verb, targets, args), ME, 1, D)


def sync(store: Store) -> identity.IdentityResult:
    with store.write() as conn:
        return identity.assign(conn)


def who(store: Store, account: str) -> str:
    source, _, key = account.partition(":")
    return members(store)[source, key][0]


def tables(store: Store) -> dict[str, list[Any]]:
    with store.read() as conn:
        return {name: sorted(fetch(conn, f"SELECT * FROM {name}")) for name in WRITABLE}


def test_a_joined_account_stays_joined(desk: Store) -> None:
    do(desk, "join", "posthog:p", customer=TWO)
    sync(desk)
    assert who(desk, "posthog:p") == TWO
    with desk.write() as conn:
        facts.upsert(conn, [other("posthog", "p", joins=("hubspot:3",))])
    sync(desk)
    assert who(desk, "posthog:p") == TWO


def test_joining_the_last_account_merges(desk: Store) -> None:
    alone = who(desk, "stripe:s2")
    do(desk, "tag_add", alone, tags=["vip"])
    do(desk, "join", "stripe:s2", customer=TWO)
    assert who(desk, "stripe:s2") == TWO
    with desk.read() as conn:
        assert identity.resolve(conn, alone) == TWO
        assert fetch(conn, "SELECT customer_id, tag FROM work_tag") == [(TWO, "vip")]


def test_a_merge_keeps_the_older_and_the_work_of_both(desk: Store) -> None:
    for one in (ONE, TWO):
        do(desk, "tag_add", one, tags=["both", one])
        do(desk, "note", one, body="Hello")
        do(desk, "risk", one, score=3)
    before = tables(desk)
    do(desk, "merge", TWO, ONE)
    sync(desk)
    assert {who(desk, one) for one in ("hubspot:1", "hubspot:2", "stripe:s1")} == {ONE}
    with desk.read() as conn:
        assert identity.resolve(conn, TWO) == ONE
        tags = {
            row[0] for row in fetch(conn, "SELECT tag FROM work_tag WHERE customer_id = ?", (ONE,))
        }
        assert tags == {"both", ONE, TWO}
        assert fetch(conn, "SELECT count(*) FROM work_note WHERE customer_id = ?", (ONE,)) == [(2,)]
    with desk.write() as conn:
        undo(conn, ME, 2, D)
    assert tables(desk) == before
    sync(desk)
    assert tables(desk) == before
    with desk.write() as conn:
        redo(conn, ME, 3, D)
    assert who(desk, "hubspot:2") == ONE


def test_a_past_day_shows_the_work_of_both(desk: Store) -> None:
    for one in (ONE, TWO):
        do(desk, "tag_add", one, tags=[one])
    with desk.write() as conn:
        apply_edit(conn, Edit("merge", (ONE, TWO)), ME, 2, D + 1)
        for day in (D, D + 1):
            rows = work_rows(conn, "work_tag", day, ONE)
            assert {row["tag"] for row in rows} == {ONE, TWO}


def test_a_split_account_is_not_joined_again_by_its_id(desk: Store) -> None:
    do(desk, "split", "stripe:s1")
    own = identity.customer_id("stripe", "s1")
    assert who(desk, "stripe:s1") == own
    sync(desk)
    assert who(desk, "stripe:s1") == own
    with desk.read() as conn:
        assert identity.resolve(conn, own) == own
    do(desk, "join", "stripe:s1", customer=ONE)
    sync(desk)
    assert who(desk, "stripe:s1") == ONE


def test_not_the_same_is_remembered_through_a_merge(desk: Store) -> None:
    do(desk, "apart", TWO, THREE)
    do(desk, "merge", ONE, TWO)
    with desk.read() as conn:
        assert identity.apart_pairs(conn) == {frozenset((ONE, THREE))}


def test_what_makes_no_sense_is_refused(desk: Store) -> None:
    for verb, targets, args in (
        ("merge", (ONE,), {}),
        ("merge", (ONE, ONE), {}),
        ("apart", (ONE,), {}),
        ("split", ("hubspot:1",), {}),
        ("split", ("posthog:p",), {}),
        ("join", ("posthog:gone",), {"customer": ONE}),
        ("join", ("posthog:p",), {"customer": "gone"}),
        ("join", ("posthog:p",), {}),
    ):
        before = tables(desk)
        with pytest.raises(BadInput):
            do(desk, verb, *targets, **args)
        assert tables(desk) == before


STEPS = st.one_of(
    st.tuples(st.just("merge"), st.lists(st.integers(0, 5), min_size=2, max_size=3)),
    st.tuples(st.just("apart"), st.lists(st.integers(0, 5), min_size=2, max_size=2)),
    st.tuples(st.just("join"), st.lists(st.integers(0, 5), min_size=2, max_size=3)),
    st.tuples(st.just("split"), st.lists(st.integers(0, 5), min_size=1, max_size=2)),
    st.tuples(st.just("write"), st.lists(st.integers(0, 5), min_size=1, max_size=1)),
    st.tuples(st.sampled_from(("undo", "redo", "sync")), st.just([])),
)


def step(conn: Connection, verb: str, places: list[int]) -> None:
    """One step of a person or a sync; what makes no sense is refused and changes nothing."""
    if verb in ("undo", "redo"):
        (undo if verb == "undo" else redo)(conn, ME, 1, D)
        return
    if verb == "sync":
        identity.assign(conn)
        return
    accounts = [ACCOUNTS[place] for place in places]
    owners = [owner(conn, one) for one in accounts]
    edits = {
        "merge": Edit("merge", tuple(owners)),
        "apart": Edit("apart", tuple(owners)),
        "join": Edit("join", tuple(accounts[1:]), {"customer": owners[0]}),
        "split": Edit("split", tuple(accounts)),
        "write": Edit("note", (owners[0],), {"body": "Hello"}),
    }
    try:
        apply_edit(conn, edits[verb], ME, 1, D)
        if verb == "write":
            apply_edit(conn, Edit("tag_add", (owners[0],), {"tags": ["vip"]}), ME, 1, D)
    except BadInput:
        return


def owner(conn: Connection, account: str) -> str:
    source, _, key = account.partition(":")
    sql = "SELECT customer_id FROM identity WHERE source = ? AND source_id = ?"
    found = fetch(conn, sql, (source, key))
    return str(found[0][0]) if found else ""


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "desk.sqlite"
        store = open_store(path)
        prepared(store)
        store.close()
        yield path


class _Stop(Exception):
    """Rolls an example back."""


@settings(max_examples=120, deadline=None)
@given(st.lists(STEPS, max_size=10))
def test_no_work_is_lost_and_no_account_doubled(
    template: Path, steps: list[tuple[str, list[int]]]
) -> None:
    store = open_store(template, check=False)
    try:
        with store.write() as conn:
            for verb, places in steps:
                before = {name: fetch(conn, f"SELECT * FROM {name}") for name in WRITABLE}
                last = fetch(conn, "SELECT max(audit_id) FROM audit")
                step(conn, verb, places)
                check(conn)
                if verb in ("merge", "split", "join", "apart") and last != fetch(
                    conn, "SELECT max(audit_id) FROM audit"
                ):
                    undo(conn, ME, 1, D)
                    after = {name: fetch(conn, f"SELECT * FROM {name}") for name in WRITABLE}
                    assert after == before
                    redo(conn, ME, 1, D)
                    check(conn)
            raise _Stop
    except _Stop:
        pass
    finally:
        store.close()


def check(conn: Connection) -> None:
    """Every account in one customer that lives, every row of work under one that is reached."""
    live = {row[0] for row in fetch(conn, "SELECT DISTINCT customer_id FROM identity")}
    aliases = {row[0] for row in fetch(conn, "SELECT alias FROM customer_alias")}
    known = {row[0] for row in fetch(conn, "SELECT customer_id FROM customer")}
    assert live <= known - aliases
    for name in ("work_note", "work_tag"):
        for (one,) in fetch(conn, f"SELECT customer_id FROM {name}"):
            assert identity.resolve(conn, one) in live
