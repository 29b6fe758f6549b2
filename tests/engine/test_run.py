"""A run is a pure function: replayed it gives the same bytes, and later facts do not exist for it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.domain.facts import (
    Account,
    Activity,
    Contact,
    Fact,
    Invoice,
    NpsAnswer,
    Product,
    Subscription,
    SubscriptionItem,
    Ticket,
)
from csmdesk.domain.findings import Findings, Previous
from csmdesk.domain.inputs import KINDS, Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.health.factors import FACTORS
from csmdesk.engine.health.history import history_day
from csmdesk.engine.run import prepare_run, run_day
from tests.engine.build import DAY, account, facts, usage_of

COUNT = 24
EMPTY = Previous({}, {}, ())
UNFED = ("key_volume", "failed_jobs", "renewal_proximity")
"""Factors that this world has no data for: no feature of it is marked as key, none ever
fails, and monthly terms raise no renewal."""


def name(number: int) -> str:
    return f"c{number:02}"


def customers() -> list[Account]:
    return [account(name(n), created_on=DAY - 500, tier=f"T{n % 4 + 1}") for n in range(COUNT)]


def rows(last: int) -> list[Fact]:
    """Dated facts up to and with day `last`; the numbers differ from customer to customer."""
    made: list[Fact] = [
        Product(source="billing", source_id="p", name="Team", modules=("core", "sso"))
    ]
    for n in range(COUNT):
        made += _billing(n)
        made += _contact(n)
    return [one for one in made if _day(one) <= last]


def _day(row: Fact) -> int:
    for key in ("issued_on", "started_on", "since"):
        if hasattr(row, key):
            return int(getattr(row, key))
    for key in ("created_at", "at", "answered_at"):
        if getattr(row, key, None) is not None:
            return int(getattr(row, key)) // SECONDS_A_DAY
    return 0


def _billing(n: int) -> list[Fact]:
    key, start = name(n), DAY - 400 + 17 * n
    return [
        Subscription(
            source="billing", source_id=f"s{n}", account_id=key, status="active", currency="USD",
            started_on=start, next_billing_on=DAY + 10 * n,
        ),
        SubscriptionItem(
            source="billing", source_id=f"i{n}", subscription_id=f"s{n}", product_id="p",
            since=start, unit_num=4_900, quantity=5 + n,
        ),
        *[
            Invoice(
                source="billing", source_id=f"in{n}-{back}", account_id=key, number=f"{n}-{back}",
                currency="USD", amount_due=9_900, issued_on=DAY - back, due_on=DAY - back + 14,
            )
            for back in (-3, 0, 20 + n)
        ],
    ]  # fmt: skip


def _contact(n: int) -> list[Fact]:
    key = name(n)

    def at(back: int) -> int:
        return (DAY - back) * SECONDS_A_DAY + 3600

    return [
        *[
            Ticket(source="support", source_id=f"t{n}-{b}", account_id=key, priority="high", created_at=at(b))
            for b in (-2, n)
        ],
        *[
            NpsAnswer(source="usage", source_id=f"n{n}-{b}", account_id=key, score=(n + b) % 11,
                      answered_at=at(b))
            for b in (-1, 5 * n)
        ],
        *[
            Activity(source="crm", source_id=f"a{n}-{b}", account_id=key, kind="meeting", at=at(b), held=True)
            for b in (-4, 3 * n)
        ],
        Contact(source="crm", source_id=f"k{n}", account_id=key, name=f"Ann {n}", created_at=at(300)),
    ]  # fmt: skip


def world(last: int) -> Facts:
    """The portfolio with facts up to day `last`; sources were read on DAY + 5 in any case."""
    end = DAY + 5
    days = range(DAY - 270, min(last, end) + 1)
    daily = [
        (n, day, 20 + n + (day * (n + 3)) % 7, 1 + n % 5)
        for n in range(COUNT)
        for day in days
        if n % 6 or day < DAY - 20
    ]
    features = [
        (n, kind, module, day, 3, (day + n) % 9 == 0 and kind == "scan")
        for n in range(COUNT)
        for kind, module in (("scan", "core"), ("sign_in", "sso"))
        for day in days
        if day > DAY - 40 and (n + day) % 3
    ]
    persons = [
        (n, f"p{who}", day, 2)
        for n in range(COUNT)
        for who in range(n % 5 + 1)
        for day in days
        if day > end - 90 and (day + who) % 4 == 0
    ]
    usage = usage_of(range(COUNT), day=end, daily=daily, features=features, persons=persons)
    risk = [(name(n), n % 11, DAY - n) for n in range(COUNT)] + [(name(2), 9, DAY + 2)]
    return facts(
        customers(),
        rows(last),
        day=end,
        usage=usage,
        risk=[one for one in risk if one[2] <= last],
    )


def as_bytes(value: Any) -> Any:
    """Findings as nested plain values; arrays with their type and bytes."""
    if isinstance(value, np.ndarray):
        return (str(value.dtype), value.shape, value.tobytes())
    if isinstance(value, Columns):
        return {key: as_bytes(column) for key, column in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: as_bytes(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, list | tuple):
        return [as_bytes(one) for one in value]
    return value


def run_days(here: Facts, first: int, last: int, shared: bool) -> list[Findings]:
    previous, out = EMPTY, []
    inputs = prepare_run(here, Settings()) if shared else None
    for day in range(first, last + 1):
        found = run_day(here, Settings(), day, previous, inputs)
        out.append(found)
        previous = replace(
            previous,
            tasks={**previous.tasks, **{task.task_id: task for task in found.tasks}},
            alerts={**previous.alerts, **{alert.alert_id: alert for alert in found.alerts}},
            history=(*previous.history, history_day(found.health)),
        )
    return out


def test_the_same_inputs_give_the_same_bytes() -> None:
    here = world(DAY + 5)
    first, again = run_days(here, DAY - 2, DAY, True), run_days(here, DAY - 2, DAY, False)
    assert as_bytes(first) == as_bytes(again)
    assert any(found.tasks for found in first)
    assert (first[-1].health.chi >= 0).all()
    assert len(set(first[-1].health.chi.tolist())) > 5


def test_facts_after_the_day_do_not_change_a_byte() -> None:
    whole = run_days(world(DAY + 5), DAY - 1, DAY, True)
    cut = run_days(world(DAY), DAY - 1, DAY, True)
    assert as_bytes(whole) == as_bytes(cut)


def test_the_running_day_of_usage_is_never_counted() -> None:
    """Usage windows end on D-1: what happens on D changes nothing."""
    here = world(DAY)
    events = here.usage.events.copy()
    events[:, DAY - here.usage.first_day] += 1_000_000
    later = replace(here, usage=replace(here.usage, events=events))
    for one in ("chi", "num", "rank"):
        left = getattr(run_day(here, Settings(), DAY, EMPTY).health, one)
        right = getattr(run_day(later, Settings(), DAY, EMPTY).health, one)
        assert left.tobytes() == right.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_factors_of_a_source_that_is_not_connected_are_missing(kind: str) -> None:
    """Missing, never zero; those of the other sources stay as they are. Answers to NPS questions
    come with the rows themselves, whoever asked."""
    here = world(DAY)
    without = replace(
        here,
        sources=tuple(source for source in here.sources if kind not in source.kinds),
        customers=Columns(
            {**here.customers.data, f"joined_{kind}": np.zeros(here.count, np.bool_)}, here.count
        ),
    )
    whole, cut = (run_day(one, Settings(), DAY, EMPTY).health for one in (here, without))
    fed = [row for row, factor in enumerate(FACTORS) if factor.source == kind]
    others = [row for row, factor in enumerate(FACTORS) if factor.source not in (kind, "usage")]
    for row in fed:
        if FACTORS[row].key != "nps":
            assert whole.has[row].any() or FACTORS[row].key in UNFED
            assert not cut.has[row].any(), FACTORS[row].key
    for row in others:
        assert (whole.has[row] == cut.has[row]).all(), FACTORS[row].key
    assert ((cut.chi + cut.points.sum(axis=0) + cut.cap_points)[cut.chi >= 0] == 100).all()
