"""A page as of a past day equals the page of a workspace that was read on that day.

Compared are the figures that events date. Of undated fields (tags, last seen, plan dates) only the
newest value is known, see definitions.md section 2.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import day_date
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import rows
from csmdesk.engine.figures.movements import movements_report
from csmdesk.jobs.score import write_scores
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.jobs.sync import sync
from tests.demo import NOW, demo_session

CUSTOMERS = 40
BACK = (1, 20, 75)
PERSON_DAYS_BACK = 30
"""Detail by person is kept for 90 days: further back its 60 days of comparison are not whole."""
OF_PERSONS = ("active_users", "used")
KEPT_USE = ("last_login_on",)
DATED = (
    "name",
    "csm",
    "tier",
    "stage",
    "mrr",
    "arr",
    "native_currency",
    "status",
    "products",
    "created_on",
    "last_contact_on",
    "last_login_on",
    "active_users",
    "used",
    "capacity",
    "nps",
    "active",
    "renewal_on",
    "acv_derived",
    "metered",
)
"""Columns of the Customers page that events decide (or fields with a dated history)."""


@dataclass(frozen=True)
class Pair:
    """A workspace read today, one read on the day after `day`, and the day."""

    later: Session
    then: Session
    day: int


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    session = demo_session(tmp_path_factory.mktemp("later") / "desk", CUSTOMERS)
    assert sync(session, CancelToken(), silent)["problems"] == []
    yield session
    session.close()


@pytest.fixture(scope="module", params=BACK, ids=lambda back: f"{back} days back")
def pair(
    request: pytest.FixtureRequest, later: Session, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """The sandbox shows what happened before 00:00 of its day: for D it must stand at D + 1."""
    day = later.today() - request.param
    next_day = datetime.combine(day_date(day + 1), datetime.min.time(), UTC)
    clock = (next_day + timedelta(minutes=5)).timestamp()
    session = demo_session(tmp_path_factory.mktemp("then") / "desk", CUSTOMERS, clock=lambda: clock)
    assert sync(session, CancelToken(), silent)["problems"] == []
    yield Pair(later, session, day)
    session.close()


def customers(session: Session, day: int) -> dict[str, dict[str, Any]]:
    portfolio = build_portfolio(session, day)
    found = rows(portfolio, Scope(day))
    return {row["name"]: {key: row[key] for key in DATED} | _status(row) for row in found}


def _status(row: dict[str, Any]) -> dict[str, Any]:
    """Billing tells that an invoice is unpaid now, never since when: Past due counts as Active."""
    return {"status": "Active" if row["status"] == "Past due" else row["status"]}


def test_customers(pair: Pair) -> None:
    later, then = customers(pair.later, pair.day), customers(pair.then, pair.day)
    assert set(later) == set(then)
    far = pair.later.today() - pair.day > PERSON_DAYS_BACK
    left_out = (*OF_PERSONS, *KEPT_USE) if far else ()
    for name, row in later.items():
        for key in left_out:
            if row[key] is None:  # beyond what is kept it is missing, never another value
                then[name][key] = None
        assert row == then[name], name


def test_movements(pair: Pair) -> None:
    later, then = (
        movements_report(build_portfolio(session, pair.day), Scope(pair.day))
        for session in (pair.later, pair.then)
    )
    assert later == then


def test_scores(pair: Pair, tmp_path: Path) -> None:
    """`score --as-of`: what came after the day changes no byte of any row."""
    if pair.later.today() - pair.day > PERSON_DAYS_BACK:
        pytest.skip("usage by person is not kept that far back: other factors have no data")
    for session, name in ((pair.later, "later"), (pair.then, "then")):
        write_scores(session, pair.day, tmp_path / f"{name}.csv")
    later, then = (read_scores(tmp_path / f"{name}.csv") for name in ("later", "then"))
    assert set(later) == set(then)
    assert {one: (row, then[one]) for one, row in later.items() if row != then[one]} == {}


def read_scores(path: Path) -> dict[str, dict[str, str]]:
    with open(path, encoding="utf-8") as file:
        return {row["customer_id"]: row for row in csv.DictReader(file)}


def test_the_clock_is_that_of_the_demo(later: Session) -> None:
    assert later.now() == NOW
