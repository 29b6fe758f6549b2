"""What the first frame shows is what the portfolio shows a moment later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from csmdesk.config.paths import DATABASE_NAME
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import totals
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.models.columns import Column
from csmdesk.models.customers import (
    ACTIVE_STATUSES,
    CUSTOMER_COLUMNS,
    CustomerFilter,
    customer_rows,
)
from csmdesk.models.rows import ListRows
from csmdesk.models.table import TableModel
from csmdesk.store.first_rows import FirstRows, first_rows
from tests.demo import copied, demo_session


@pytest.fixture(scope="module")
def shown(
    prepared_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FirstRows, Portfolio]]:
    """The first frame's rows as the run left them, and the portfolio built from the store."""
    folder = copied(prepared_demo, tmp_path_factory.mktemp("frame") / "demo")
    first = first_rows(folder / DATABASE_NAME)
    session = demo_session(folder)
    try:
        yield first, build_portfolio(session, session.today())
    finally:
        session.close()


def table(portfolio: Portfolio) -> TableModel:
    """The page's own table: active customers, worst first."""
    model = TableModel(CUSTOMER_COLUMNS)
    model.sort_keys = [("chi", False), ("name", False)]
    model.set_rows(customer_rows(portfolio), CustomerFilter().mask(portfolio))
    return model


def test_the_first_rows_come_in_the_tables_order(
    shown: tuple[FirstRows, Portfolio], qapp: object
) -> None:
    first, portfolio = shown
    model = table(portfolio)
    active = [row for row in first.rows if row.status in ACTIVE_STATUSES]
    assert active
    assert [row.id for row in active] == [model.key(row) for row in range(len(active))]
    assert model.rowCount() == len(active) or len(first.rows) == 60
    assert first.day == portfolio.day


@pytest.mark.parametrize("column", CUSTOMER_COLUMNS, ids=lambda column: column.key)
def test_every_cell_says_the_same(shown: tuple[FirstRows, Portfolio], column: Column) -> None:
    first, portfolio = shown
    frame = ListRows(first.rows, portfolio.day, str(first.totals["currency"]))
    rows = customer_rows(portfolio)
    place = {key: row for row, key in enumerate(rows.keys)}
    for at, told in enumerate(first.rows):
        row = place[told.id]
        for say in (column.text, column.payload, column.tip, column.spoken):
            if say is not None:
                assert say(frame, at) == say(rows, row), told.name


def test_the_totals_are_the_same(shown: tuple[FirstRows, Portfolio]) -> None:
    first, portfolio = shown
    figures = totals(portfolio, Scope(portfolio.day)).as_json()
    assert {name: first.totals[name] for name in figures} == {**figures, "day": portfolio.day}
