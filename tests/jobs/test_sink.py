"""Pages into a real store: one transaction, removals, problems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import Cancelled
from csmdesk.domain.facts import Account, Contact, Discount, Fact, SubscriptionItem
from csmdesk.domain.usage import UsageBatch
from csmdesk.jobs.sink import ROWS_BESIDE_A_WINDOW, StoreSink
from csmdesk.store import cursors, facts
from csmdesk.store.database import Store, open_store
from csmdesk.sync.sink import Children, Listing, Page, Problem

DAY = 20_778
AT = DAY * 86_400


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "desk.sqlite")
    yield opened
    opened.close()


def contact(number: int) -> Contact:
    return Contact(
        source="hubspot", source_id=str(number), account_id="1", name=f"Contact {number}"
    )


def ids(store: Store, table: str, source: str = "hubspot") -> set[str]:
    with store.read() as conn:
        return facts.present_ids(conn, table, source)


@pytest.mark.parametrize("window_open", [False, True])
def test_rows_and_cursor_go_in_together(store: Store, window_open: bool) -> None:
    sink = StoreSink(store, window_open=window_open)
    usage = UsageBatch(
        "posthog", "daily", ["a"] * 30, list(range(DAY - 30, DAY)), [1] * 30, [1] * 30
    )
    page = Page(cursor={"after": "7"}, facts=[*map(contact, range(1200))], usage=[usage])
    assert sink.page("hubspot", "contacts", page, AT) == 1230
    assert sink.cursor("hubspot", "contacts") == {"after": "7"}
    assert sink.page("hubspot", "contacts", page, AT) == 0


class _Impatient(CancelToken):
    """Cancelled at the third look."""

    looks = 0

    def check(self) -> None:
        self.looks += 1
        if self.looks == 3:
            self.cancel()
        super().check()


def test_a_cancel_ends_a_long_page_between_two_parts(store: Store) -> None:
    sink = StoreSink(store, window_open=True, cancel=_Impatient())
    page = Page(cursor={"n": 1}, facts=[contact(n) for n in range(5 * ROWS_BESIDE_A_WINDOW)])
    with pytest.raises(Cancelled):
        sink.page("hubspot", "contacts", page, at=0)
    assert len(ids(store, "contact")) == 2 * ROWS_BESIDE_A_WINDOW
    assert sink.cursor("hubspot", "contacts") is None


def test_a_page_that_fails_leaves_nothing(store: Store) -> None:
    sink = StoreSink(store)
    sink.page("hubspot", "contacts", Page(cursor={"after": "1"}, facts=[contact(1)]), AT)
    bad = UsageBatch("hubspot", "daily", ["a"], [DAY - 1], [-1], [0])
    page = Page(cursor={"after": "2"}, facts=[contact(2)], usage=[bad])
    with pytest.raises(ValueError, match="negative"):
        sink.page("hubspot", "contacts", page, AT)
    assert ids(store, "contact") == {"1"}
    assert sink.cursor("hubspot", "contacts") == {"after": "1"}


def test_a_page_without_a_cursor_leaves_the_stored_one(store: Store) -> None:
    sink = StoreSink(store)
    sink.page("hubspot", "contacts", Page(cursor={"after": "1"}), AT)
    sink.page("hubspot", "contacts", Page(cursor=None, facts=[contact(5)]), AT)
    assert sink.cursor("hubspot", "contacts") == {"after": "1"}


def test_what_the_source_no_longer_has_is_removed(store: Store) -> None:
    sink = StoreSink(store)
    other = Account(source="stripe", source_id="3", name="Other")
    rows: list[Fact] = [contact(1), contact(2), contact(3), other]
    sink.page("hubspot", "contacts", Page(cursor={}, facts=rows), AT)
    listed = [Listing(table="contact", ids={"1"}, first=True), Listing(table="contact", ids=["2"])]
    for part in listed:
        assert sink.page("hubspot", "contacts", Page(cursor=None, listing=part), AT) == 0
    last = Page(cursor={}, listing=Listing(table="contact", last=True))
    assert sink.page("hubspot", "contacts", last, AT) == 1
    assert ids(store, "contact") == {"1", "2"}
    gone = Page(cursor={}, gone={"contact": frozenset({"2", "99"})})
    assert sink.page("hubspot", "contacts", gone, AT) == 1
    assert ids(store, "contact") == {"1"}
    assert ids(store, "account", "stripe") == {"3"}


def test_children_follow_their_parent(store: Store) -> None:
    sink = StoreSink(store)

    def item(name: str, parent: str) -> SubscriptionItem:
        return SubscriptionItem(
            source="stripe",
            source_id=name,
            subscription_id=parent,
            product_id="p",
            since=DAY,
            unit_num=1,
        )

    discount = Discount(source="stripe", source_id="d1", subscription_id="s1", starts_on=DAY - 9)
    rows: list[Fact] = [item("a", "s1"), item("b", "s1"), item("c", "s2"), discount]
    sink.page("stripe", "subscriptions", Page(cursor={}, facts=rows), AT)
    parents = frozenset({"s1"})
    family = [
        Children("subscription_item", "subscription_id", parents, frozenset({"a"})),
        Children("discount", "subscription_id", parents, frozenset(), "ends_on", DAY),
    ]
    assert sink.page("stripe", "subscriptions", Page(cursor={}, children=family), AT) == 2
    assert ids(store, "subscription_item", "stripe") == {"a", "c"}
    assert ids(store, "discount", "stripe") == {"d1"}
    with store.read() as conn:
        assert conn.exec_driver_sql("SELECT ends_on FROM fact_discount").scalar() == DAY
    # A discount that is over stays over.
    assert sink.page("stripe", "subscriptions", Page(cursor={}, children=family), AT + 86_400) == 0


def test_problems_are_listed_until_fixed(store: Store) -> None:
    sink = StoreSink(store)
    problems = [Problem("7", "no date", "{}"), Problem("8", "no date")]
    sink.page("stripe", "events", Page(cursor={}, of="invoices", problems=problems), AT)
    assert sink.problem_ids("stripe", "invoices") == ["7", "8"]
    assert sink.problem_ids("stripe", "events") == []
    sink.page("stripe", "invoices", Page(cursor=None, fixed=frozenset({"7"})), AT)
    with store.read() as conn:
        assert [one.source_id for one in cursors.problems(conn)] == ["8"]
