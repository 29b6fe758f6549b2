"""Time travel: what happens after day D changes no byte of what a run says of D, for any facts."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.domain.facts import (
    Activity,
    Fact,
    Invoice,
    NpsAnswer,
    Product,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
    Ticket,
)
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Features, Settings, Unit
from csmdesk.engine.run import run_day
from tests.engine.build import DAY, facts, usage_of
from tests.engine.test_run import EMPTY, as_bytes

NAMES = ("acme", "bolt", "cube")
LAST = DAY + 6
CONFIGURED = Settings(
    features=Features(key=("scan",), schedules=("scan",), units={"scan": Unit(features=("scan",))})
)


class Happened(NamedTuple):
    """Something that happened to customer `who` on DAY + `on`."""

    kind: str
    who: int
    on: int
    size: int


EVENTS = st.builds(
    Happened,
    st.sampled_from(("invoice", "ticket", "meeting", "mail", "nps", "use", "risk", "price")),
    st.integers(0, len(NAMES) - 1),
    st.one_of(st.integers(-8, 6), st.integers(-120, 6)),
    st.integers(0, 10),
)


def row(number: int, one: Happened) -> list[Fact]:
    """The fact of an event that a system would tell."""
    key, day = NAMES[one.who], DAY + one.on
    at = day * SECONDS_A_DAY + 3_600 * one.size
    made: dict[str, Any] = {"source_id": f"x{number}", "account_id": key}
    if one.kind == "invoice":
        return [Invoice(source="billing", number=f"{number}", currency="USD", issued_on=day,
                        due_on=day + one.size, amount_due=9_900, **made)]  # fmt: skip
    if one.kind == "ticket":
        return [Ticket(source="support", priority="high", created_at=at, **made)]
    if one.kind in ("meeting", "mail"):
        kind = {"meeting": "meeting", "mail": "email"}[one.kind]
        direction = "in" if one.size % 2 else "out"
        return [Activity(source="crm", kind=kind, at=at, held=True, direction=direction, **made)]
    if one.kind == "nps":
        return [NpsAnswer(source="usage", score=one.size, answered_at=at, **made)]
    if one.kind == "price":
        item = {"subscription_id": f"s{one.who}", "item_id": f"i{one.who}", "product_id": "p"}
        return [SubscriptionChange(source="billing", source_id=f"x{number}", changed_on=day,
                                   known_on=day, unit_num=1_000 + one.size, quantity=one.size + 1,
                                   **item)]  # fmt: skip
    return []


def contracts() -> list[Fact]:
    made: list[Fact] = [
        Product(
            source="billing",
            source_id="p",
            name="Pack",
            modules=("core",),
            unit="scan",
            capacity_per_unit=10,
        )
    ]
    for who, name in enumerate(NAMES):
        start = DAY - 300 + 90 * who
        made += [
            Subscription(source="billing", source_id=f"s{who}", account_id=name, status="active",
                         currency="USD", started_on=start, next_billing_on=DAY + 20),
            SubscriptionItem(source="billing", source_id=f"i{who}", subscription_id=f"s{who}",
                             product_id="p", since=start, unit_num=4_900, quantity=5),
        ]  # fmt: skip
    return made


def world(events: list[Happened], last: int) -> Facts:
    """What the systems know on day `last`; all were read on LAST."""
    known = [one for one in events if DAY + one.on <= last]
    rows = contracts()
    for number, one in enumerate(events):
        if one in known:
            rows += row(number, one)
    used = [one for one in known if one.kind == "use"]
    risk = sorted(
        {(NAMES[one.who], DAY + one.on): one.size for one in known if one.kind == "risk"}.items()
    )
    usage = usage_of(
        range(len(NAMES)),
        day=LAST,
        daily=[(one.who, DAY + one.on, one.size + 1, 1) for one in used],
        features=[
            (
                one.who,
                "scan" if one.size % 2 else "view",
                "core",
                DAY + one.on,
                one.size,
                one.size > 8,
            )
            for one in used
        ],
        persons=[
            (one.who, f"p{one.size % 3}", DAY + one.on, 1)
            for one in used
            if DAY + one.on > LAST - 90
        ],
    )
    return facts(
        list(NAMES), rows, day=LAST, usage=usage, risk=[(k, size, on) for (k, on), size in risk]
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, min_size=3, max_size=60, unique=True), st.integers(-2, 5))
def test_facts_after_the_day_do_not_exist(events: list[Happened], back: int) -> None:
    day = DAY + back
    whole, cut = world(events, LAST), world(events, day)
    told = [as_bytes(run_day(one, CONFIGURED, day, EMPTY)) for one in (whole, cut)]
    assert told[0] == told[1]
