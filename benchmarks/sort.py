"""Sorting and filtering 100,000 rows, repaint included."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel

from benchmarks.harness import Bench, Result, timed
from benchmarks.screens import application, our_table, repaint
from csmdesk.domain.portfolio import Portfolio
from csmdesk.models.customers import CustomerFilter
from csmdesk.views.table import DataTable
from tests.ui.portfolios import portfolio

ROWS = 100_000
SORT, FILTER, PROXY = 2.0, 2.5, 1 / 8


def run() -> list[Result]:
    application()
    bench = Bench("sort")
    book = portfolio(ROWS)
    table = our_table(book)
    model, grid = table.model, table.grid
    amounts = book.customers.ints("acv")
    flip = [False]

    def floor() -> None:
        np.argsort(amounts, kind="stable")
        repaint(grid)

    def sorted_by(key: str) -> None:
        flip[0] = not flip[0]
        model.sort_by([(key, flip[0])])
        repaint(grid)

    def proxy() -> float:
        items.sort(0, Qt.SortOrder.DescendingOrder)
        return timed(lambda: items.sort(0, Qt.SortOrder.AscendingOrder))

    first_text = timed(lambda: sorted_by("csm"))
    numbers = bench.ratio(
        f"sort {ROWS:,} by a number", "argsort + repaint", floor, lambda: sorted_by("acv"), SORT
    )
    texts = bench.ratio(
        f"sort {ROWS:,} by a text, again",
        "argsort + repaint",
        floor,
        lambda: sorted_by("name"),
        SORT,
    )
    items = _proxy(amounts)
    against = bench.ratio(
        f"sort {ROWS:,} by a number", "C++ QSortFilterProxyModel", proxy,
        lambda: sorted_by("acv"), PROXY, rounds=3,
    )  # fmt: skip
    return [
        numbers,
        texts,
        against,
        bench.milliseconds(f"sort {ROWS:,} by a text, first time", first_text, None),
        *_filters(bench, table, book),
    ]


def _proxy(amounts: np.ndarray) -> QSortFilterProxyModel:  # type: ignore[type-arg]
    items = QStandardItemModel(len(amounts), 1)
    for row, amount in enumerate(amounts.tolist()):
        item = QStandardItem()
        item.setData(amount, Qt.ItemDataRole.DisplayRole)
        items.setItem(row, 0, item)
    made = QSortFilterProxyModel()
    made.setSourceModel(items)
    items.setParent(made)
    return made


def _filters(bench: Bench, table: DataTable, book: Portfolio) -> list[Result]:
    grid = table.grid
    names = [name.casefold() for name in book.customers["name"]]
    wanted = CustomerFilter(at_risk=True, renewal_within=60, tiers=frozenset({"T1"}))

    def floor() -> None:
        [name for name in names if "falcon" in name]
        repaint(grid)

    def filtered() -> None:
        table.set_mask(wanted.mask(book))
        repaint(grid)
        table.set_mask(None)

    def found() -> None:
        table.model.find("falcon")
        repaint(grid)
        table.model.find("")

    first = timed(found)
    name = "one pass of `in` + repaint"
    return [
        bench.ratio(
            f"filter {ROWS:,} by tier, renewal and risk, and back", name, floor, filtered, FILTER
        ),
        bench.ratio(f"find a word in {ROWS:,} rows, and back", name, floor, found, FILTER),
        bench.milliseconds(f"find a word in {ROWS:,} rows, first time", first, None),
    ]
