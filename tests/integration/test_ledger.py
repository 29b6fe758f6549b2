"""The engine's money, read over HTTP, against the sandbox's own books: equal to the minor unit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import day_number, iso_day
from csmdesk.domain.inputs import Facts
from csmdesk.domain.scope import Scope
from csmdesk.domain.settings import Settings
from csmdesk.engine.figures.movements import movements_report
from csmdesk.engine.money.movements import movements
from csmdesk.jobs import sources
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.jobs.sync import sync
from csmdesk.sandbox.ledger import ledger
from csmdesk.sandbox.world import World
from csmdesk.store.load import load_facts
from tests.demo import demo_session
from tests.engine.money.series import mrr_series

CUSTOMERS = 60
WORLDS = [
    (7, date(2026, 11, 21), "stripe"),
    (7, date(2027, 3, 1), "stripe"),
    (23, date(2026, 12, 9), "stripe"),
    (23, date(2026, 12, 9), "chargebee"),
]
COMPARED_DAYS = 730
Entry = tuple[str, str, int]


@dataclass(frozen=True)
class Read:
    """What a workspace knows after a sync, and the books of the world it has read."""

    facts: Facts
    settings: Settings
    report: list[dict[str, Any]]
    books: dict[str, Any]
    last: int


@pytest.fixture(scope="module", params=WORLDS, ids=lambda world: "{2} {1} seed {0}".format(*world))
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Read:
    seed, today, billing = request.param
    now = datetime(today.year, today.month, today.day, 6, 30, tzinfo=UTC).timestamp()
    folder: Path = tmp_path_factory.mktemp("books")
    patch = pytest.MonkeyPatch()
    patch.setattr(sources, "DEMO", ("hubspot", billing, "posthog", "intercom"))
    session = demo_session(folder, CUSTOMERS, seed, lambda: now)
    last = day_number(today) - 1
    try:
        assert sync(session, CancelToken(), silent)["problems"] == []
        portfolio = build_portfolio(session, last)
        with session.store.read() as conn:
            facts = load_facts(conn, session.settings)
        report = movements_report(portfolio, Scope(last))
        assert {row.pop("currency") for row in report} == {"USD"}
        books = ledger(World(seed, CUSTOMERS, today))
        return Read(facts, session.settings, report, books, last)
    finally:
        session.close()
        patch.undo()


def by_anchor(read: Read) -> list[dict[str, Any]]:
    """The books of each customer, in the order of the facts' rows."""
    books = {row["hubspot_id"]: row for row in read.books["customers"]}
    assert len(books) == read.facts.count
    return [books[anchor] for anchor in read.facts.customers.texts("anchor_id") if anchor]


def test_every_months_movements(read: Read) -> None:
    assert len(read.report) == 24
    assert read.report == read.books["months"]


def test_every_movement_of_every_customer(read: Read) -> None:
    """Day, kind and amount; a pause that ends in leaving moves no money (amount 0, no entry)."""
    first = read.last - COMPARED_DAYS
    moved = movements(read.facts, read.settings, first, read.last)
    told: dict[int, list[Entry]] = defaultdict(list)
    for customer, day, kind, amount in zip(
        moved.ints("customer").tolist(),
        moved.ints("day").tolist(),
        moved.texts("kind"),
        moved.ints("amount").tolist(),
        strict=True,
    ):
        if amount:
            told[customer].append((iso_day(day), str(kind), amount))
    for row, books in enumerate(by_anchor(read)):
        wanted = [tuple(entry) for entry in books["movements"] if entry[0] >= iso_day(first)]
        assert sorted(told[row]) == sorted(wanted), books["story"]
    kinds = {kind for entries in told.values() for _, kind, _ in entries}
    assert kinds == {"new", "expansion", "contraction", "churn", "reactivation", "fx"}


def test_the_mrr_of_every_customer_and_day(read: Read) -> None:
    first = read.last - COMPARED_DAYS
    series = mrr_series(read.facts, read.settings, first, read.last)
    told: dict[int, dict[int, int]] = defaultdict(dict)
    for customer, day, mrr in zip(
        *(series.ints(name).tolist() for name in ("customer", "day", "mrr")), strict=True
    ):
        told[customer][day] = mrr
    for row, books in enumerate(by_anchor(read)):
        moves: dict[str, int] = defaultdict(int)
        for day_text, _, amount in books["movements"]:
            moves[day_text] += amount
        balance = sum(amount for day, amount in moves.items() if day < iso_day(first))
        held = 0
        for day in range(first, read.last + 1):
            balance += moves.get(iso_day(day), 0)
            held = told[row].get(day, held)
            assert held == balance, (books["story"], iso_day(day))


def test_customers_lost(read: Read) -> None:
    """Days of churn, those of a pause that ended in leaving included."""
    first = read.last - COMPARED_DAYS
    moved = movements(read.facts, read.settings, first, read.last)
    lost: dict[int, set[str]] = defaultdict(set)
    for customer, day, kind in zip(
        moved.ints("customer").tolist(),
        moved.ints("day").tolist(),
        moved.texts("kind"),
        strict=True,
    ):
        if kind == "churn":
            lost[customer].add(iso_day(day))
    for row, books in enumerate(by_anchor(read)):
        wanted = {day for day in books["churned_on"] if day >= iso_day(first)}
        assert lost[row] == wanted, books["story"]
