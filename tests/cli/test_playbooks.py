"""`csmdesk playbooks`: what the rules enrolled in the demo, and what people do with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from csmdesk.__main__ import main
from csmdesk.domain.edits import Edit
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.playbooks import completed_between, pending_steps, playbook_status
from csmdesk.engine.figures.review_money import review_money
from csmdesk.jobs import edits
from csmdesk.jobs.snapshot import build_portfolio
from tests.demo import demo_session

DAY = "2026-11-20"
Answer = Callable[..., Any]


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    def run(folder: Path, *arguments: str) -> Any:
        code = main(["--demo", "--json", "--workspace", str(folder), *arguments])
        told = capsys.readouterr()
        assert code == 0, told.err
        return json.loads(told.out)

    return run


def test_rules_enrol_from_the_first_day_that_a_person_sees(
    prepared_demo: Path, answer: Answer
) -> None:
    rows = answer(prepared_demo, "playbooks", "--as-of", DAY)
    assert rows
    assert {row["playbook"] for row in rows} <= {"Rescue a silent customer", "Prepare a renewal"}
    assert {row["enrolled_on"] for row in rows} == {DAY}
    assert all(row["rule"] and row["enrolled_by"] is None for row in rows)
    tasks = answer(prepared_demo, "tasks", "--as-of", DAY, "--priority", "High")
    silent = {row["customer_id"] for row in tasks if row["rule"] == "no_login"}
    rescued = {row["customer_id"] for row in rows if row["playbook"].startswith("Rescue")}
    assert silent == rescued
    steps = answer(prepared_demo, "playbooks", "--steps", "--as-of", DAY)
    assert len(steps) == sum(row["steps"] for row in rows)
    assert answer(prepared_demo, "playbooks", "--as-of", "2026-11-19") == []
    assert main(["--demo", "--workspace", str(prepared_demo), "playbooks", "--state", "odd"]) == 1


def test_people_go_through_a_playbook(demo_folder: Path) -> None:
    session = demo_session(demo_folder)
    try:
        day, at = session.today(), session.now()
        scope = Scope(day)
        portfolio = build_portfolio(session, day)
        first = portfolio.customers["id"][0]
        edits.apply(session, Edit("playbook_enrol", (first,), {"playbook": "Onboarding"}), at, day)
        portfolio = build_portfolio(session, day)
        mine = [s for s in pending_steps(portfolio, scope) if s["playbook"] == "Onboarding"]
        assert [step["title"] for step in mine] == ["Kick-off meeting", "First report", "Handover"]
        status = {one.playbook: one for one in playbook_status(portfolio, scope)}
        assert (status["Onboarding"].active, status["Onboarding"].due) == (1, 1)
        edits.apply(session, Edit("step_done", tuple(step["id"] for step in mine)), at, day)
        portfolio = build_portfolio(session, day)
        assert completed_between(portfolio, scope, day, day) == 1
        assert "Onboarding" not in {one.playbook for one in playbook_status(portfolio, scope)}
        undone = edits.undo(session, at, day)
        assert undone is not None
        assert undone.text == "Undo complete 3 steps"
    finally:
        session.close()


def test_money_of_the_review_agrees_with_the_customers(prepared_demo: Path) -> None:
    session = demo_session(prepared_demo)
    try:
        portfolio = build_portfolio(session, session.today())
    finally:
        session.close()
    found = review_money(portfolio, Scope(portfolio.day))
    customers = portfolio.customers
    committed = customers.ints("committed_mrr")
    assert (committed <= customers.ints("mrr")).all()
    assert ((committed > 0) <= (customers.ints("committed_churn") == 1)).all()
    assert found.committed_churn == int(committed.sum())
    assert found.renewals.accomplished <= found.renewals.available
    whole = review_money(portfolio, Scope(portfolio.day)).as_json()
    parts = [review_money(portfolio, Scope(portfolio.day, csm=name)) for name in portfolio.csms]
    owned = sum(part.committed_churn for part in parts)
    assert owned <= whole["committed_churn"]
