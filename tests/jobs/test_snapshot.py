"""The snapshot of a workspace: customers that are gone, days that are computed again."""

from __future__ import annotations

from pathlib import Path

from csmdesk.config.workspace import CONFIG_NAME
from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Entitlement
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.alerts import open_alerts
from csmdesk.engine.figures.dashboard import dashboard
from csmdesk.engine.measure import measure
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.store import facts
from csmdesk.store.load import load_facts
from csmdesk.worker.frames import pack_portfolio, unpack_portfolio
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


def test_a_recomputed_day_equals_the_stored_one_until_the_model_changes(demo_folder: Path) -> None:
    session = demo_session(demo_folder)
    day = session.today() - 12
    again = build_portfolio(session, day, recompute=True)
    before = build_portfolio(session, day)
    session.close()
    assert (again.customers.ints("stored_chi") == MISSING).all()
    assert not [text for text in again.notices if "stored" in text]
    with (demo_folder / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write('\n[[models]]\nname = "Default"\n[models.caps]\nno_subscription = 10\n')
    session = demo_session(demo_folder)
    then, now = (build_portfolio(session, day, recompute=one) for one in (False, True))
    session.close()
    other = now.customers.ints("stored_chi") != MISSING
    assert 0 < other.sum() < len(other)
    assert (now.customers["chi"][other] == 10).all()
    assert (now.customers["stored_chi"][other] == then.customers["chi"][other]).all()
    assert f"{other.sum()} recomputed scores differ from what was stored on" in now.notices[-1]
    for name in ("chi", "band", "held_band", "health_marker", "activity_marker"):
        assert (then.customers[name] == before.customers[name]).all(), name


def test_a_portfolio_with_units_in_use_goes_through_the_pipe(demo_folder: Path) -> None:
    """What customers used of units is several values a customer."""
    session = demo_session(demo_folder)
    with session.store.write() as conn:
        sql = "SELECT source_id FROM identity WHERE source = 'stripe'"
        facts.upsert(
            conn,
            [
                Entitlement(source="stripe", source_id=f"e{account}", account_id=account,
                            product="Scan Pack", capacity=100, unit="scan")
                for (account,) in conn.exec_driver_sql(sql).all()
            ],
        )  # fmt: skip
    portfolio = build_portfolio(session, session.today())
    with session.store.read() as conn:
        told = measure(load_facts(conn, session.settings), session.settings, session.today())
    session.close()
    assert any(told["unit_use"])
    arrived = unpack_portfolio(pack_portfolio(portfolio))
    assert arrived.measures.ints("seats").tolist() == told.ints("seats").tolist()


def test_how_little_data_is_thin_can_be_set(demo_folder: Path) -> None:
    """Half of the weights by default; every score that lacks any at all when it is set to 100 %."""
    session = demo_session(demo_folder)
    half = build_portfolio(session, session.today()).customers
    session.close()
    with (demo_folder / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write("\n[health]\nthin_coverage_percent = 100\n")
    session = demo_session(demo_folder)
    whole = build_portfolio(session, session.today()).customers
    session.close()
    assert (half["thin"] == (half["coverage"] < 5_000)).all()
    assert (whole["thin"] == (whole["coverage"] < 10_000)).all()
    assert (whole["chi"] == half["chi"]).all()
    assert whole["thin"].sum() > half["thin"].sum()
