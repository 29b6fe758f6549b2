"""Facts of a workspace as columns: what the engine reads."""

from __future__ import annotations

from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from csmdesk.domain.collector import collector_paused
from csmdesk.domain.columns import Columns
from csmdesk.domain.inputs import Facts, Rates
from csmdesk.domain.settings import Features, Settings
from csmdesk.store.load_customers import CustomerBook, load_customers
from csmdesk.store.load_tables import load_tables
from csmdesk.store.load_usage import load_usage
from csmdesk.store.sources import connected_sources
from csmdesk.store.sql import fetch, ints, turned


def load_facts(conn: Connection, settings: Settings, since: int | None = None) -> Facts:
    """Everything the engine reads, as `domain.inputs.Facts` describes it.

    `since`: the first day that is asked about; what was over by then (tickets solved, invoices paid)
    says nothing of it and is left out. None: any day may be asked about.
    """
    with collector_paused():
        return _load(conn, settings, since)


def _load(conn: Connection, settings: Settings, since: int | None) -> Facts:
    sources = connected_sources(conn, settings)
    book = load_customers(conn, sources)
    return Facts(
        ids=book.ids,
        customers=_with_own_tags(conn, book),
        tables=_with_taxonomy(
            load_tables(conn, book, ZoneInfo(settings.time_zone), since), settings.features
        ),
        usage=load_usage(conn, book, settings.features),
        sources=sources,
        risk=_risk(conn, book.index),
        rates=load_rates(conn, settings.money.reporting_currency),
    )


def _with_own_tags(conn: Connection, book: CustomerBook) -> Columns:
    """The customers with `all_tags`: those of the sources and those that people gave, as of now."""
    tags = list(book.customers["tags"])
    for customer, tag in fetch(conn, "SELECT customer_id, tag FROM work_tag ORDER BY 1, 2"):
        at = book.index.get(customer)
        if at is not None and tag not in tags[at]:
            tags[at] = (*tags[at], tag)
    return Columns({**book.customers.data, "all_tags": tags}, book.customers.length)


def _with_taxonomy(tables: dict[str, Columns], features: Features) -> dict[str, Columns]:
    """Products with the workspace's own modules beside those that their source names."""
    table = tables["product"]
    modules = [
        tuple(dict.fromkeys((*told, *features.products.get(name, ()))))
        for name, told in zip(table["name"], table["modules"], strict=True)
    ]
    return {**tables, "product": Columns({**table.data, "modules": modules}, table.length)}


def load_rates(conn: Connection, reporting: str) -> Rates:
    """All exchange rates; the reporting currency itself is always 1."""
    rates = Rates(reporting, {reporting: [0]}, {reporting: [Fraction(1)]})
    sql = "SELECT currency, from_day, num, den FROM fx_rate WHERE currency <> ? ORDER BY 1, 2"
    for currency, from_day, num, den in fetch(conn, sql, (reporting,)):
        rates.days.setdefault(currency, []).append(from_day)
        rates.values.setdefault(currency, []).append(Fraction(num, den))
    return rates


def _risk(conn: Connection, index: dict[str, int]) -> Columns:
    rows = fetch(
        conn,
        "SELECT customer_id, score, set_on FROM work_risk WHERE score IS NOT NULL ORDER BY 1, 3",
    )
    kept = [(index[row[0]], row[1], row[2]) for row in rows if row[0] in index]
    customer, score, set_on = turned(kept, 3)
    data = {"customer": ints(customer), "score": ints(score), "set_on": ints(set_on)}
    return Columns(data, len(kept))
