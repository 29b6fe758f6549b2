"""Files go in whole or row by row, and the report says which rows, again and again."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import MISSING, day_number
from csmdesk.domain.errors import BadInput
from csmdesk.domain.inputs import Facts
from csmdesk.jobs.importing.job import import_folder
from csmdesk.jobs.importing.report import ImportSummary
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session
from csmdesk.store.load import load_facts
from tests.jobs.importing.conftest import CUSTOMERS, Import

SUBSCRIPTIONS = (
    "subscription_id,customer_id,product,amount,started_on,quantity,discount_percent\n"
    "s1,c1,Team,120.00,2026-01-01,10,25\n"
)


def read(desk: Session) -> Facts:
    with desk.store.read() as conn:
        return load_facts(conn, desk.settings)


def counts(summary: ImportSummary, file: str) -> tuple[int, int, int, int, int]:
    [table] = [table for table in summary.tables if table.file == file]
    return table.added, table.changed, table.unchanged, table.refused, table.gone


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def test_customers_with_tags_and_custom_properties(bring: Import, desk: Session) -> None:
    text = (
        "customer_id,name,domain,owner,tier,tags,acv,currency,renewal_on,Region,flag\n"
        'c1,"Acme, Inc.",acme.example,ann@vendor.example,T1,vip; pilot ;,1200.50,EUR,'
        "2027-01-31,North,\n"
        "c2,Lab,,,,,,,,,internal\n"
    )
    summary = bring({"customers.csv": text})
    assert counts(summary, "customers.csv") == (2, 0, 0, 0, 0)
    customers = read(desk).customers
    one = customers["name"].index("Acme, Inc.")
    assert customers["tags"][one] == ("vip", "pilot")
    assert customers["acv"][one] == 120_050
    assert customers["acv_currency"][one] == "EUR"
    assert customers["renewal_on"][one] == day("2027-01-31")
    assert customers["owner_email"][one] == "ann@vendor.example"
    assert customers["flag"][1 - one] == "internal"
    with desk.store.read() as conn:
        sql = "SELECT properties FROM fact_account WHERE source_id = 'c1'"
        assert conn.exec_driver_sql(sql).scalar() == '{"Region":"North"}'


def test_the_second_import_tells_what_changed(bring: Import) -> None:
    texts = {"subscriptions.csv": SUBSCRIPTIONS}
    assert counts(bring(texts), "subscriptions.csv") == (1, 0, 0, 0, 0)
    again = bring(texts)
    assert counts(again, "customers.csv") == (0, 0, 2, 0, 0)
    assert counts(again, "subscriptions.csv") == (0, 0, 1, 0, 0)
    dearer = {"subscriptions.csv": SUBSCRIPTIONS.replace("120.00", "130.00")}
    assert counts(bring(dearer), "subscriptions.csv") == (0, 1, 0, 0, 0)
    renamed = {**dearer, "customers.csv": CUSTOMERS.replace("Beta", "Gamma") + "c3,New\n"}
    assert counts(bring(renamed), "customers.csv") == (1, 1, 1, 0, 0)


def test_a_discount_that_is_taken_away_is_gone(bring: Import, desk: Session) -> None:
    bring({"subscriptions.csv": SUBSCRIPTIONS})
    assert read(desk).tables["discount"].length == 1
    without = {"subscriptions.csv": SUBSCRIPTIONS.replace(",25\n", ",\n")}
    assert counts(bring(without), "subscriptions.csv") == (0, 1, 0, 0, 0)
    assert read(desk).tables["discount"].length == 0


def test_rows_that_are_gone_stay_unless_mirrored(bring: Import, desk: Session) -> None:
    bring({"subscriptions.csv": SUBSCRIPTIONS})
    fewer = {"customers.csv": "customer_id,name\nc1,Acme\n", "subscriptions.csv": ""}
    fewer["subscriptions.csv"] = SUBSCRIPTIONS.split("\n")[0] + "\n"
    assert counts(bring(fewer), "customers.csv") == (0, 0, 1, 0, 0)
    assert read(desk).count == 2
    mirrored = bring(fewer, mirror=True)
    assert counts(mirrored, "customers.csv") == (0, 0, 1, 0, 1)
    assert counts(mirrored, "subscriptions.csv") == (0, 0, 0, 0, 1)
    assert read(desk).count == 1
    for table in ("subscription", "subscription_item", "discount"):
        assert read(desk).tables[table].length == 0
    assert counts(bring(), "customers.csv") == (1, 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("file", "header", "row", "column", "reason"),
    [
        ("customers", "customer_id,name", ",X", "customer_id", "required"),
        ("customers", "customer_id,name", "c1,", "name", "required"),
        ("customers", "customer_id,name,acv", "c9,X,12.345", "acv", "finer"),
        ("customers", "customer_id,name,acv", "c9,X,1e999999999", "acv", "too large"),
        ("customers", "customer_id,name,currency", "c9,X,EURO", "currency", "ISO 4217"),
        ("customers", "customer_id,name,created_on", "c9,X,21.11.2026", "created_on", "ISO 8601"),
        ("customers", "customer_id,name", "c9,X,more,cells", "", "4 cells"),
        ("contacts", "contact_id,customer_id", "p,nobody", "customer_id", "not in customers"),
        ("contacts", "contact_id,customer_id,is_champion", "p,c1,maybe", "is_champion", "yes"),
        ("nps", "response_id,customer_id,score,answered_on", "r,c1,11,2026-01-01", "score", "0 to"),
        ("nps", "response_id,customer_id,score,answered_on", "r,c1,7.5,2026-01-01", "score", "who"),
        ("tickets", "ticket_id,customer_id,created_at", "t,c1,", "created_at", "required"),
        (
            "tickets",
            "ticket_id,customer_id,created_at,priority",
            "t,c1,2026-01-01,lots",
            "priority",
            "none of",
        ),
        ("usage", "customer_id,day,feature,count", "c1,2026-13-01,f,1", "day", "ISO 8601"),
        ("usage", "customer_id,day,feature,count", "c1,2026-11-01,f,-1", "count", "whole"),
        ("usage", "customer_id,day,feature,count", "c1,2026-11-01,f,inf", "count", "whole"),
        ("usage", "customer_id,day,feature,count", "c1,2026-11-01,f,", "count", "required"),
        (
            "subscription_changes",
            "subscription_id,changed_on",
            "s9,2026-01-01",
            "subscription_id",
            "not in subscriptions",
        ),
    ],
)
def test_a_bad_row_is_refused_by_name_and_the_rest_goes_in(
    bring: Import, desk: Session, file: str, header: str, row: str, column: str, reason: str
) -> None:
    good = {
        "customers": "c8,Good",
        "contacts": "p8,c1",
        "nps": "r8,c1,9,2026-02-02",
        "tickets": "t8,c1,2026-02-02",
        "usage": "c1,2026-11-02,f,5",
        "subscription_changes": "",
    }[file]
    quoted = "\n\n" + row + "\n" if good else "\n" + row + "\n"
    summary = bring({f"{file}.csv": f"{header}\n{good}{quoted}"})
    [refused] = summary.refused
    line = 4 if good else 2 if file != "subscription_changes" else 3
    assert refused[:3] == (f"{file}.csv", line, column)
    assert reason in refused[3]
    assert counts(summary, f"{file}.csv")[3] == 1
    if good:
        assert counts(summary, f"{file}.csv")[0] == 1
    with open(desk.workspace.exports / "import-refused.csv", encoding="utf-8") as listed:
        assert list(csv.reader(listed))[1:] == [[str(part) for part in refused]]
    bring()
    assert not (desk.workspace.exports / "import-refused.csv").exists()


def test_lines_are_counted_through_quoted_breaks(bring: Import) -> None:
    text = 'customer_id,name\nc1,"Acme\nof the north"\nc2,\n'
    [refused] = bring({"customers.csv": text}).refused
    assert refused[:3] == ("customers.csv", 4, "name")


def test_an_id_that_comes_twice_is_refused(bring: Import) -> None:
    summary = bring({"customers.csv": CUSTOMERS + "c1,Again\n"})
    assert summary.refused == [("customers.csv", 4, "customer_id", "repeats line 2")]


@pytest.mark.parametrize(
    ("texts", "mapping", "sentence"),
    [
        ({"contacts.csv": "contact_id,name\n"}, "", "contacts.csv lacks the column customer_id"),
        ({"contacts.csv": "contact_id,customer_id,contact_id\n"}, "", "contact_id twice"),
        ({"contacts.csv": 'contact_id,customer_id\n"x,c1'}, "", "contacts.csv cannot be read"),
        ({"customers.xlsx": "no sheet"}, "", "holds both"),
        ({"usage.xlsx": "no sheet"}, "", "usage.xlsx cannot be read"),
        ({"usage.parquet": "no table"}, "", "usage.parquet cannot be read"),
        ({}, "customers = 3", "customers is no table"),
        ({}, "[customers]\nfiles = 'x'", "customers.files is not known"),
        ({}, "[customer]\nfile = 'x'", "no import file"),
        ({}, "[customers]\nfile = '../x.csv'", "outside"),
        ({}, "[customers", "not valid"),
    ],
)
def test_an_unusable_file_stops_before_anything_is_written(
    bring: Import, desk: Session, texts: dict[str, str], mapping: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        bring(texts, mapping)
    assert read(desk).count == 0


def test_without_customers_there_is_nothing_to_import(desk: Session, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no customers file"):
        import_folder(desk, tmp_path, CancelToken(), silent)
    with pytest.raises(BadInput, match="is no folder"):
        import_folder(desk, tmp_path / "none", CancelToken(), silent)


def test_a_foreign_file_by_mapping(bring: Import, desk: Session) -> None:
    text = "Account ID,Account name,Plan,Signed on,renewal_on\na1,Acme,Gold,x,31/12/2026\n"
    mapping = """
[customers]
file = "Accounts export.csv"
date_format = "%d/%m/%Y"
columns = { "Account ID" = "customer_id", "Account name" = "name", "Plan" = "tier" }
values = { tier = { "Gold" = "T1" } }
"""
    summary = bring({"Accounts export.csv": text}, mapping)
    assert summary.refused == []
    customers = read(desk).customers
    assert customers["tier"] == ["T1"]
    assert customers["renewal_on"].tolist() == [day("2026-12-31")]


def test_ignored_columns_and_unknown_statuses_are_named(bring: Import) -> None:
    text = SUBSCRIPTIONS.replace("product", "product,status,Colour").replace("Team", "Team,odd,red")
    summary = bring({"subscriptions.csv": text})
    assert "subscriptions.csv: ignored Colour." in summary.messages
    assert any("“odd” is not known" in message for message in summary.messages)


def _frames() -> dict[str, pd.DataFrame]:
    customers = pd.DataFrame(
        {
            "customer_id": [1, 2],
            "name": ["Acme", "Beta"],
            "created_on": [date(2025, 3, 1), None],
            "acv": [1200.5, None],
        }
    )
    at = pd.to_datetime(["2026-11-03 10:30", "2026-11-04 00:00"])
    tickets = pd.DataFrame(
        {"ticket_id": ["t1", "t2"], "customer_id": [1.0, 2.0], "created_at": at, "csat": [5, None]}
    )
    return {"customers": customers, "tickets": tickets}


@pytest.mark.parametrize("form", ["csv.gz", "parquet", "xlsx"])
def test_every_form_says_the_same(desk: Session, tmp_path: Path, form: str) -> None:
    writers: dict[str, Any] = {
        "csv.gz": lambda frame, path: path.write_bytes(
            gzip.compress(frame.to_csv(index=False).encode())
        ),
        "parquet": lambda frame, path: frame.to_parquet(path),
        "xlsx": lambda frame, path: frame.to_excel(path, index=False, engine="xlsxwriter"),
    }
    folder = tmp_path / "typed"
    folder.mkdir()
    for name, frame in _frames().items():
        whole = frame.astype({"csat": "Int64"}) if "csat" in frame else frame
        if form == "csv.gz" and "customer_id" in whole:
            whole = whole.astype({"customer_id": "int64"})
        writers[form](whole, folder / f"{name}.{form}")
    summary = import_folder(desk, folder, CancelToken(), silent)
    assert summary.refused == []
    facts = read(desk)
    assert sorted(facts.customers["name"]) == ["Acme", "Beta"]
    assert facts.customers["created_on"].max() == day("2025-03-01")
    assert facts.customers["acv"].max() == 120_050
    tickets = facts.tables["ticket"]
    assert sorted(tickets["created_at_day"].tolist()) == [day("2026-11-03"), day("2026-11-04")]
    assert sorted(tickets["csat"].tolist()) == [MISSING, 5]


def test_a_workspace_of_files_alone_is_scored(bring: Import, desk: Session) -> None:
    usage = "customer_id,day,feature,count,user_id\n" + "".join(
        f"c1,2026-{month:02d}-{n:02d},report,3,ann@acme.example\n"
        for month in range(3, 12)
        for n in range(1, 29)
        if (month, n) < (11, 20)
    )
    bring({"subscriptions.csv": SUBSCRIPTIONS, "usage.csv": usage})
    summary = run(desk, CancelToken(), silent)
    assert summary["customers"] == 2
    assert summary["requests"] == 0
    assert summary["problems"] == []
    assert summary["offline"] is False
    assert summary["days_run"] == 181
