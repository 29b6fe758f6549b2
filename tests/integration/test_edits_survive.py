"""What a person wrote is there after every sync and engine run, today's and tomorrow's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import MISSING
from csmdesk.domain.edits import Edit
from csmdesk.domain.portfolio import Portfolio
from csmdesk.jobs import edits
from csmdesk.jobs.customer import customer_page
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.store.work import work_rows
from tests.demo import demo_session

WRITTEN = "survives everything"


@pytest.fixture
def desk(demo_folder: Path) -> Iterator[Session]:
    session = demo_session(demo_folder)
    yield session
    session.close()


def edit(session: Session, verb: str, *targets: str, **args: Any) -> None:
    applied = edits.apply(session, Edit(verb, targets, args), session.now(), session.today())
    assert applied.audit_id, f"{verb} changed nothing"


def open_tasks(portfolio: Portfolio, count: int) -> list[int]:
    """Rows of open tasks that were there long enough to be there tomorrow."""
    table = portfolio.tasks
    lasting = np.asarray(table["active"]) & (table.ints("first_seen") < portfolio.day - 20)
    lasting &= np.array([rule in ("seats_unused", "product_unused") for rule in table["rule"]])
    return [int(row) for row in np.flatnonzero(lasting)[:count]]


def told(portfolio: Portfolio, ids: dict[str, str]) -> dict[str, Any]:
    """What the pages say of the edited tasks and customer."""
    table = portfolio.tasks
    place = {one: row for row, one in enumerate(table["id"])}
    at = portfolio.customers["id"].index(ids["customer"])
    factor = portfolio.factors.index("csm_risk")
    return {
        "started": table["shown_state"][place[ids["start"]]],
        "finished": table["shown_state"][place[ids["finish"]]],
        "snoozed": int(table.ints("snooze_until")[place[ids["snooze"]]]) > portfolio.day,
        "comment": table["comment"][place[ids["comment"]]],
        "tagged": WRITTEN in portfolio.customers["tags"][at],
        "risk": (bool(portfolio.has[factor, at]), int(portfolio.score[factor, at])),
    }


def test_edits_survive_sync_and_engine_runs(desk: Session) -> None:
    before = build_portfolio(desk, desk.today())
    tasks = [before.tasks["id"][row] for row in open_tasks(before, 4)]
    assert len(tasks) == 4
    scored = np.flatnonzero((before.customers["active"] == 1) & (before.customers.ints("chi") > 0))
    at = int(scored[0])
    customer = before.customers["id"][at]
    ids = dict(zip(("start", "finish", "snooze", "comment"), tasks, strict=True))
    ids["customer"] = customer
    factor = before.factors.index("csm_risk")
    assert not before.has[factor, at]

    edit(desk, "tag_add", customer, tags=[WRITTEN])
    edit(desk, "start", ids["start"])
    edit(desk, "finish", ids["finish"])
    edit(desk, "snooze", ids["snooze"], until=desk.today() + 10)
    edit(desk, "comment", ids["comment"], text=WRITTEN)
    edit(desk, "note", customer, body=WRITTEN)
    edit(desk, "risk", customer, score=10, risk_note=WRITTEN)

    wanted = {
        "started": "started",
        "finished": "finished",
        "snoozed": True,
        "comment": WRITTEN,
        "tagged": True,
        "risk": (True, 0),
    }
    for day in (desk.today(), desk.today() + 1):
        summary = run(desk, CancelToken(), silent, day=day)
        assert summary["problems"] == []
        after = build_portfolio(desk, day)
        assert told(after, ids) == wanted
        page = customer_page(desk, after, customer)
        assert WRITTEN in str(page)
    again = build_portfolio(desk, desk.today())
    assert again.customers["chi"][at] <= before.customers["chi"][at]
    assert int(again.points[factor, at]) > 0


def test_a_risk_score_moves_the_chi_by_its_points(desk: Session) -> None:
    before = build_portfolio(desk, desk.today())
    chi = before.customers.ints("chi")
    at = int(np.argmax(np.where((before.customers["active"] == 1) & (chi >= 0), chi, -1)))
    customer = before.customers["id"][at]
    edit(desk, "risk", customer, score=8)
    run(desk, CancelToken(), silent)
    after = build_portfolio(desk, desk.today())
    lost = after.points.sum(axis=0) + after.cap_points
    factor = after.factors.index("csm_risk")
    assert int(after.score[factor, at]) == 200_000
    assert int(after.points[factor, at]) in (3, 4)
    assert int(after.customers["chi"][at]) < int(chi[at])
    assert int(after.customers["chi"][at]) + int(lost[at]) == 100
    edit(desk, "risk", customer, score=None)
    run(desk, CancelToken(), silent)
    assert int(build_portfolio(desk, desk.today()).customers["chi"][at]) == int(chi[at])
    assert chi[at] != MISSING


def test_a_merge_holds_through_runs_and_comes_apart_again(desk: Session) -> None:
    before = build_portfolio(desk, desk.today())
    ids = before.customers["id"]
    one, two = ids[3], ids[17]
    for customer in (one, two):
        edit(desk, "tag_add", customer, tags=[f"{WRITTEN} {customer}"])
    mrr = before.customers.ints("mrr")
    edit(desk, "merge", one, two)
    for day in (desk.today(), desk.today() + 1):
        assert run(desk, CancelToken(), silent, day=day)["problems"] == []
        merged = build_portfolio(desk, day)
        assert merged.customers.length == len(ids) - 1
        (winner,) = {one, two} & set(merged.customers["id"])
        at = merged.customers["id"].index(winner)
        tags = merged.customers["tags"][at]
        assert {f"{WRITTEN} {one}", f"{WRITTEN} {two}"} <= set(tags)
    today = build_portfolio(desk, desk.today())
    at = today.customers["id"].index(winner)
    assert today.customers.ints("mrr")[at] == mrr[3] + mrr[17]
    assert edits.undo(desk, desk.now(), desk.today()) is not None
    apart = build_portfolio(desk, desk.today())
    assert apart.customers["id"] == ids
    assert apart.customers.ints("mrr").tolist() == mrr.tolist()
    assert run(desk, CancelToken(), silent, day=desk.today() + 1)["problems"] == []
    assert build_portfolio(desk, desk.today() + 1).customers["id"] == ids


def shown(desk: Session, day: int, rule: str, subject: str) -> dict[str, tuple[Any, ...]]:
    """Customer -> id, state and comment of its task, as the pages show it on a day."""
    found = build_portfolio(desk, day)
    ids, columns = found.customers["id"], ("rule", "subject", "customer", *TOLD)
    rows = zip(*(found.tasks[one] for one in columns), strict=True)
    return {ids[row[2]]: row[3:] for row in rows if row[:2] == (rule, subject)}


TOLD = ("id", "shown_state", "comment")


def test_work_on_tasks_follows_a_merge_and_comes_back(desk: Session) -> None:
    """Started and commented on the customer that is merged away: seen on the one that stays."""
    today = build_portfolio(desk, desk.today())
    row = open_tasks(today, 30)[-1]
    loser = today.customers["id"][today.tasks["customer"][row]]
    task, rule, subject = (today.tasks[one][row] for one in ("id", "rule", "subject"))
    there = shown(desk, desk.today(), rule, subject)
    with desk.store.read() as conn:
        born = conn.exec_driver_sql("SELECT customer_id FROM customer ORDER BY born").scalars()
        winner = next(one for one in born if one not in there)
    edit(desk, "comment", task, text=WRITTEN)
    edit(desk, "start", task)
    edit(desk, "note", loser, body="About it", link=task)
    edit(desk, "merge", loser, winner)
    tomorrow = desk.today() + 1
    assert run(desk, CancelToken(), silent, day=tomorrow)["problems"] == []
    merged = shown(desk, tomorrow, rule, subject)[winner]
    assert merged[1:] == ("started", WRITTEN)
    with desk.store.read() as conn:
        assert [one["link"] for one in work_rows(conn, "work_note", None, winner)] == [merged[0]]
    assert edits.undo(desk, desk.now(), desk.today()) is not None
    assert run(desk, CancelToken(), silent, day=tomorrow + 1)["problems"] == []
    apart = shown(desk, tomorrow + 1, rule, subject)
    assert apart[loser] == (task, "started", WRITTEN)
    assert apart.get(winner, ("", "not started", None))[1:] == ("not started", None)
