from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmdesk.domain.errors import BadInput
from csmdesk.domain.facts import FACTS, Contact, Fact, Invoice
from csmdesk.domain.source_status import Rate, Reading
from csmdesk.store import cursors, facts, rates
from csmdesk.store.database import Store, open_store
from csmdesk.store.schema.facts import SHAPES
from tests.store.samples import company

rows = st.lists(
    st.builds(
        Invoice,
        source=st.sampled_from(["stripe", "import"]),
        source_id=st.sampled_from("abcdef"),
        account_id=st.just("1"),
        number=st.text(max_size=3),
        currency=st.just("USD"),
        amount_due=st.integers(-(2**62), 2**62),
        issued_on=st.integers(0, 3),
        paid_on=st.none() | st.integers(0, 3),
    ),
    max_size=8,
)


def test_every_fact_class_has_a_table_with_its_fields() -> None:
    assert set(SHAPES) == set(FACTS)
    for name, cls in FACTS.items():
        assert SHAPES[name].names == tuple(cls.__dataclass_fields__)


@settings(max_examples=40, deadline=None)
@given(st.lists(rows, max_size=4))
def test_upsert_tells_exactly_what_changed(pages: list[list[Invoice]]) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "x.sqlite")
        known: dict[tuple[str, str], Fact] = {}
        for page in pages:
            wanted = known | {(row.source, row.source_id): row for row in page}
            expected = {key[1] for key, row in wanted.items() if known.get(key) != row}
            with store.write() as conn:
                assert facts.upsert(conn, page) == expected
            known = wanted
        with store.write() as conn:
            assert facts.upsert(conn, list(known.values())) == set()
        store.close()


def test_text_from_outside_is_kept_as_it_came(store: Store) -> None:
    name = "'); DROP TABLE fact_account; -- {0} %s <b>\u202e\x00é"
    with store.write() as conn:
        facts.upsert(conn, [company(1, properties={"b": name, "a": "1"}, tags=(name,))])
        stored = conn.exec_driver_sql("SELECT properties, tags FROM fact_account").one()
        assert (
            facts.upsert(conn, [company(1, properties={"a": "1", "b": name}, tags=(name,))])
            == set()
        )
    assert "DROP TABLE" in stored[0]


def test_archive_marks_or_deletes_and_a_return_is_a_change(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, [company(1), company(2)])
        assert facts.archive(conn, "account", "hubspot", ["1", "7"]) == 1
        assert facts.archive(conn, "account", "hubspot", ["1"]) == 0
        assert facts.present_ids(conn, "account", "hubspot") == {"2"}
        assert facts.upsert(conn, [company(1)]) == {"1"}
        invoice = Invoice(
            source="stripe",
            source_id="i",
            account_id="1",
            number="1",
            currency="USD",
            amount_due=1,
            issued_on=1,
        )
        facts.upsert(conn, [invoice])
        assert facts.archive(conn, "invoice", "stripe", ["i"]) == 1
        assert facts.present_ids(conn, "invoice", "stripe") == set()


def test_delete_source_leaves_the_others(store: Store) -> None:
    contact = Contact(source="intercom", source_id="c", account_id="1", name="Ann")
    with store.write() as conn:
        facts.upsert(conn, [company(1), contact])
        cursors.set_cursor(conn, "intercom", "contacts", {"after": "x"}, complete=True, at=5)
        assert facts.delete_source(conn, "intercom") == 1
        assert cursors.get_cursor(conn, "intercom", "contacts") is None
        assert facts.present_ids(conn, "account", "hubspot") == {"1"}


def test_cursors_problems_and_results(store: Store) -> None:
    with store.write() as conn:
        assert cursors.get_cursor(conn, "hubspot", "companies") is None
        cursors.set_cursor(conn, "hubspot", "companies", {"after": "10"}, complete=False, at=1)
        cursors.set_cursor(conn, "hubspot", "companies", {"after": "20"}, complete=True, at=2)
        assert cursors.get_cursor(conn, "hubspot", "companies") == {"after": "20"}
        cursors.add_problem(conn, "hubspot", "companies", "7", "no name", "{}")
        cursors.add_problem(conn, "hubspot", "companies", "7", "no id", "{}")
        assert [one.message for one in cursors.problems(conn)] == ["no id"]
        cursors.clear_problem(conn, "hubspot", "companies", "7")
        assert cursors.problems(conn) == []
        cursors.set_source_result(conn, "hubspot", 100, Reading(rate=Rate(9, 10, 1)))
        cursors.set_source_result(conn, "hubspot", 200, Reading("wrong key", lacking=("a", "b")))
        state = cursors.source_state(conn)[0]
        assert (state.read_at, state.complete_at, state.error) == (200, 100, "wrong key")
        told = Reading("wrong key", lacking=("a", "b"), rate=Rate(9, 10, 1))
        assert state.reading == told, "the newest, and the rate as last told"


def test_rates_are_counted_once_and_checked(store: Store) -> None:
    with store.write() as conn:
        assert rates.set_rates(conn, [("EUR", 1, 11, 10), ("EUR", 5, 12, 10)]) == 2
        assert rates.set_rates(conn, [("EUR", 1, 11, 10), ("EUR", 5, 13, 10)]) == 1
        with pytest.raises(BadInput):
            rates.set_rates(conn, [("EUR", 1, 0, 10)])
