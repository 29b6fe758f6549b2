"""What systems do wrong, as a whole run tells it: sentences, and everything stored stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from csmdesk.domain.cancel import CancelToken, Progress, silent
from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import Cancelled
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import rows
from csmdesk.engine.figures.movements import movements_report
from csmdesk.jobs import edits
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.jobs.source_status import source_rows
from csmdesk.jobs.sync import sync
from csmdesk.store.database import Store
from tests.demo import copied
from tests.integration.conftest import connected
from tests.sandbox.process import Sandbox, running
from tests.sync.bench import Bench

TITLES = ("HubSpot", "Stripe", "PostHog", "Intercom")


@pytest.fixture
def desk(connected_folder: Path, own_sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    own_sandbox.call("control", "DELETE", "/faults")
    session = connected(copied(connected_folder, tmp_path / "desk"), own_sandbox)
    yield session
    session.close()
    own_sandbox.call("control", "DELETE", "/faults")


def page(session: Session) -> list[dict[str, Any]]:
    portfolio = build_portfolio(session, session.today())
    return rows(portfolio, Scope(portfolio.day))


def tables(sandbox: Sandbox, store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return Bench(sandbox, store).tables()


def test_nobody_answers(connected_folder: Path, tmp_path: Path) -> None:
    """All sources gone: a sentence each, all pages as before, edits work."""
    with running("--customers", "1") as gone:
        pass
    session = connected(copied(connected_folder, tmp_path / "desk"), gone)
    before = page(session)
    summary = run(session, CancelToken(), silent)
    assert summary["offline"] is True
    assert [problem.split()[0] for problem in summary["problems"]] == list(TITLES)
    assert all("Check the network connection" in problem for problem in summary["problems"])
    assert summary["changed"] == 0
    assert page(session) == before
    portfolio = build_portfolio(session, session.today())
    assert len(movements_report(portfolio, Scope(portfolio.day))) == 24
    one = portfolio.customers["id"][0]
    edits.apply(
        session, Edit("tag_add", (one,), {"tags": ["offline"]}), session.now(), session.today()
    )
    assert "offline" in next(row for row in page(session) if row["id"] == one)["tags"]
    assert all(row["error"] for row in source_rows(session))
    session.close()


@pytest.mark.parametrize("system", ["hubspot", "stripe", "posthog", "intercom"])
def test_a_wrong_key_names_system_and_remedy(desk: Session, system: str) -> None:
    desk.secrets.keep_for_session(system, "wrong")
    summary = sync(desk, CancelToken(), silent)
    title = dict(zip(("hubspot", "stripe", "posthog", "intercom"), TITLES, strict=True))[system]
    [problem] = summary["problems"]
    assert problem.startswith(f"{title} does not accept the key.")
    assert f"Make a new key at {title}" in problem
    assert "wrong" not in problem
    errors = {row["source"]: row["error"] for row in source_rows(desk)}
    assert {source for source, error in errors.items() if error} == {system}


def test_a_lost_key_stops_that_system_alone(desk: Session, own_sandbox: Sandbox) -> None:
    desk.secrets.delete("stripe")
    summary = sync(desk, CancelToken(), silent)
    [problem] = summary["problems"]
    assert "no key for Stripe" in problem
    assert "csmdesk connect stripe" in problem
    read = {row["source"] for row in summary["sources"] if row["requests"]}
    assert read == {"hubspot", "posthog", "intercom"}


def test_a_first_run_tells_each_trouble_once(tmp_path: Path, own_sandbox: Sandbox) -> None:
    """A source that fails in the part that scores need is not asked again, nor called complete."""
    own_sandbox.call("control", "DELETE", "/faults")
    session = connected(tmp_path / "new", own_sandbox)
    session.secrets.keep_for_session("stripe", "wrong")
    token = CancelToken()

    def stop(step: Progress) -> None:
        if step.key == "engine":
            token.cancel()

    with pytest.raises(Cancelled):
        run(session, token, stop)
    errors = {row["source"]: row["error"] for row in source_rows(session)}
    assert [source for source, error in errors.items() if error] == ["stripe"]
    complete = {row["source"] for row in source_rows(session) if row["complete_on"]}
    assert complete == {"hubspot", "posthog", "intercom"}
    session.close()


def test_a_bad_row_is_left_out_and_listed(tmp_path: Path, own_sandbox: Sandbox) -> None:
    own_sandbox.call("control", "DELETE", "/faults")
    session = connected(tmp_path / "new", own_sandbox)
    own_sandbox.fault("hubspot", "bad_row", path="objects/2026-03/contacts")
    summary = sync(session, CancelToken(), silent)
    assert summary["problems"] == []
    assert summary["rows_left_out"] == 1
    assert "1 row could not be read" in summary["text"]
    left_out = {row["source"]: row["rows_left_out"] for row in source_rows(session)}
    assert left_out == {"hubspot": 1, "stripe": 0, "posthog": 0, "intercom": 0}
    sync(session, CancelToken(), silent)
    assert not any(row["rows_left_out"] for row in source_rows(session))
    session.close()


def test_a_sandbox_killed_in_the_middle(connected_folder: Path, tmp_path: Path) -> None:
    """Committed rows stay; the next run goes on, and ends as an undisturbed one."""
    with running("--customers", "12") as sandbox:
        port = sandbox.base_url("hubspot").split(":")[2].split("/")[0]
        session = connected(tmp_path / "new", sandbox)
        sandbox.fault("stripe", "hang", path="invoices", after=2, seconds=20)

        def kill(step: Progress) -> None:
            if step.key == "stripe.invoices" and step.done:
                sandbox.process.kill()

        summary = sync(session, CancelToken(), kill)
        assert len(summary["problems"]) == 3
        kept = {name: len(found) for name, found in tables(sandbox, session.store).items()}
        assert kept["contact"] > 0
        assert kept["invoice"] > 0
        session.close()
    with running("--customers", "12", "--port", port) as sandbox:
        session = connected(tmp_path / "new", sandbox)
        assert sync(session, CancelToken(), silent)["problems"] == []
        whole = connected(copied(connected_folder, tmp_path / "whole"), sandbox)
        assert tables(sandbox, session.store) == tables(sandbox, whole.store)
        session.close()
        whole.close()
