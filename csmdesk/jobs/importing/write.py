"""Writing a file's rows and telling which of them were new, changed or gone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.facts import FACTS, Fact
from csmdesk.jobs.importing.known import SOURCE, Products
from csmdesk.jobs.importing.report import TableReport
from csmdesk.jobs.importing.tables import ImportTable
from csmdesk.store import facts
from csmdesk.store.database import Connection, Store

PAGE = 5_000
_TABLE_OF = {cls: name for name, cls in FACTS.items()}

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """A row as facts: the one that counts, and those that come with it."""

    own: Fact
    parts: list[Fact]


def write_rows(
    store: Store,
    table: ImportTable,
    made: list[Made],
    counts: TableReport,
    cancel: CancelToken,
    kept: Collection[str] | None,
) -> None:
    """Write a page a transaction. A row has changed when it or one of its parts has.

    Rows with other ids than `kept` are deleted, unless that is None.
    """
    names = (table.fact, *table.parts(""))
    with store.read() as conn:
        present = {name: facts.present_ids(conn, name, SOURCE) for name in names}
    for start in range(0, len(made), PAGE):
        cancel.check()
        with store.write() as conn:
            _write_page(conn, table, made[start : start + PAGE], present, counts)
    if kept is None:
        return
    gone = present[table.fact].difference(kept)
    with store.write() as conn:
        counts.gone = facts.archive(conn, table.fact, SOURCE, gone)
        for name in table.parts(""):
            facts.archive(conn, name, SOURCE, [table.parts(one)[name] for one in gone])


def _write_page(
    conn: Connection,
    table: ImportTable,
    page: list[Made],
    present: dict[str, set[str]],
    counts: TableReport,
) -> None:
    by_table: dict[str, list[Fact]] = {}
    for row in page:
        for fact in (row.own, *row.parts):
            by_table.setdefault(_TABLE_OF[type(fact)], []).append(fact)
    moved = {(name, one) for name, rows in by_table.items() for one in facts.upsert(conn, rows)}
    stale = {key for row in page for key in _absent(table, row) if key[1] in present[key[0]]}
    for name in table.parts(""):
        facts.archive(conn, name, SOURCE, [one for of, one in stale if of == name])
    for row in page:
        own = row.own.source_id
        keys = {(table.fact, own), *table.parts(own).items()}
        if own not in present[table.fact]:
            counts.added += 1
        elif keys & (moved | stale):
            counts.changed += 1
        else:
            counts.unchanged += 1


def _absent(table: ImportTable, row: Made) -> set[Key]:
    """Parts that the row might have and has not: a discount that was taken away."""
    there = {(_TABLE_OF[type(part)], part.source_id) for part in row.parts}
    return set(table.parts(row.own.source_id).items()) - there


def write_products(store: Store, products: Products) -> None:
    """Write the products that the files name. Without an entitlement or use that tells a product's
    modules, what an earlier import knew of it stays."""
    made = products.facts()
    with store.write() as conn:
        present = facts.present_ids(conn, "product", SOURCE)
        facts.upsert(conn, [one for one in made if one.modules or one.source_id not in present])
