"""What the cells of the customer table say, and its filters."""

from __future__ import annotations

import numpy as np
import pytest

from csmdesk.domain.days import MISSING
from csmdesk.domain.portfolio import Portfolio
from csmdesk.models.columns import by_key
from csmdesk.models.customers import CUSTOMER_COLUMNS, CustomerFilter, customer_rows
from csmdesk.models.rows import ColumnRows, ListRows
from csmdesk.store.first_rows import FirstRow
from tests.ui.portfolios import DAY, portfolio

COLUMNS = by_key(CUSTOMER_COLUMNS)


@pytest.fixture(scope="module")
def book() -> Portfolio:
    return portfolio(214)


@pytest.fixture(scope="module")
def rows(book: Portfolio) -> ColumnRows:
    return customer_rows(book)


def first_row(**given: object) -> FirstRow:
    fields: dict[str, object] = {
        "id": "a", "name": "Northwind", "chi": 92, "band": 2, "tier": "T1", "status": "Active",
        "csm": "Dana", "tags": ("Champion",), "acv": 18_400_000, "currency": "USD",
        "renewal_on": DAY + 11, "open_tasks": 2, "mrr": 1_533_333, "used": 82, "capacity": 100,
        "spark": bytes([92] * 90),
    }  # fmt: skip
    return FirstRow(**{**fields, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "given", "text"),
    [
        ("chi", {}, "92"),
        ("chi", {"chi": -1, "band": -1}, "–"),
        ("acv", {}, "$184,000"),
        ("acv", {"acv": None}, "–"),
        ("usage", {}, "82%"),
        ("usage", {"capacity": None}, "–"),
        ("usage", {"capacity": 0}, "–"),
        ("renewal", {}, "in 11 d"),
        ("renewal", {"renewal_on": DAY}, "today"),
        ("renewal", {"renewal_on": DAY - 3}, "overdue 3 d"),
        ("renewal", {"renewal_on": DAY + 61}, "20 Jan 2027"),
        ("renewal", {"renewal_on": None}, "rolling"),
        ("tags", {"tags": ("Champion", "QBR due")}, "Champion, QBR due"),
    ],
)
def test_first_rows_and_columns_share_their_words(
    key: str, given: dict[str, object], text: str
) -> None:
    rows = ListRows((first_row(**given),), DAY, "USD")
    assert COLUMNS[key].text(rows, 0) == text


@pytest.mark.parametrize(
    ("away", "tone"), [(-1, "poor"), (0, "poor"), (6, "poor"), (7, "neutral"), (29, "neutral")]
)
def test_a_near_renewal_is_flagged(away: int, tone: str) -> None:
    rows = ListRows((first_row(renewal_on=DAY + away),), DAY, "USD")
    assert COLUMNS["renewal"].payload is not None
    assert COLUMNS["renewal"].payload(rows, 0)[1] == tone


def test_within_thirty_days_means_thirty_days() -> None:
    rows = ListRows((first_row(renewal_on=DAY + 30),), DAY, "USD")
    assert COLUMNS["renewal"].payload is not None
    assert COLUMNS["renewal"].payload(rows, 0)[1] == ""


def test_the_dial_is_hatched_where_the_data_is_thin(book: Portfolio, rows: ColumnRows) -> None:
    dial = COLUMNS["chi"].payload
    assert dial is not None
    hatched = {dial(rows, row)[2] for row in np.flatnonzero(book.customers["thin"])}
    whole = {dial(rows, row)[2] for row in np.flatnonzero(book.customers["thin"] == 0)}
    assert (hatched, whole) == ({True}, {False})


def test_why_not_100_tells_the_three_reasons(book: Portfolio, rows: ColumnRows) -> None:
    tip = COLUMNS["chi"].tip
    assert tip is not None
    told = tip(rows, 0)
    assert told is not None
    assert told.title == "Why not 100"
    assert told.lines == tuple(book.customers[f"why{i}"][0] for i in (1, 2, 3))


def test_sparklines_are_ninety_days(book: Portfolio, rows: ColumnRows) -> None:
    spark = rows.get("spark", 5)
    assert len(spark) == 90
    assert spark[-1] == book.chi_history[-1, 5]


def test_active_customers_show_unless_a_status_is_asked_for(book: Portfolio) -> None:
    active = book.customers["active"] > 0
    assert (CustomerFilter().mask(book) == active).all()
    assert CustomerFilter(every_status=True).mask(book).all()
    trials = CustomerFilter(statuses=frozenset({"Trial"})).mask(book)
    assert {book.customers["status"][i] for i in np.flatnonzero(trials)} == {"Trial"}


def test_filters_hold_together(book: Portfolio) -> None:
    wanted = CustomerFilter(tiers=frozenset({"T1"}), bands=frozenset({2}), renewal_within=60)
    mask = wanted.mask(book)
    customers = book.customers
    for i in range(customers.length):
        renewal = int(customers["renewal_on"][i])
        expected = (
            bool(customers["active"][i])
            and customers["tier"][i] == "T1"
            and customers["band"][i] == 2
            and renewal != MISSING
            and 0 <= renewal - book.day <= 59
        )
        assert bool(mask[i]) == expected
    assert wanted.count == 3


def test_a_falling_filter_needs_a_known_change(book: Portfolio) -> None:
    mask = CustomerFilter(falling=True, every_status=True).mask(book)
    assert (book.customers["health_change"][mask] < 0).all()
