"""The table model: sorting, filtering, finding, and what Qt's own tester says of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from csmdesk.domain.days import MISSING
from csmdesk.domain.portfolio import Portfolio
from csmdesk.models.columns import Cell, Column, plain
from csmdesk.models.customers import CUSTOMER_COLUMNS, customer_rows
from csmdesk.models.rows import ColumnRows
from csmdesk.models.table import KEY_ROLE, TableModel
from tests.ui.portfolios import columns, portfolio

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(scope="module")
def book() -> Portfolio:
    return portfolio(214)


@pytest.fixture
def model(book: Portfolio) -> Iterator[TableModel]:
    made = TableModel(CUSTOMER_COLUMNS)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.set_rows(customer_rows(book))
    yield made
    del tester


def small(*values: int | None, words: tuple[str, ...] = ()) -> TableModel:
    """A table n | word whose rows are called a, b, c … after their place."""
    count = len(values)
    numbers = np.array([MISSING if v is None else v for v in values], np.int64)
    data = columns(count, n=numbers, word=list(words) or [""] * count)
    keys = [chr(ord("a") + i) for i in range(count)]
    made = TableModel(
        (
            Column("n", "N", 80, plain("n"), Cell.NUMBER, right=True, sort="n"),
            Column("word", "Word", 80, plain("word"), sort="word"),
            Column("plain", "Unsortable", 80, plain("word")),
        )
    )
    made.set_rows(ColumnRows(data, 0, "USD", keys))
    return made


def drawn(model: TableModel) -> str:
    return "".join(model.key(row) for row in range(model.rowCount()))


def test_missing_sorts_last_both_ways() -> None:
    model = small(3, None, 1, 2)
    model.sort_by([("n", False)])
    assert drawn(model) == "cdab"
    model.sort_by([("n", True)])
    assert drawn(model) == "adcb"


def test_a_second_key_breaks_ties() -> None:
    model = small(2, 1, 2, 1, words=("x", "y", "w", "z"))
    model.sort_by([("n", False), ("word", False)])
    assert drawn(model) == "bdca"
    model.sort_by([("n", False), ("word", True)])
    assert drawn(model) == "dbac"


def test_clicks_toggle_and_shift_adds() -> None:
    model = small(2, 1, 3)
    model.toggle_sort(0, add=False)
    assert model.sort_keys == [("n", True)]  # figures start with the largest
    model.toggle_sort(0, add=False)
    assert model.sort_keys == [("n", False)]
    model.toggle_sort(1, add=True)
    assert model.sort_keys == [("n", False), ("word", False)]
    model.toggle_sort(2, add=False)
    assert model.sort_keys == [("n", False), ("word", False)]
    heads = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(3)]
    assert heads == ["N ▴", "Word ▴₂", "Unsortable"]


def test_text_sorts_without_regard_to_case() -> None:
    model = small(1, 1, 1, words=("beta", "Alpha", "gamma"))
    model.sort_by([("word", False)])
    assert drawn(model) == "bac"


def test_find_and_mask_narrow_together() -> None:
    model = small(1, 2, 3, 4, words=("red", "green", "Red wine", "blue"))
    model.find("RED")
    assert drawn(model) == "ac"
    model.set_mask(np.array([False, True, True, True]))
    assert drawn(model) == "c"
    model.find("")
    assert drawn(model) == "bcd"


def test_persistent_indexes_follow_their_rows() -> None:
    model = small(3, 1, 2)
    kept = QPersistentModelIndex(model.index(0, 0))
    model.sort(0, Qt.SortOrder.AscendingOrder)
    assert kept.row() == 2
    assert model.data(model.index(kept.row(), 0), KEY_ROLE) == "a"


def test_equal_rows_announce_only_what_is_visible(model: TableModel, book: Portfolio) -> None:
    told: list[tuple[int, int]] = []
    resets: list[int] = []
    model.visible_rows = lambda: (10, 25)
    model.dataChanged.connect(lambda a, b, _: told.append((a.row(), b.row())))
    model.modelReset.connect(lambda: resets.append(1))
    model.set_rows(customer_rows(book))
    assert told == [(10, 25)]
    assert resets == []


def test_real_tester_passes_through_sort_filter_and_refresh(
    model: TableModel, book: Portfolio
) -> None:
    for place, column in enumerate(model.columns):
        if column.sort:
            model.toggle_sort(place, add=bool(place % 2))
    model.set_mask(book.customers["active"] > 0)
    model.find("a")
    model.set_rows(customer_rows(portfolio(90, seed=3)))
    assert 0 < model.rowCount() <= 90


def test_every_cell_has_a_text_and_what_qt_asks_is_plain(model: TableModel) -> None:
    for row in range(0, model.rowCount(), 37):
        for place in range(model.columnCount()):
            index = model.index(row, place)
            assert type(model.data(index)) is str
            assert type(model.data(index, Qt.ItemDataRole.AccessibleTextRole)) is str
            assert type(model.data(index, Qt.ItemDataRole.TextAlignmentRole)) is int


def test_ten_thousand_rows_sort_in_milliseconds(qtbot: object) -> None:
    import time

    made = TableModel(CUSTOMER_COLUMNS)
    made.set_rows(customer_rows(portfolio(10_000)))
    made.sort_by([("acv", True)])
    start = time.perf_counter()
    made.sort_by([("chi", False), ("acv", True)])
    assert time.perf_counter() - start < 0.25
