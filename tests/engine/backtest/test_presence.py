"""The day of churn: the end of the last subscription, pauses and plan swaps by hand."""

from __future__ import annotations

import pytest

from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Fact
from csmdesk.domain.settings import Settings
from csmdesk.engine.backtest.presence import presence
from csmdesk.engine.money.ledger import build_ledger
from tests.engine.build import DAY, facts
from tests.engine.money.make import item, status, sub

START = DAY - 300


def rows(*subscriptions: Fact) -> list[Fact]:
    return [*subscriptions, *(item(one.source_id, START, 10_000) for one in subscriptions)]


def ended(key: str, on: int, started: int = START) -> Fact:
    return sub(key, "acme", started, status="canceled", cancelled_on=on, ended_on=on)


CASES: list[tuple[str, list[Fact], int]] = [
    ("stays", rows(sub("a", "acme", START)), MISSING),
    ("ends", rows(ended("a", DAY - 20)), DAY - 20),
    ("one of two ends", rows(ended("a", DAY - 20), sub("b", "acme", START)), MISSING),
    ("both end", rows(ended("a", DAY - 20), ended("b", DAY - 5)), DAY - 5),
    ("swapped", rows(ended("a", DAY - 20), sub("b", "acme", DAY - 20)), MISSING),
    ("comes back", rows(ended("a", DAY - 20), sub("b", "acme", DAY - 10)), DAY - 20),
    ("ends before", rows(ended("a", DAY - 90)), MISSING),
    (
        "pauses",
        [*rows(sub("a", "acme", START, status="paused")), status("a", DAY - 20, "paused")],
        MISSING,
    ),
    ("a pause ends", [*rows(ended("a", DAY - 9)), status("a", DAY - 20, "paused")], DAY - 9),
]


@pytest.mark.parametrize(("case", "given", "gone"), CASES, ids=[case[0] for case in CASES])
def test_day_of_churn(case: str, given: list[Fact], gone: int) -> None:
    found = presence(build_ledger(facts(["acme"], given), Settings()), DAY)
    assert bool(found.on(DAY - 60)[0]) == (case != "ends before")
    assert int(found.gone_on(DAY - 59, DAY)[0]) == gone


def test_only_the_horizon_counts() -> None:
    found = presence(build_ledger(facts(["acme"], rows(ended("a", DAY - 20))), Settings()), DAY)
    assert int(found.gone_on(DAY - 60, DAY - 21)[0]) == MISSING
    assert int(found.gone_on(DAY - 60, DAY - 20)[0]) == DAY - 20
    assert int(found.gone_on(DAY - 19, DAY)[0]) == MISSING


def test_nobody() -> None:
    found = presence(build_ledger(facts(["acme"]), Settings()), DAY)
    assert not found.on(DAY)[0]
    assert int(found.gone_on(DAY - 9, DAY)[0]) == MISSING
