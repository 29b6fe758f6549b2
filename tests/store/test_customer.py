from __future__ import annotations

from csmdesk.domain.edits import Edit
from csmdesk.domain.facts import (
    Account,
    Activity,
    Contact,
    Fact,
    Invoice,
    Product,
    Subscription,
    SubscriptionItem,
    Ticket,
)
from csmdesk.domain.settings import Settings
from csmdesk.domain.usage import UsageBatch
from csmdesk.store import facts, identity, usage
from csmdesk.store.database import Store
from csmdesk.store.findings import save_day
from csmdesk.store.queries.customer import LIMIT, customer_rows
from csmdesk.store.work import apply_edit
from tests.store.samples import D, alert, company, customer, event, findings, task

NOON = D * 86_400 + 43_200
ONE, TWO = customer(1), customer(2)


def rows() -> list[Fact]:
    made: list[Fact] = [company(1), company(2)]
    made += [Product(source="stripe", source_id=key, name=key) for key in ("p", "q")]
    for number in (1, 2):
        account = f"s{number}"
        made += [
            Account(source="stripe", source_id=account, name="S", joins=(f"hubspot:{number}",)),
            Account(
                source="posthog", source_id=f"k{number}", name="K", joins=(f"hubspot:{number}",)
            ),
            Account(
                source="intercom", source_id=f"i{number}", name="I", joins=(f"hubspot:{number}",)
            ),
            Contact(source="intercom", source_id=f"c{number}", account_id=f"i{number}", name="Ann"),
            Subscription(
                source="stripe",
                source_id=f"sub{number}",
                account_id=account,
                status="active",
                currency="USD",
                started_on=D - 50,
            ),
            SubscriptionItem(
                source="stripe",
                source_id=f"it{number}",
                subscription_id=f"sub{number}",
                product_id="p",
                since=D - 50,
                unit_num=1,
            ),
            Ticket(
                source="intercom",
                source_id=f"t{number}",
                account_id=None,
                contact_id=f"c{number}",
                created_at=NOON,
            ),
        ]
        made += [
            Invoice(
                source="stripe",
                source_id=f"in{number}-{each}",
                account_id=account,
                number=str(each),
                currency="USD",
                amount_due=1,
                issued_on=D + 1 - each,
            )
            for each in range(4)
        ]
        made += [
            Activity(
                source="hubspot",
                source_id=f"a{number}-{each}",
                account_id=str(number),
                kind="email",
                at=NOON - each,
            )
            for each in range(LIMIT + 5)
        ]
    return made


def test_one_customer_newest_first_and_nothing_of_others(store: Store) -> None:
    page = UsageBatch(
        source="posthog",
        kind="daily",
        accounts=["k1", "k2"],
        days=[D - 1, D - 1],
        events=[5, 9],
        users=[1, 2],
    )
    result = findings(
        D,
        sorted((ONE, TWO)),
        [50, 60],
        [task("t1", ONE, D), task("t2", TWO, D)],
        [event("t1", D), event("t2", D)],
        [alert("a1", ONE, D), alert("a2", TWO, D)],
    )
    with store.write() as conn:
        facts.upsert(conn, rows())
        identity.assign(conn)
        usage.fold(conn, page, D)
        save_day(conn, result, Settings(), at=0)
        apply_edit(conn, Edit("tag_add", (ONE, TWO), {"tags": ["x"]}), "me", 1, D)
        apply_edit(conn, Edit("note", (TWO,), {"body": "Not mine"}), "me", 1, D)
    with store.read() as conn:
        found = customer_rows(conn, ONE, D, Settings())
        early = customer_rows(conn, ONE, D - 60, Settings())
    assert [key[0] for key in found.accounts] == ["hubspot", "intercom", "posthog", "stripe"]
    assert found.tables["invoice"]["source_id"] == ["in1-1", "in1-2", "in1-3"]
    assert found.tables["subscription_item"]["source_id"] == ["it1"]
    assert found.tables["product"]["source_id"] == ["p"]
    assert found.tables["ticket"]["source_id"] == ["t1"]
    assert found.tables["ticket"].ints("created_at_day").tolist() == [D]
    assert found.tables["activity"].length == LIMIT
    assert found.tables["activity"]["source_id"][0] == "a1-0"
    assert found.usage.events[0, -1] == 5
    assert found.work.tasks["id"] == ["t1"]
    assert found.work.task_events["task_id"] == ["t1"]
    assert found.work.alerts["id"] == ["a1"]
    assert found.work.tags == {ONE: ("x",)}
    assert found.work.notes.length == 0
    assert early.tables["subscription"].length == 0
    assert early.tables["invoice"].length == 0
    assert early.work.tasks.length == 0


def test_an_unknown_customer_is_empty(store: Store) -> None:
    with store.read() as conn:
        found = customer_rows(conn, "0" * 16, D, Settings())
    assert found.accounts == ()
    assert all(table.length == 0 for table in found.tables.values())
    assert not found.usage.joined.any()
