"""The customer page of every customer of a real demo workspace: sums, order, JSON, past days."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csmdesk.config.workspace import CONFIG_NAME
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING, SECONDS_A_DAY
from csmdesk.domain.edits import Edit
from csmdesk.domain.page import Breakdown, CustomerPage, Series, Table, page_json
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.renewal_months import ORDER, renewal_months
from csmdesk.engine.figures.renewals import renewals_report
from csmdesk.jobs import edits
from csmdesk.jobs.customer import customer_page
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from tests.demo import NOW, demo_session


@pytest.fixture(scope="module")
def session(prepared_demo: Path) -> Iterator[Session]:
    made = demo_session(prepared_demo)
    yield made
    made.close()


@pytest.fixture(scope="module")
def book(session: Session) -> Portfolio:
    return build_portfolio(session, session.today())


@pytest.fixture(scope="module")
def pages(session: Session, book: Portfolio) -> list[CustomerPage]:
    return [customer_page(session, book, key) for key in book.customers["id"]]


def block(page: CustomerPage, tab: str, key: str) -> Any:
    found = next(one for one in page.tabs if one.key == tab)
    return next(one for one in found.main + found.side if one.key == key)


def test_every_page_is_json_and_has_six_sub_tabs(pages: list[CustomerPage]) -> None:
    for page in pages:
        told = json.loads(json.dumps(page_json(page)))
        assert list(told["tabs"]) == [
            "tasks", "chi", "commercial", "usage", "activity", "retention",
        ]  # fmt: skip


def test_points_and_score_are_a_hundred(pages: list[CustomerPage]) -> None:
    for page in pages:
        shown = block(page, "chi", "breakdown")
        assert isinstance(shown, Breakdown)
        if shown.chi < 0:
            continue
        lost = sum(line.lost for pillar in shown.pillars for line in pillar.factors)
        assert shown.chi + lost + shown.cap_lost == 100
        assert [sum(line.lost for line in p.factors) for p in shown.pillars] == [
            pillar.lost for pillar in shown.pillars
        ]


def test_blocks_have_words_for_nothing_and_rows_as_wide_as_their_heads(
    pages: list[CustomerPage],
) -> None:
    for page in pages:
        for tab in page.tabs:
            keys = [one.key for one in tab.main + tab.side]
            assert len(set(keys)) == len(keys)
            for one in tab.main + tab.side:
                if isinstance(one, Table):
                    assert one.empty
                    assert all(len(row) == len(one.heads) for row in one.rows)
                    assert sum(not head.width for head in one.heads) == 1, "one takes the rest"
                if isinstance(one, Series):
                    assert one.empty
                    assert all(len(values) == len(one.days) for _, values in one.lines)


def test_open_tasks_are_those_of_the_portfolio(book: Portfolio, pages: list[CustomerPage]) -> None:
    counted = [len(block(page, "tasks", "open_tasks").rows) for page in pages]
    assert counted == book.customers.ints("open_tasks").tolist()
    for page in pages:
        severities = [row[0].text for row in block(page, "tasks", "open_tasks").rows]
        assert severities == sorted(severities, key=["High", "Medium", "Low"].index)


def test_mrr_of_the_last_month_is_todays(book: Portfolio, pages: list[CustomerPage]) -> None:
    for at, page in enumerate(pages):
        series = block(page, "commercial", "mrr")
        (_, values) = series.lines[0]
        assert round(values[-1] * 100) == int(book.customers["mrr"][at])


def test_the_timeline_is_newest_first(pages: list[CustomerPage]) -> None:
    for page in pages:
        days = [row[0].value for row in block(page, "activity", "timeline").rows]
        assert days == sorted(days, reverse=True)


def test_a_page_of_a_past_day_knows_nothing_later(session: Session, book: Portfolio) -> None:
    day = session.today() - 60
    past = build_portfolio(session, day)
    busiest = int(past.customers.ints("open_tasks").argmax())
    page = customer_page(session, past, past.customers["id"][busiest])
    assert page.day == day
    from csmdesk.domain.days import iso_day

    for tab, key, column in (("activity", "timeline", 0), ("commercial", "invoices", 1)):
        told = [row[column].value for row in block(page, tab, key).rows]
        assert all(value <= iso_day(day) for value in told if value is not None)
    assert max(block(page, "chi", "chi_history").days) == day


def test_months_of_renewals_hold_all_of_the_report(book: Portfolio) -> None:
    scope = Scope(book.day)
    months = renewal_months(book, scope)
    assert len(months) == 7
    assert months[0].first == book.day
    assert all(a.last + 1 == b.first for a, b in itertools.pairwise(months))
    within = months[-1].last - book.day + 1
    report = renewals_report(book, scope, within)
    assert sum(sum(month.count) for month in months) == len(report)
    assert sum(sum(month.arr) for month in months) == 12 * sum(row["mrr"] for row in report)
    assert len(ORDER) == len(months[0].count) == 4


def test_months_of_renewals_obey_the_scope(book: Portfolio) -> None:
    whole = np.array([month.count for month in renewal_months(book, Scope(book.day))])
    parts = [
        np.array([month.count for month in renewal_months(book, Scope(book.day, csm))])
        for csm in book.csms
    ]
    assert (sum(parts) <= whole).all()
    nobody = renewal_months(book, Scope(book.day, "Nobody"))
    assert not any(sum(month.count) for month in nobody)


MODELS = """
[[segments]]
name = "Key accounts"
tag = ["key account"]

[[models]]
name = "Key"
segment = "Key accounts"
[models.factors.last_login]
curve = [[3, 100], [60, 0]]

[[models]]
name = "Default"
"""


def test_the_breakdown_says_which_model_and_why_and_the_chart_marks_its_change(
    demo_folder: Path,
) -> None:
    """The segment is one by a tag that a person gave."""
    session = demo_session(demo_folder)
    today = session.today()
    book = build_portfolio(session, today)
    mine, other = (
        book.customers["id"][row] for row in np.flatnonzero(book.customers["chi"] > 0)[:2]
    )
    edit = Edit("tag_add", (mine,), {"tags": ["key account"]})
    edits.apply(session, edit, session.now(), today)
    session.close()
    with (demo_folder / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write(MODELS)
    session = demo_session(demo_folder, clock=lambda: NOW + SECONDS_A_DAY)
    run(session, CancelToken(), silent, sync=False)
    book, before = (build_portfolio(session, day) for day in (today + 1, today))
    page, plain = (customer_page(session, book, one) for one in (mine, other))
    former = customer_page(session, before, mine)
    session.close()
    assert "Model “Key” (chosen by segment “Key accounts”)" in block(page, "chi", "breakdown").note
    assert "Model “Default” (in no other model's segment)" in block(plain, "chi", "breakdown").note
    assert "Model “Default”" in block(former, "chi", "breakdown").note
    login = block(page, "chi", "breakdown").pillars[0].factors[0]
    assert "100 points at 3 days" in login.raw.tip
    marks = [(mark.day, mark.text) for mark in block(page, "chi", "chi_history").marks]
    assert marks[-1] == (today + 1, "Key v1")
    assert all(mark.text == "first scored" for mark in block(plain, "chi", "chi_history").marks)


def test_subscriptions_show_the_status_that_the_workspace_maps(
    demo_folder: Path, pages: list[CustomerPage]
) -> None:
    def shown(page: CustomerPage) -> set[str]:
        return {row[1].text for row in block(page, "commercial", "subscriptions").rows}

    assert "Active" in set().union(*map(shown, pages))
    with (demo_folder / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write('\n[statuses]\nactive = "Free"\n')
    session = demo_session(demo_folder)
    book = build_portfolio(session, session.today())
    mapped = set().union(
        *(shown(customer_page(session, book, key)) for key in book.customers["id"])
    )
    session.close()
    assert "Free" in mapped
    assert "Active" not in mapped


def test_a_movement_says_how_long_it_was_gone_and_what_the_pause_cost(
    session: Session, book: Portfolio
) -> None:
    """Gap of a reactivation, and the memo of a pause that ended in cancellation (section 4)."""
    rows = Columns(
        {
            "customer": np.zeros(3, np.int64),
            "day": np.array([book.day - 50, book.day - 16, book.day - 1]),
            "kind": ["contraction", "reactivation", "churn"],
            "amount": np.array([-50_000, 50_000, 0]),
            "gap_days": np.array([MISSING, 34, MISSING]),
            "memo": np.array([0, 0, -50_000]),
        },
        3,
    )
    page = customer_page(session, replace(book, movements=rows), book.customers["id"][0])
    told = [
        (kind.text, amount.text) for _, kind, amount in block(page, "commercial", "movements").rows
    ]
    assert told == [
        ("Churn, paused before", "−$500 at the pause"),
        ("Reactivation after 34 days", "+$500"),
        ("Contraction", "−$500"),
    ]
