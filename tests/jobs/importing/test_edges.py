"""Rows that refer to earlier files, mirrors beside refused rows, and cells no one expects."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.errors import BadInput
from csmdesk.jobs.importing.files import read_raw
from csmdesk.jobs.importing.foreign import plain_numbers
from csmdesk.jobs.importing.report import ImportSummary
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session
from tests.jobs.importing.conftest import Import
from tests.jobs.importing.test_import import SUBSCRIPTIONS, counts, read

C1 = "customer_id,name\nc1,Acme\n"
USAGE = "customer_id,day,feature,count,user_id\n"


def gone(summary: ImportSummary, file: str) -> int:
    return counts(summary, file)[4]


# -- mirror


def test_a_mirror_keeps_what_it_refuses_and_takes_what_is_gone(
    bring: Import, desk: Session
) -> None:
    header = "customer_id,name,acv\n"
    bring({"customers.csv": header + "c1,Acme,1\nc2,Beta,2\nc3,Gamma,3\n"})
    summary = bring({"customers.csv": header + "c1,Acme,oops\nc2,Beta,2\n"}, mirror=True)
    assert gone(summary, "customers.csv") == 1
    assert sorted(read(desk).customers["name"]) == ["Acme", "Beta"]


@pytest.mark.parametrize(
    ("file", "header", "rows", "bad"),
    [
        ("customers", "customer_id,name", ["c1,Acme", "c2,Beta"], "c2,Beta, Inc"),
        (
            "subscription_changes",
            "subscription_id,changed_on,amount",
            ["s1,2026-02-01,130", "s1,2026-03-01,140"],
            "s1,March 1st,140",
        ),
        ("usage", "customer_id,day,feature,count", ["c1,2026-11-10,f,1"], "c1,2026-11-10,f,1.5"),
    ],
)
def test_while_a_refused_row_may_be_any_nothing_is_taken(
    bring: Import, file: str, header: str, rows: list[str], bad: str
) -> None:
    others = {"subscriptions.csv": SUBSCRIPTIONS}
    bring(others | {f"{file}.csv": "\n".join([header, *rows])})
    summary = bring(others | {f"{file}.csv": "\n".join([header, *rows[:-1], bad])}, mirror=True)
    assert gone(summary, f"{file}.csv") == 0
    assert any("nothing was deleted" in message for message in summary.messages)


# -- what earlier files brought


def test_rows_refer_to_customers_of_an_earlier_import(bring: Import) -> None:
    bring()
    contacts = {"contacts.csv": "contact_id,customer_id\np,c2\n"}
    assert bring({"customers.csv": C1} | contacts).refused == []
    refused = bring({"customers.csv": C1} | contacts, mirror=True).refused
    assert [one[2] for one in refused] == ["customer_id"]


def test_a_person_stays_one_when_the_contacts_do_not_come_again(
    bring: Import, desk: Session
) -> None:
    contacts = "contact_id,customer_id,email\np1,c1,Ann@acme.example\n"
    usage = {"usage.csv": USAGE + "c1,2026-11-10,report,5,ann@acme.example\n"}
    bring(usage | {"contacts.csv": contacts})
    assert counts(bring(usage), "usage.csv") == (0, 0, 1, 0, 0)
    assert list(read(desk).usage.person_keys) == ["p1"]


def test_subscriptions_and_changes_that_come_alone(bring: Import) -> None:
    entitlements = {
        "entitlements.csv": "customer_id,product,capacity,unit\nc1,Suite,25,seats\n",
    }
    suite = "subscription_id,customer_id,product,amount,started_on\ns1,c1,Suite,100,2026-01-01\n"
    subscriptions = {"subscriptions.csv": suite}
    changes = {
        "subscription_changes.csv": "subscription_id,changed_on,amount\ns1,2026-03-01,120\n",
    }
    bring(entitlements | subscriptions | changes)
    assert counts(bring(subscriptions), "subscriptions.csv") == (0, 0, 1, 0, 0)
    assert counts(bring(changes), "subscription_changes.csv") == (0, 0, 1, 0, 0)


def test_the_refused_second_of_two_says_nothing_of_what_follows(
    bring: Import, desk: Session
) -> None:
    again = SUBSCRIPTIONS + "s1,c1,Team,999.00,2026-01-01,10,\n"
    changes = (
        "subscription_id,changed_on,amount,quantity\n"
        "s1,2026-02-01,,20\ns1,2026-02-01,700,\ns1,2026-03-01,,30\n"
    )
    summary = bring({"subscriptions.csv": again, "subscription_changes.csv": changes})
    assert [one[3] for one in summary.refused] == ["repeats line 2", "repeats line 2"]
    with desk.store.read() as conn:
        sql = "SELECT unit_num, quantity FROM fact_subscription_change ORDER BY changed_on"
        assert [tuple(row) for row in conn.exec_driver_sql(sql)] == [(12_000, 20), (12_000, 30)]


# -- cells


def test_days_beyond_the_calendar_of_the_engine(bring: Import, desk: Session) -> None:
    """Systems write a date for "never" and for "always"."""
    customers = (
        "customer_id,name,renewal_on,created_on,parent_id\n"
        "c1,A\0cme,9999-12-31,0001-01-01,c2\nc2,Beta,9999-12-31T23:59:59-05:00,,c1\n"
    )
    subscriptions = (
        "subscription_id,customer_id,product,amount,started_on,ended_on,cancel_at\n"
        "s1,c1,Team,10,1900-01-01,9999-12-31,9999-12-31\ns2,c2,Team,10,2026-01-01,,\n"
    )
    tickets = "ticket_id,customer_id,created_at\nt1,c1,9999-12-31T12:00:00Z\n"
    files = {"subscriptions.csv": subscriptions, "tickets.csv": tickets}
    summary = bring({"customers.csv": customers} | files)
    assert summary.refused[0][:3] == ("customers.csv", 3, "renewal_on")
    summary = bring({"customers.csv": customers.replace("T23:59:59-05:00", "")} | files)
    assert summary.refused == []
    assert run(desk, CancelToken(), silent)["customers"] == 2


def test_an_amount_beyond_what_can_be_kept_is_refused(bring: Import) -> None:
    header = "subscription_id,customer_id,product,amount,started_on,quantity\n"
    text = header + "s1,c1,P,999999999999.99999999,2026-01-01,7\ns2,c1,P,0.00000001,2026-01-01,7\n"
    refused = bring({"subscriptions.csv": text}).refused
    assert [(line, column) for _, line, column, _ in refused] == [(2, "amount")]


def test_an_instant_of_usage_counts_on_its_day(bring: Import, desk: Session) -> None:
    usage = USAGE + "c1,2026-11-10T23:30:00-02:00,f,2,\nc1,2026-11-11,f,3,\n"
    assert bring({"usage.csv": usage}).refused == []
    assert int(read(desk).usage.events.sum()) == 5
    assert counts(bring({"usage.csv": usage}), "usage.csv")[2] == 1


@pytest.mark.parametrize(
    ("text", "decimal", "plain"),
    [
        ("1.234,5", ",", "1234.5"),
        ("-1 234 567,50", ",", "-1234567.50"),
        ("12,34,567.5", ".", "1234567.5"),
        ("1.5", ",", "1.5"),
        ("1,5", ".", "1,5"),
        ("1.2.3,4", ",", "1.2.3,4"),
    ],
)
def test_what_parts_thousands_is_left_out_only_where_it_can(
    text: str, decimal: str, plain: str
) -> None:
    rows = [[text]]
    plain_numbers(["acv"], rows, decimal)
    assert rows == [[plain]]


def test_a_web_address_is_a_domain(bring: Import, desk: Session) -> None:
    """So that customers of files join those of other systems."""
    text = "customer_id,name,domain\nc1,Acme,https://www.Acme.example/about\nc2,Beta,beta.example\n"
    bring({"customers.csv": text})
    assert sorted(read(desk).customers["domain"]) == ["acme.example", "beta.example"]


# -- files


def test_a_workbook_says_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "customers.xlsx"
    told = {"customer_id": ["007", "8"], "name": ["NA", "null"], "acv": [0.1 + 0.2, None]}
    pd.DataFrame(told).to_excel(path, index=False, engine="xlsxwriter")
    assert read_raw(path).rows == [["007", "NA", "0.3"], ["8", "null", ""]]


def test_a_list_in_a_cell_is_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "customers.parquet"
    pd.DataFrame({"customer_id": ["a"], "tags": [["vip", "pilot"]]}).to_parquet(path)
    assert read_raw(path).rows == [["a", "vip;pilot"]]


def test_a_long_cell_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("ticket_id,body\n1," + "x" * 200_000 + "\n")
    assert len(read_raw(path).rows[0][1]) == 200_000


def test_a_file_that_is_broken_says_where(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text('customer_id,name\n1,Acme\n2,"Be"ta\n')
    with pytest.raises(BadInput, match=r"customers\.csv cannot be read: line 3"):
        read_raw(path)
    packed = bytearray(gzip.compress(b"".join(b"%d,x%d\n" % (n, n * 7919) for n in range(5000))))
    packed[200:260] = b"\xff" * 60
    (tmp_path / "usage.csv.gz").write_bytes(packed)
    with pytest.raises(BadInput, match=r"usage\.csv\.gz cannot be read"):
        read_raw(tmp_path / "usage.csv.gz")
