from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.days import MISSING, day_of_instant, parse_day
from csmdesk.domain.edits import Edit
from csmdesk.domain.facts import (
    FACTS,
    Account,
    Activity,
    Contact,
    Fact,
    Invoice,
    NpsAnswer,
    Person,
    Product,
    Subscription,
    SubscriptionItem,
    Ticket,
)
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Money, Settings, Source
from csmdesk.domain.source_status import Reading
from csmdesk.store import cursors, facts, identity, rates
from csmdesk.store.database import Store
from csmdesk.store.load import load_facts
from csmdesk.store.load_tables import UNREAD, days_of
from csmdesk.store.work import apply_edit
from tests.store.samples import D, company, customer

NOON = D * 86_400 + 43_200


def loaded(store: Store, *rows: Fact, settings: Settings | None = None) -> Facts:
    with store.write() as conn:
        facts.upsert(conn, rows)
        identity.assign(conn)
    with store.read() as conn:
        return load_facts(conn, settings or Settings())


def subscription(source_id: str, account: str) -> Subscription:
    return Subscription(
        source="stripe",
        source_id=source_id,
        account_id=account,
        status="active",
        currency="USD",
        started_on=D - 90,
    )


def item(source_id: str, parent: str) -> SubscriptionItem:
    return SubscriptionItem(
        source="stripe",
        source_id=source_id,
        subscription_id=parent,
        product_id="p",
        since=D - 90,
        unit_num=100,
    )


def stripe(source_id: str, joins: tuple[str, ...] = (), **fields: object) -> Account:
    return Account(source="stripe", source_id=source_id, name="Biller", joins=joins, **fields)  # type: ignore[arg-type]


def test_an_empty_workspace_has_every_table(store: Store) -> None:
    found = loaded(store)
    assert found.ids == ()
    assert set(found.tables) == set(FACTS) - {"account"}
    for name, table in found.tables.items():
        assert table.length == 0
        told = {*FACTS[name].__dataclass_fields__, "customer"}
        assert set(table) >= told - set(UNREAD.get(name, ()))
    assert found.customers.ints("acv").dtype == np.int64
    assert found.customers["joined_crm"].dtype == bool


def test_an_archived_owner_still_owns(store: Store) -> None:
    gone = Person(source="hubspot", source_id="o", name="Olga", email="o@us.example", archived=True)
    found = loaded(store, company(1, owner_id="o"), gone)
    assert (found.customers["owner"], found.customers["owner_email"]) == (
        ["Olga"],
        ["o@us.example"],
    )
    assert found.tables["person"]["name"] == ["Olga"]


def test_fields_merge_by_rank_of_source(store: Store) -> None:
    found = loaded(
        store,
        company(1, owner_id="o", tier=None, acv=500, currency="EUR", tags=(), renewal_on=D + 9),
        stripe("a", ("hubspot:1",), tier="T2", owner_id="z", acv=900, currency="USD", tags=("b",)),
        Account(source="intercom", source_id="i", name="I", tier="T3", domain="c1.example"),
        Person(source="hubspot", source_id="o", name="Olga", email="olga@us.example"),
        Person(source="stripe", source_id="o", name="Nobody"),
    )
    row = found.customers
    assert found.ids == (customer(1),)
    assert row["name"] == ["Company 1"]
    assert (row["owner"], row["owner_email"]) == (["Olga"], ["olga@us.example"])
    assert (row["tier"], row["tags"]) == (["T2"], [("b",)])
    assert (row.ints("acv")[0], row["acv_currency"]) == (500, ["EUR"])
    assert row.ints("renewal_on")[0] == D + 9
    assert row.ints("created_on")[0] == MISSING
    assert (row["anchor_source"], row["anchor_id"]) == (["hubspot"], ["1"])
    assert [bool(found.joined(kind)[0]) for kind in ("crm", "billing", "usage", "support")] == [
        True,
        True,
        False,
        True,
    ]
    assert row.ints("accounts")[0] == 3


def test_rows_find_their_customer_and_subscription(store: Store) -> None:
    found = loaded(
        store,
        company(1),
        company(2),
        company(3, archived=True),
        *(stripe(f"s{n}", (f"hubspot:{n}",)) for n in (1, 2)),
        subscription("subB", "s2"),
        subscription("subA", "s1"),
        subscription("subC", "stranger"),
        item("i1", "subB"),
        item("i2", "subA"),
        item("i3", "unknown"),
        item("i4", "subC"),
        Product(source="stripe", source_id="p", name="Portal", modules=("a", "b")),
        Contact(source="hubspot", source_id="c", account_id="2", name="Ann"),
        Contact(source="hubspot", source_id="gone", account_id="2", name="Bob", archived=True),
        Contact(source="hubspot", source_id="x", account_id="3", name="Cy"),
        Ticket(source="hubspot", source_id="t", account_id=None, contact_id="c", created_at=NOON),
        Ticket(source="hubspot", source_id="u", account_id=None, created_at=NOON, status="new"),
        NpsAnswer(source="hubspot", source_id="n", account_id="3", score=9, answered_at=NOON),
    )
    subs, items = found.tables["subscription"], found.tables["subscription_item"]
    assert found.ids == tuple(sorted((customer(1), customer(2))))
    for table in found.tables.values():
        customers = table.ints("customer").tolist()
        assert customers == sorted(customers)
    by_id = dict(zip(subs["source_id"], subs.ints("customer").tolist(), strict=True))
    place = {one: found.ids.index(customer(one)) for one in (1, 2)}
    assert by_id == {"subA": place[1], "subB": place[2], "subC": MISSING}
    parents = [subs["source_id"][at] for at in items.ints("subscription").tolist()]
    told = dict(zip(items["source_id"], parents, strict=True))
    assert told == {"i1": "subB", "i2": "subA", "i4": "subC"}
    assert (
        items.ints("customer").tolist()
        == subs.ints("customer")[items.ints("subscription")].tolist()
    )
    assert found.tables["product"]["modules"] == [("a", "b")]
    assert found.tables["product"].ints("customer").tolist() == [MISSING]
    assert found.tables["contact"]["source_id"] == ["c"]
    tickets = found.tables["ticket"]
    assert dict(zip(tickets["status"], tickets.ints("customer").tolist(), strict=True)) == {
        "open": place[2],
        "new": MISSING,
    }
    assert tickets.ints("solved_at").tolist() == [MISSING, MISSING]
    assert found.tables["nps_answer"].length == 0


def test_instants_have_their_day_in_the_workspace_zone(store: Store) -> None:
    late = D * 86_400 + 23 * 3600
    activity = Activity(source="hubspot", source_id="a", account_id="1", kind="email", at=late)
    found = loaded(store, company(1), activity, settings=Settings(time_zone="Europe/Berlin"))
    assert found.tables["activity"].ints("at_day").tolist() == [D + 1]


@given(
    st.lists(st.integers(-(10**9), 4 * 10**9), max_size=20),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata"]),
)
def test_days_of_instants_agree_with_the_calendar(seconds: list[int], name: str) -> None:
    zone = ZoneInfo(name)
    found = days_of(np.array([*seconds, MISSING], np.int64), zone)
    assert found.tolist() == [*(day_of_instant(one, zone) for one in seconds), MISSING]


def test_logged_activities_count_like_read_ones(store: Store) -> None:
    loaded(store, company(1))
    call = Edit("log", (customer(1),), {"kind": "call", "direction": "out", "subject": "Hello"})
    with store.write() as conn:
        apply_edit(conn, call, "me@us.example", NOON, D)
        apply_edit(conn, Edit("risk", (customer(1),), {"score": 7}), "me", NOON, D)
    found = loaded(store)
    table = found.tables["activity"]
    assert (table["source"], table["kind"]) == (["work"], ["call"])
    assert (table.ints("customer").tolist(), table["held"].tolist()) == ([0], [True])
    assert found.risk.ints("score").tolist() == [7]
    assert found.risk.ints("set_on").tolist() == [D]


def test_sources_tell_kinds_and_freshness(store: Store) -> None:
    ticket = Ticket(source="hubspot", source_id="t", account_id="1", created_at=NOON)
    with store.write() as conn:
        cursors.set_source_result(conn, "hubspot", NOON, Reading())
        cursors.set_source_result(conn, "hubspot", NOON + 86_400, Reading("no network"))
    alone = loaded(store, company(1), ticket, settings=Settings(sources=(Source(system="stripe"),)))
    assert [(one.name, one.kinds) for one in alone.sources] == [
        ("hubspot", ("crm", "support")),
        ("stripe", ("billing",)),
    ]
    hubspot, unread = alone.sources
    assert (hubspot.fresh_on, hubspot.failed, hubspot.error) == (D, True, "no network")
    assert (unread.fresh_on, unread.read_at) == (MISSING, 0)
    desk = Account(source="intercom", source_id="i", name="I", domain="c1.example")
    both = loaded(store, desk)
    assert both.sources[0].kinds == ("crm",)


def test_rates_are_exact_and_the_reporting_currency_is_one(store: Store) -> None:
    with store.write() as conn:
        rates.set_rates(conn, [("JPY", 10, 2, 3), ("JPY", 20, 5, 7), ("EUR", 1, 9, 1)])
    found = loaded(store, settings=Settings(money=Money(reporting_currency="EUR"))).rates
    assert found.days["JPY"] == [10, 20]
    assert found.values["JPY"] == [Fraction(2, 3), Fraction(5, 7)]
    assert found.values["EUR"] == [Fraction(1)]


def test_loading_a_customer_without_data_rows(store: Store) -> None:
    invoice = Invoice(
        source="stripe",
        source_id="i",
        account_id="s",
        number="1",
        currency="USD",
        amount_due=1,
        issued_on=day_of_instant(int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())),
    )
    found = loaded(store, stripe("s"), invoice)
    assert found.tables["invoice"].ints("customer").tolist() == [0]
    assert not found.joined("crm").any()


def test_paid_invoices_that_bill_use_still_tell_of_the_last_month(store: Store) -> None:
    day = parse_day("2026-08-31")

    def paid(key: str, issued: str, metered: int | None) -> Invoice:
        on = parse_day(issued)
        return Invoice(
            source="stripe", source_id=key, account_id="s", number=key, currency="USD",
            amount_due=1, amount_paid=1, issued_on=on, paid_on=on, status="paid", metered=metered,
        )  # fmt: skip

    loaded(
        store,
        stripe("s"),
        paid("june", "2026-06-29", 5),
        paid("july", "2026-07-01", 5),
        paid("credit", "2026-07-01", -5),
        paid("untold", "2026-07-01", None),
        paid("none", "2026-07-01", 0),
    )
    with store.read() as conn:
        found = load_facts(conn, Settings(), day)
    assert found.tables["invoice"]["source_id"] == ["credit", "july", "untold"]
