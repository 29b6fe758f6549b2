"""The snapshot of a workspace whose customers come and go."""

from __future__ import annotations

from pathlib import Path

from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.alerts import open_alerts
from csmdesk.engine.figures.dashboard import dashboard
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.store import facts
from tests.demo import demo_session


def test_a_customer_that_is_gone_takes_its_tasks_from_the_pages(demo_folder: Path) -> None:
    session = demo_session(demo_folder)
    before = build_portfolio(session, session.today())
    busiest = int(before.customers.ints("open_tasks").argmax())
    gone = before.customers["id"][busiest]
    with session.store.write() as conn:
        sql = f"SELECT source, source_id FROM identity WHERE customer_id = '{gone}'"
        for source, account in conn.exec_driver_sql(sql).all():
            facts.archive(conn, "account", source, [account])
    after = build_portfolio(session, session.today())
    session.close()
    assert gone not in after.customers["id"]
    lost = int((before.tasks.ints("customer") == busiest).sum())
    assert lost > 0
    assert after.tasks.length == before.tasks.length - lost
    assert after.tasks.ints("customer").min() >= 0
    tasks = after.task_events.ints("task")
    assert tasks.min() >= 0
    assert tasks.max() < after.tasks.length
    ids = dict(zip(before.tasks["id"], before.tasks["rule"], strict=True))
    assert all(
        ids[one] == rule for one, rule in zip(after.tasks["id"], after.tasks["rule"], strict=True)
    )
    scope = Scope(after.day)
    left = dashboard(before, scope).counters[-1].count - before.customers["open_tasks"][busiest]
    assert dashboard(after, scope).counters[-1].count == left
    assert all(row["customer"] for row in open_alerts(after, scope))
