from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Contact
from csmdesk.store import facts
from csmdesk.store.bulk import Part, read_parts
from csmdesk.store.database import Store, open_store

Row = tuple[str, str | None, int | None]
rows = st.lists(
    st.tuples(
        st.text(),
        st.none() | st.text(),
        st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
    ),
    max_size=20,
)


def contacts(source: str, rows: list[Row]) -> list[Contact]:
    return [
        Contact(
            source=source,
            source_id=f"{at:02}",
            account_id="a",
            name=name,
            title=title,
            created_at=at_second,
        )
        for at, (name, title, at_second) in enumerate(rows)
    ]


def read(store: Store, where: str = "TRUE") -> list[Part]:
    with store.read() as conn:
        table, numbers = "fact_contact NOT INDEXED", {"created": "created_at"}
        return read_parts(conn, table, numbers, {"name": "name", "title": "title"}, where)


@settings(max_examples=50, deadline=None)
@given(rows, rows)
def test_columns_come_back_as_they_were_written(first: list[Row], second: list[Row]) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "x.sqlite")
        with store.write() as conn:
            facts.upsert(conn, [*contacts("two", second), *contacts("one", first)])
        found = read(store)
        store.close()
    given_rows = {"one": first, "two": second}
    assert [part.source for part in found] == [name for name, told in given_rows.items() if told]
    for part in found:
        told = given_rows[part.source]
        assert part.count == len(told)
        assert part.texts == {"name": [row[0] for row in told], "title": [row[1] for row in told]}
        numbers = [MISSING if row[2] is None else row[2] for row in told]
        assert part.numbers["created"].tolist() == numbers


def test_no_rows_are_no_parts(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, contacts("one", [("Ann", None, None)]))
    assert read(store, "name = 'Bob'") == []
    assert [part.texts["name"] for part in read(store, "name = 'Ann'")] == [["Ann"]]
