"""The whole loop: sandbox, sync, store, engine, snapshot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from csmdesk.domain.cancel import CancelToken, Progress, silent
from csmdesk.domain.errors import BadInput, Busy, Cancelled
from csmdesk.domain.portfolio import HISTORY_DAYS, Portfolio
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.run import run
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.store import findings as stored
from tests.demo import CUSTOMERS, demo_session


def dump(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of facts, findings and work (bookkeeping of reads and runs apart)."""
    import sqlite3

    connection = sqlite3.connect(folder / "csmdesk.sqlite")
    names = [
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    bookkeeping = ("source_state", "run", "sync_cursor", "alembic_version")
    kept = [n for n in names if n not in bookkeeping and not n.startswith("sqlite_")]
    rows = {
        n: sorted(connection.execute(f'SELECT * FROM "{n}"').fetchall(), key=repr) for n in kept
    }
    connection.close()
    return rows


def test_first_run_shows_a_preview_then_everything(tmp_path: Path) -> None:
    session = demo_session(tmp_path / "w", customers=12)
    shown: list[Portfolio] = []
    steps: list[Progress] = []
    summary = run(session, CancelToken(), steps.append, show=shown.append)
    session.close()
    assert [portfolio.preview for portfolio in shown] == [True, False]
    preview, whole = shown
    assert preview.customers.length == whole.customers.length == 12
    assert (preview.customers["chi"] >= 0).sum() >= (whole.customers["active"] == 1).sum()
    assert preview.tasks.length == 0, "the preview is kept nowhere but in the overview"
    assert summary["days_run"] == HISTORY_DAYS + 1
    assert summary["problems"] == []
    assert {step.key for step in steps} >= {"engine", "hubspot.companies"}


def test_second_run_changes_nothing(demo_folder: Path) -> None:
    before = dump(demo_folder)
    session = demo_session(demo_folder)
    summary = run(session, CancelToken(), silent)
    session.close()
    assert summary["requests"] < 20
    assert summary["changed"] == 0
    assert summary["findings_changed"] == 0
    assert dump(demo_folder) == before


def test_history_is_there_from_the_first_minute(demo_folder: Path) -> None:
    session = demo_session(demo_folder)
    portfolio = build_portfolio(session, session.today())
    session.close()
    known = (portfolio.chi_history >= 0).sum(axis=0)
    active = portfolio.customers["active"] == 1
    assert portfolio.customers.length == CUSTOMERS
    assert np.median(known[active]) == HISTORY_DAYS
    lost = portfolio.points.sum(axis=0) + portfolio.cap_points
    chi = portfolio.customers.ints("chi")
    assert ((chi + lost == 100) | (chi < 0)).all()


def test_a_cancelled_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    session = demo_session(folder, customers=12)
    token = CancelToken()

    def stop_in_the_back_fill(step: Progress) -> None:
        if step.key == "engine" and step.done == 40:
            token.cancel()

    with pytest.raises(Cancelled):
        run(session, token, stop_in_the_back_fill)
    with session.store.read() as conn:
        last = stored.last_run(conn)
    assert last is not None
    done = last.day
    summary = run(session, CancelToken(), silent)
    session.close()
    assert done == session.today() - HISTORY_DAYS + 40
    assert summary["days_run"] == HISTORY_DAYS - 40

    whole = demo_session(tmp_path / "other", customers=12)
    run(whole, CancelToken(), silent)
    whole.close()
    left, right = dump(folder), dump(tmp_path / "other")
    for table in ("task", "task_event", "alert", "history_day"):
        drop = -1 if table == "history_day" else None
        assert [row[:drop] for row in left[table]] == [row[:drop] for row in right[table]], table


def test_nothing_is_overdue_before_anybody_could_see_it(prepared_demo: Path) -> None:
    session = demo_session(prepared_demo)
    portfolio = build_portfolio(session, session.today())
    session.close()
    active = portfolio.tasks["active"]
    assert active.sum() > 5
    assert (portfolio.tasks.ints("due_on")[active] >= portfolio.day).all()


def test_two_at_once_one_works_the_other_says_so(demo_folder: Path) -> None:
    session = demo_session(demo_folder)
    with workspace_lock(session), pytest.raises(Busy, match="has worked since"):
        run(session, CancelToken(), silent)
    session.close()


def test_a_day_before_the_last_run_is_frozen(demo_folder: Path) -> None:
    session = demo_session(demo_folder)
    with pytest.raises(BadInput, match="frozen"):
        run(session, CancelToken(), silent, day=session.today() - 3, sync=False)
    session.close()


def test_the_next_day_is_one_more_day(demo_folder: Path) -> None:
    session = demo_session(demo_folder)
    tomorrow = session.today() + 1
    summary = run(session, CancelToken(), silent, day=tomorrow)
    portfolio = build_portfolio(session, tomorrow)
    assert (portfolio.customers.ints("active_users") >= 0).sum() > CUSTOMERS // 2
    with session.store.read() as conn:
        last = stored.last_run(conn)
    session.close()
    assert summary["days_run"] == 1
    assert summary["changed"] > 0
    assert last is not None
    assert last.day == tomorrow
