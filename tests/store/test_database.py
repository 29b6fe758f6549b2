from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateIndex, CreateTable

from csmdesk.domain.errors import NewerStore, StoreError
from csmdesk.domain.facts import Order
from csmdesk.domain.settings import Settings
from csmdesk.store import cursors, facts, migrate
from csmdesk.store.database import Store, open_store
from csmdesk.store.findings import save_day
from csmdesk.store.schema import METADATA
from tests.store.samples import D, company, event, findings, task

WRITER = """
import sys
from pathlib import Path
from csmdesk.store import cursors, facts
from csmdesk.store.database import open_store
from tests.store.samples import company
store = open_store(Path(sys.argv[1]))
page = 0
while True:
    with store.write() as conn:
        facts.upsert(conn, [company(page * 200 + each) for each in range(200)])
        cursors.set_cursor(conn, "hubspot", "companies", {"page": page}, complete=False, at=0)
    page += 1
    print(page, flush=True)
"""


def test_schema_compiles_for_postgresql() -> None:
    dialect = postgresql.dialect()
    for table in METADATA.sorted_tables:
        assert f"CREATE TABLE {table.name}" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))


def test_opening_again_changes_nothing_and_loads_no_alembic(store: Store) -> None:
    code = (
        "import sys; from pathlib import Path; from csmdesk.store.database import open_store; "
        "open_store(Path(sys.argv[1])).close(); sys.exit('alembic' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code, str(store.path)], check=False).returncode == 0
    )


def test_write_rolls_back_on_error_even_tables(store: Store) -> None:
    def work() -> None:
        with store.write() as conn:
            conn.exec_driver_sql("CREATE TABLE gone (x)")
            facts.upsert(conn, [company(1)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    with store.read() as conn:
        assert facts.present_ids(conn, "account", "hubspot") == set()
        names = conn.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = 'gone'")
        assert names.scalar_one() == 0


def test_read_refuses_to_write(store: Store) -> None:
    with pytest.raises(StoreError), store.read() as conn:
        facts.upsert(conn, [company(1)])


def test_our_own_mistakes_are_not_hidden(store: Store) -> None:
    with pytest.raises(OperationalError), store.read() as conn:
        conn.exec_driver_sql("SELECT nothing FROM nowhere")


def test_newer_file_is_refused_and_left_alone(store: Store) -> None:
    with store.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    before = store.path.read_bytes()
    with pytest.raises(NewerStore, match="newer version"):
        open_store(store.path)
    assert store.path.read_bytes() == before


def test_a_file_of_the_first_schema_catches_up_and_keeps_its_rows(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, [company(1)])
        save_day(
            conn,
            findings(D, ["0" * 16], [50], [task("t", "0" * 16, D)], [event("t", D)]),
            Settings(),
            at=0,
        )
        conn.exec_driver_sql("ALTER TABLE task_event DROP COLUMN due_on")
        conn.exec_driver_sql("DROP TABLE outbox")
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    store.close()
    again = open_store(store.path)
    with again.read() as conn:
        assert facts.present_ids(conn, "account", "hubspot") == {"1"}
        due = conn.exec_driver_sql("SELECT due_on FROM task_event").scalar_one()
        assert due == task("t", "0" * 16, D).due_on
        assert conn.exec_driver_sql("SELECT count(*) FROM outbox").scalar_one() == 0
    again.close()
    assert [path.name for path in (store.path.parent / "backups").iterdir()] == [
        f"{store.path.stem}-schema-0001.sqlite"
    ]


def test_a_file_of_the_second_schema_reads_its_invoices_again(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, [company(1)])
        for stream in ("invoices", "customers"):
            cursors.set_cursor(conn, "stripe", stream, {"done": True}, complete=True, at=0)
        conn.exec_driver_sql("ALTER TABLE fact_invoice DROP COLUMN metered")
        conn.exec_driver_sql("ALTER TABLE overview DROP COLUMN metered")
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    store.close()
    again = open_store(store.path)
    with again.read() as conn:
        assert facts.present_ids(conn, "account", "hubspot") == {"1"}
        assert conn.exec_driver_sql("SELECT metered FROM fact_invoice").all() == []
        assert conn.exec_driver_sql("SELECT metered FROM overview").all() == []
        assert cursors.get_cursor(conn, "stripe", "invoices") is None
        assert cursors.get_cursor(conn, "stripe", "customers") == {"done": True}
    again.close()


def test_an_order_of_the_fourth_schema_stays_and_needs_no_day_any_more(store: Store) -> None:
    kept = Order(
        source="import", source_id="o1", account_id="a", number="1", amount=5, currency="USD",
        ordered_on=D,
    )  # fmt: skip
    with store.write() as conn:
        facts.upsert(conn, [kept])
        made = conn.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'fact_order'"
        ).scalar_one()
        rows = conn.exec_driver_sql("SELECT * FROM fact_order").all()
        conn.exec_driver_sql("DROP TABLE fact_order")
        conn.exec_driver_sql(made.replace("ordered_on BIGINT", "ordered_on BIGINT NOT NULL"))
        marks = ", ".join("?" for _ in rows[0])
        conn.exec_driver_sql(f"INSERT INTO fact_order VALUES ({marks})", tuple(rows[0]))
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0004'")
    store.close()
    again = open_store(store.path)
    with again.write() as conn:
        assert conn.exec_driver_sql("SELECT ordered_on FROM fact_order").scalar_one() == D
        facts.upsert(conn, [replace(kept, source_id="o2", ordered_on=None)])
        indexes = conn.exec_driver_sql("SELECT name FROM pragma_index_list('fact_order')").all()
        assert "ix_fact_order_account_id" in {row[0] for row in indexes}
    again.close()


def test_foreign_and_damaged_files_are_refused(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.sqlite"
    nonsense.write_bytes(b"not a database at all " * 500)
    with pytest.raises(StoreError, match="no database"):
        open_store(nonsense)
    whole = open_store(tmp_path / "whole.sqlite")
    with whole.write() as conn:
        facts.upsert(conn, [company(number) for number in range(2000)])
    whole.close()
    data = bytearray(whole.path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8192] = os.urandom(8192)
    whole.path.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="damaged") as caught:
        open_store(whole.path)
    assert "backups" in caught.value.remedy


def test_an_encrypted_file_without_the_cipher_is_a_sentence(tmp_path: Path) -> None:
    if find_spec("sqlcipher3") is not None:
        pytest.skip("the cipher is installed")
    with pytest.raises(StoreError, match="encrypted"):
        open_store(tmp_path / "secret.sqlite", key=b"\x01" * 32)


def test_backup_holds_the_rows_and_never_overwrites(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, [company(1)])
    with store.read() as conn:
        engine = conn.engine
    made = [migrate.backup(engine, store.path, "schema-0000") for _ in range(2)]
    assert len(set(made)) == 2
    for path in made:
        copy = open_store(path)
        with copy.read() as conn:
            assert facts.present_ids(conn, "account", "hubspot") == {"1"}
        copy.close()


def test_full_disk_is_a_sentence(store: Store) -> None:
    def work() -> None:
        with store.write() as conn:
            pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
            conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
            facts.upsert(conn, [company(number) for number in range(5000)])

    with pytest.raises(StoreError, match="disk is full"):
        work()


def test_reader_sees_the_old_state_while_a_writer_works(store: Store) -> None:
    wrote, done = threading.Event(), threading.Event()

    def work() -> None:
        with store.write() as conn:
            facts.upsert(conn, [company(number) for number in range(500)])
            wrote.set()
            done.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    assert wrote.wait(10)
    with store.read() as conn:
        assert facts.present_ids(conn, "account", "hubspot") == set()
        done.set()
        thread.join()
        assert facts.present_ids(conn, "account", "hubspot") == set()
    with store.read() as conn:
        assert len(facts.present_ids(conn, "account", "hubspot")) == 500


def test_writers_wait_for_each_other(store: Store) -> None:
    def work(start: int) -> None:
        for number in range(start, start + 20):
            with store.write() as conn:
                facts.upsert(conn, [company(number)])

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as conn:
        assert len(facts.present_ids(conn, "account", "hubspot")) == 60


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_in_the_middle_keeps_pages_and_cursor_together(tmp_path: Path) -> None:
    path = tmp_path / "csmdesk.sqlite"
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    while int(child.stdout.readline()) < 5:
        pass
    child.kill()
    child.wait()
    child.stdout.close()
    store = open_store(path)
    with store.read() as conn:
        cursor = cursors.get_cursor(conn, "hubspot", "companies")
        count = len(facts.present_ids(conn, "account", "hubspot"))
    store.close()
    assert cursor is not None
    assert isinstance(cursor["page"], int)
    assert cursor["page"] >= 4
    assert count == (cursor["page"] + 1) * 200
