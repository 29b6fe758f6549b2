"""Files as other programs write them: encodings, separators, dates, numbers, names."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.errors import BadInput
from csmdesk.domain.page import Table
from csmdesk.jobs.customer import customer_page
from csmdesk.jobs.importing import guess
from csmdesk.jobs.importing.files import read_raw
from csmdesk.jobs.importing.foreign import plain_numbers
from csmdesk.jobs.importing.job import import_folder, import_places
from csmdesk.jobs.importing.look import look, mapping_document, places_of
from csmdesk.jobs.importing.mapping import mappings_of, read_mapping, write_mapping
from csmdesk.jobs.importing.report import read_refused
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.snapshot import build_portfolio
from tests.jobs.importing.conftest import Import
from tests.jobs.importing.test_import import day, read

TABLE = [["customer_id", "name", "acv"], ["1", "Café “Überall”", "1"], ["2", "Ångström, Inc", "2"]]


def written(path: Path, encoding: str, separator: str) -> Path:
    quoted = [[f'"{cell}"' if separator in cell else cell for cell in row] for row in TABLE]
    text = "\r\n".join(separator.join(row) for row in quoted) + "\r\n"
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wb") as out:
        out.write(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-mark", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["customers.csv", "customers.csv.gz"])
def test_encoding_and_separator_are_recognised(
    tmp_path: Path, encoding: str, separator: str, name: str
) -> None:
    codec = "utf-16" if encoding.startswith("utf-16") else encoding
    sheet = read_raw(written(tmp_path / name, codec, separator))
    assert [sheet.columns, *sheet.rows] == TABLE
    assert sheet.lines == [2, 3]


def test_a_byte_that_is_no_utf8_far_into_the_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    rows = b"".join(b"%d,Name\n" % number for number in range(200_000))
    path.write_bytes(b"customer_id,name\n" + rows + "x,Café\n".encode("cp1252"))
    assert read_raw(path).rows[-1] == ["x", "Café"]


@given(st.integers(-(10**9), 10**9), st.integers(0, 99), st.sampled_from([".", " ", "'", ""]))
def test_a_number_with_a_comma_is_the_plain_number(whole: int, part: int, group: str) -> None:
    text = f"{whole:,}".replace(",", group) + f",{part:02}"
    rows = [[text, text]]
    plain_numbers(["acv", "name"], rows, ",")
    assert rows == [[f"{whole}.{part:02}", text]]


def test_what_is_no_number_stays_and_is_refused(bring: Import) -> None:
    text = "customer_id;name;acv\na;Acme;1.200,50\nb;Beta;n/a\n"
    summary = bring({"customers.csv": text}, '[customers]\ndecimal = ","')
    assert [(line, column) for _, line, column, _ in summary.refused] == [(3, "acv")]


def test_columns_can_be_left_out(bring: Import, desk: Session) -> None:
    text = "customer_id,name,Secret\na,Acme,x\n"
    bring({"customers.csv": text}, '[customers]\ncolumns = { "Secret" = "" }')
    assert read(desk).count == 1
    with desk.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT properties FROM fact_account").all()
    assert "Secret" not in str(rows)


def test_a_level_is_the_highest_reading_and_no_event(bring: Import, desk: Session) -> None:
    usage = (
        "customer_id,day,feature,count,level\n"
        "c1,2026-11-18,assets,,40\nc1,2026-11-18,assets,,55\nc1,2026-11-18,search,3,\n"
        "c1,2026-11-18,nothing,,\n"
    )
    summary = bring({"usage.csv": usage})
    assert [(line, column) for _, line, column, _ in summary.refused] == [(5, "count")]
    facts = read(desk)
    column = day("2026-11-18") - facts.usage.first_day
    named = dict(zip(facts.usage.feature_name.tolist(), facts.usage.feature_events, strict=True))
    told = {facts.usage.feature_names[name]: int(row[column]) for name, row in named.items()}
    assert told == {"assets": 55, "search": 3}
    assert facts.usage.events[:, column].tolist().count(3) == 1, "a reading is no event of the day"


def test_orders_without_an_amount_are_taken(bring: Import) -> None:
    summary = bring({"orders.csv": "order_id,customer_id,ordered_on\no1,c1,2026-11-01\n"})
    assert summary.refused == []


def test_the_demo_takes_no_files(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id,name\nc1,Acme\n")
    demo = open_session(tmp_path / "demo", demo=True)
    for bring_in in (
        lambda: import_folder(demo, tmp_path, CancelToken(), silent),
        lambda: look(demo, [tmp_path], {}, CancelToken(), silent),
    ):
        with pytest.raises(BadInput, match="customers are invented") as caught:
            bring_in()
        assert "without --demo" in caught.value.remedy
    demo.close()


def test_orders_without_a_day_are_taken_and_shown(bring: Import, desk: Session) -> None:
    summary = bring({"orders.csv": "order_id,customer_id,amount\no1,c1,12.50\n"})
    assert summary.refused == []
    run(desk, CancelToken(), silent, sync=False)
    portfolio = build_portfolio(desk, desk.today())
    place = portfolio.customers["name"].index("Acme")
    page = customer_page(desk, portfolio, portfolio.customers["id"][place])
    blocks = [block for tab in page.tabs for block in (*tab.main, *tab.side)]
    [orders] = [block for block in blocks if isinstance(block, Table) and block.key == "orders"]
    [row] = orders.rows
    assert [cell.text for cell in row] == ["o1", "–", "$12.50", "–"]


@pytest.mark.parametrize(
    ("stem", "header", "table"),
    [
        ("customers", ["customer_id", "name"], "customers"),
        ("Accounts", ["Account ID", "Account Name"], "customers"),
        ("export-7", ["Ticket ID", "Account ID", "Created At", "Subject"], "tickets"),
        ("kpi", ["accountId", "date", "event", "event_count"], "usage"),
        ("holiday", ["from", "until"], ""),
    ],
)
def test_what_a_file_is_is_told_by_its_name_or_columns(
    stem: str, header: list[str], table: str
) -> None:
    assert guess.table_of(stem, header) == table


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["2026-11-21"], ""),
        (["21.11.2026", "1.2.2026"], "%d.%m.%Y"),
        (["11/21/2026", "1/2/2026"], "%m/%d/%Y"),
        (["21/11/2026"], "%d/%m/%Y"),
        ([*["01/02/2026"] * 300, "01/13/2026"], "%m/%d/%Y"),
        (["soon", "later", "21.11.2026"], ""),
    ],
)
def test_dates_are_told_by_their_look(cells: list[str], found: str) -> None:
    assert guess.date_format(["renewal_on"], [[cell] for cell in cells]) == found


FOREIGN = (
    "Account ID;Account Name;ARR;Renewal Date;Colour\nA;Acme;1.200,50;31.12.2026;red\nB;;7;x;blue\n"
)


def test_looking_guesses_and_counts_what_would_be_refused(desk: Session, tmp_path: Path) -> None:
    (tmp_path / "Accounts export.csv").write_text(FOREIGN, encoding="cp1252")
    (tmp_path / "usage.csv").write_text("customer_id,day,feature,count\nA,2026-11-18,x,1\n")
    (tmp_path / "readme.txt").write_text("not looked at")
    [accounts, usage] = look(desk, [tmp_path], {}, CancelToken(), silent)
    assert accounts["table"] == "customers"
    assert accounts["columns"] == {
        "Account ID": "customer_id",
        "Account Name": "name",
        "ARR": "acv",
        "Renewal Date": "renewal_on",
    }
    assert (accounts["date_format"], accounts["decimal"]) == ("%d.%m.%Y", ",")
    assert accounts["rows"][0] == ["A", "Acme", "1.200,50", "31.12.2026", "red"], "as it stands"
    assert (accounts["count"], accounts["refused"]) == (2, 1)
    assert (usage["table"], usage["refused"]) == ("usage", 0)
    assert read(desk).count == 0, "nothing is written"
    given: dict[str, Any] = {
        accounts["path"]: accounts | {"columns": {"Account ID": "customer_id"}}
    }
    [accounts, _] = look(desk, [tmp_path], given, CancelToken(), silent)
    assert accounts["problem"] == "No column feeds name, which is required."


def test_the_last_date_of_a_long_file_tells_how_all_are_written(
    desk: Session, tmp_path: Path
) -> None:
    days = ["01/02/2026"] * 500 + ["01/13/2026"]
    rows = "".join(f"A,{one},f{at},1\n" for at, one in enumerate(days))
    (tmp_path / "usage.csv").write_text(f"customer_id,day,feature,count\n{rows}")
    [usage] = look(desk, [tmp_path], {}, CancelToken(), silent)
    assert usage["date_format"] == "%m/%d/%Y"


def test_what_was_chosen_is_imported_and_kept_for_the_command_line(
    desk: Session, tmp_path: Path
) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "Accounts export.csv").write_text(
        FOREIGN.replace("B;;7;x", "B;Beta;7;"), encoding="utf-8"
    )
    entries = look(desk, [folder], {}, CancelToken(), silent)
    document = mapping_document(entries)
    summary = import_places(desk, places_of(entries), mappings_of(document), CancelToken(), silent)
    assert [(one.added, one.refused) for one in summary.tables] == [(2, 0)]
    write_mapping(tmp_path / "mapping.toml", document)
    assert read_mapping(tmp_path / "mapping.toml") == mappings_of(document)
    again = import_folder(desk, folder, CancelToken(), silent, tmp_path / "mapping.toml")
    assert [(one.added, one.unchanged) for one in again.tables] == [(0, 2)]


def test_two_files_cannot_be_the_same_table(desk: Session, tmp_path: Path) -> None:
    for name in ("customers.csv", "accounts.csv"):
        (tmp_path / name).write_text("customer_id,name\nA,Acme\n")
    entries = look(desk, [tmp_path], {}, CancelToken(), silent)
    assert "Another file is customers already" in entries[1]["problem"]
    with pytest.raises(BadInput, match="Two files are said to be customers"):
        places_of(entries)


def test_refused_rows_can_be_read_again(bring: Import, desk: Session) -> None:
    bring({"customers.csv": "customer_id,name\na,\n"})
    assert read_refused(desk.workspace.exports) == [
        ("customers.csv", 2, "name", "is empty, but required")
    ]
    bring({"customers.csv": "customer_id,name\na,Acme\n"})
    assert read_refused(desk.workspace.exports) == []


def test_a_mirror_empties_the_counts_that_are_gone(bring: Import, desk: Session) -> None:
    head = "customer_id,day,feature,count,user_id\n"
    rows = ["c1,2026-11-17,x,1,u1\n", "c1,2026-11-18,x,2,u1\n", "c2,2026-11-18,y,3,\n"]
    bring({"usage.csv": head + "".join(rows)})
    kept = bring({"usage.csv": head + rows[1]})
    assert kept.tables[-1].gone == 0, "a file whose rows are gone is no delete"
    assert int(read(desk).usage.events.sum()) == 6
    mirrored = bring({"usage.csv": head + rows[1]}, mirror=True)
    assert (mirrored.tables[-1].unchanged, mirrored.tables[-1].gone) == (1, 2)
    usage = read(desk).usage
    assert int(usage.events.sum()) == int(usage.feature_events.sum()) == 2
    assert int(usage.person_events.sum()) == 2
    again = bring({"usage.csv": head + rows[1]}, mirror=True)
    assert again.tables[-1].gone == 0
    bring({}, mirror=True)
    assert int(read(desk).usage.events.sum()) == 2, "a file that is not there deletes nothing"


def test_a_mapping_beside_the_files_is_used_the_next_time(desk: Session, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "x7.csv").write_text("Nr,Titel,Stufe\n1,Acme,Gold\n")
    mapping = {
        "customers": {
            "file": "x7.csv",
            "columns": {"Nr": "customer_id", "Titel": "name", "Stufe": "tier"},
            "values": {"tier": {"Gold": "T1"}},
        }
    }
    write_mapping(folder / "mapping.toml", mapping)
    [entry] = look(desk, [folder], {}, CancelToken(), silent)
    assert (entry["table"], entry["count"], entry["refused"]) == ("customers", 1, 0)
    document = mapping_document([entry])
    import_places(desk, places_of([entry]), mappings_of(document), CancelToken(), silent)
    assert read(desk).customers["tier"] == ["T1"]
    (folder / "mapping.toml").write_text("[customers")
    with pytest.raises(BadInput, match="is not valid"):
        look(desk, [folder], {}, CancelToken(), silent)
