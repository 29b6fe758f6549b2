"""The demo's portfolio keeps its proportions on any day: money, terms, books, seats in use."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest

from csmdesk.domain.demo_rates import rate
from csmdesk.sandbox.ledger import native_mrr
from csmdesk.sandbox.world import World
from csmdesk.sandbox.world.temper import CALM, LIFELIKE, temper_of

DAYS = (date(2026, 11, 21), date(2027, 3, 10))


@pytest.fixture(scope="module", params=DAYS, ids=str)
def world(request: pytest.FixtureRequest) -> World:
    return World(7, 214, request.param)


@pytest.fixture(scope="module")
def active(world: World) -> dict[int, Fraction]:
    """MRR in USD minor units of those who pay, by index."""
    last = world.today - timedelta(days=1)
    found = {}
    for index in range(world.count):
        contracts = world.contracts(index)
        mrr = native_mrr(contracts, last)
        if mrr:
            found[index] = mrr * rate(contracts[0].currency, last)
    return found


def test_money(active: dict[int, Fraction]) -> None:
    arr = [float(12 * mrr) / 100 for mrr in active.values()]
    assert 7e6 < sum(arr) < 15e6
    assert 8_000 < float(np.median(arr)) < 30_000


def test_two_thirds_have_a_term(world: World, active: dict[int, Fraction]) -> None:
    dates = [world.company(index).renewal_date for index in active]
    held = [on for on in dates if on]
    assert 0.58 < len(held) / len(active) < 0.75
    assert 7 <= sum(0 <= (on - world.today).days < 30 for on in held) <= 17


def test_one_in_four_is_a_light_user(world: World, active: dict[int, Fraction]) -> None:
    own = [world.role(n) for n in active if world.role(n).part in CALM | LIFELIKE]
    light = sum(temper_of(world.seed, role).light for role in own)
    assert 0.2 < light / len(active) < 0.33
    asleep = sum(world.role(n).part in ("dormant", "disputes", "collapse") for n in active)
    assert 0.06 < asleep / len(active) < 0.12


def test_books_are_even_and_the_first_is_danas(world: World, active: dict[int, Fraction]) -> None:
    first = world.owners[0]
    assert (first.first_name, first.last_name) == ("Dana", "Ruiz")
    books = Counter(world.company(index).owner_id for index in active)
    sizes = [books[owner.owner_id] for owner in world.owners if not owner.archived]
    assert min(sizes) >= 20
    assert max(sizes) <= 42
    assert books[first.owner_id] >= 26


def test_the_use_of_steady_customers_is_steady(world: World, active: dict[int, Fraction]) -> None:
    """Four weeks against the eight before, for those of long standing who come as they like."""
    end = world.today
    ratios = []
    for index in active:
        role = world.role(index)
        if (
            role.part != "plain"
            or temper_of(world.seed, role).light
            or (role.leaves or end) < end + timedelta(days=90)
        ):
            continue
        daily = world.usage_daily(index, end - timedelta(days=84), end)
        late = daily.day >= np.datetime64(end - timedelta(days=28))
        ratios.append(daily.events[late].sum() / 28 / (daily.events[~late].sum() / 56))
    assert len(ratios) > 10
    share = np.array(ratios) / np.median(ratios)
    assert np.mean(share >= 0.9) > 0.85
