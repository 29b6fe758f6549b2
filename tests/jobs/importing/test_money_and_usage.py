"""What amounts, seats, histories and counts of the files come to in the engine."""

from __future__ import annotations

from datetime import date

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING, day_number
from csmdesk.engine.metrics.money import money_metrics
from csmdesk.jobs.session import Session
from csmdesk.store.load import load_facts
from tests.jobs.importing.conftest import Import

HEADER = "subscription_id,customer_id,product,amount,started_on,"


def money(desk: Session, day: str) -> Columns:
    with desk.store.read() as conn:
        facts = load_facts(conn, desk.settings)
    return money_metrics(facts, desk.settings, day_number(date.fromisoformat(day)))


def total(desk: Session, day: str, name: str = "mrr") -> int:
    return int(np.asarray(money(desk, day)[name]).sum())


def test_history_of_amount_quantity_and_status(bring: Import, desk: Session) -> None:
    subscriptions = HEADER + "seats\ns1,c1,Team,1200,2026-01-01,10\n"
    changes = (
        "subscription_id,changed_on,amount,quantity,status\n"
        "s1,2026-07-01,,,paused\n"
        "s1,2026-03-01,2400,20,active\n"
        "s1,2026-09-01,,,active\n"
        "s1,2026-10-01,,0,\n"
    )
    assert bring({"subscriptions.csv": subscriptions, "subscription_changes.csv": changes})
    days = ("2026-02-01", "2026-03-01", "2026-07-01", "2026-09-01", "2026-10-01")
    assert [total(desk, day) for day in days] == [120_000, 240_000, 0, 240_000, 0]
    assert [total(desk, day, "seats") for day in days] == [10, 20, 0, 20, 0]


def test_prices_finer_than_the_minor_unit_and_discounts(bring: Import, desk: Session) -> None:
    text = (
        HEADER + "interval,quantity,discount_percent,discount_ends_on\n"
        "s1,c1,Pack,123.455,2026-01-01,month,7,,\n"
        "s2,c2,Team,1200,2026-01-01,year,3,25,2026-06-01\n"
    )
    assert bring({"subscriptions.csv": text}).refused == []
    assert sorted(np.asarray(money(desk, "2026-05-31")["mrr"]).tolist()) == [7_500, 12_346]
    assert sorted(np.asarray(money(desk, "2026-06-01")["mrr"]).tolist()) == [10_000, 12_346]


def test_what_an_invoice_bills_for_use(bring: Import, desk: Session) -> None:
    told = (
        "invoice_id,customer_id,amount_due,currency,issued_on,status,metered_amount\n"
        "i1,c1,100,USD,2026-05-01,paid,12.50\n"
        "i2,c1,100,USD,2026-05-31,open,0\n"
        "i3,c1,100,USD,2026-05-31,void,40\n"
        "i4,c1,100,USD,2026-06-01,open,\n"
    )
    assert bring({"invoices.csv": told}).refused == []
    days = ("2026-06-01", "2026-06-30", "2026-07-01")
    found = [sorted(np.asarray(money(desk, day)["metered"]).tolist()) for day in days]
    assert found == [[0, 1_250], [0, 1_250], [MISSING, 0]]


def test_seats_come_from_what_states_them(bring: Import, desk: Session) -> None:
    subscriptions = (
        HEADER + "seats,quantity\n"
        "s1,c1,Flat,100,2026-01-01,,\n"
        "s2,c1,Scans,100,2026-01-01,,4\n"
        "s3,c2,Suite,100,2026-01-01,,\n"
    )
    entitlements = (
        "customer_id,product,module,capacity,unit,since\n"
        "c1,Scans,scanning,4000,scan,\n"
        "c2,Suite,core,25,seats,\nc2,Suite,reports,25,seats,\n"
    )
    bring({"subscriptions.csv": subscriptions, "entitlements.csv": entitlements})
    assert sorted(np.asarray(money(desk, "2026-05-01")["seats"]).tolist()) == [0, 25]
    with desk.store.read() as conn:
        products = load_facts(conn, desk.settings).tables["product"]
    modules = dict(zip(products["name"], products["modules"], strict=True))
    assert modules == {"Flat": (), "Scans": ("scanning",), "Suite": ("core", "reports")}


def test_usage_by_feature_and_person(bring: Import, desk: Session) -> None:
    contacts = "contact_id,customer_id,email\np1,c1,Ann@acme.example\n"
    usage = (
        "customer_id,day,feature,count,users,user_id,module,failed\n"
        "c1,2026-11-10,report,5,,ann@acme.example,reports,\n"
        "c1,2026-11-10,scan,3,,bob,scanning,1\n"
        "c1,2026-11-09,report,7,4,,reports,\n"
        "c1,2025-01-01,report,7,,,,\n"
        "c1,2026-11-20,report,7,,,,\n"
    )
    files = {"contacts.csv": contacts, "usage.csv": usage}
    summary = bring(files)
    assert any("1 row older than 280 days" in message for message in summary.messages)
    with desk.store.read() as conn:
        found = load_facts(conn, desk.settings).usage
    column = day_number(date(2026, 11, 10)) - found.first_day
    assert found.events.sum(axis=0)[column - 1 : column + 1].tolist() == [7, 8]
    assert found.users.sum(axis=0)[column - 1 : column + 1].tolist() == [4, 2]
    assert sorted(found.person_keys) == ["bob", "p1"]
    assert dict(zip(found.feature_names, found.feature_modules, strict=True)) == {
        "report": "reports",
        "scan": "scanning",
    }
    again = bring({**files, "usage.csv": usage.replace("scan,3", "scan,4")})
    [report] = [table for table in again.tables if table.file == "usage.csv"]
    assert (report.added, report.changed, report.unchanged) == (0, 1, 2)
