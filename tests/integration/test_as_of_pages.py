"""Every page as of a past day, compared with the pages of the workspace as it stood on that day.

The workspace was run at the end of the day and told all its pages; then it lived on: days passed,
systems changed, tasks were worked on. Left out are values without a date (definitions.md section 2):
plan dates that moved since, when somebody was last seen, what a source calls a status now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import day_date
from csmdesk.domain.edits import Edit
from csmdesk.domain.page import page_json
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.alert_trend import alert_trend
from csmdesk.engine.figures.alerts import alert_row
from csmdesk.engine.figures.customers import rows, totals
from csmdesk.engine.figures.dashboard import Filters, dashboard
from csmdesk.engine.figures.movements import movements_report
from csmdesk.engine.figures.renewals import renewals_report
from csmdesk.jobs import edits
from csmdesk.jobs.customer import customer_page
from csmdesk.jobs.run import run
from csmdesk.jobs.score import write_scores
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.jobs.sync import sync
from tests.demo import NOW, demo_session

CUSTOMERS = 40
BACK = 20
LATER = (19, 17, 10, 0)
"""Days before today on which the workspace is run again."""
UNDATED = {"main_contact", "contact", "last_seen", "next", "covered"}
Pages = dict[str, Any]


class Desk:
    """One workspace whose clock the test moves."""

    def __init__(self, folder: Path, clock: float) -> None:
        self.folder, self.clock = folder, clock
        self.session = self._open()

    def _open(self) -> Session:
        return demo_session(self.folder, CUSTOMERS, clock=lambda: self.clock)

    def go_to(self, clock: float) -> None:
        """The demo's systems stand at the day on which they are started."""
        self.session.close()
        self.clock = clock
        self.session = self._open()


def pages(session: Session, day: int, folder: Path) -> Pages:
    """All that can be asked about a day, as JSON."""
    portfolio, scope = build_portfolio(session, day), Scope(day)
    board = dashboard(portfolio, scope, Filters(status="all"))
    write_scores(session, day, folder / "scores.csv")
    told: Pages = {
        "customers": rows(portfolio, scope),
        "totals": totals(portfolio, scope).as_json(),
        "movements": movements_report(portfolio, scope),
        "movements by customer": movements_report(portfolio, scope, by_customer=True),
        "renewals": renewals_report(portfolio, scope),
        "tasks": board.rows,
        "counters": [(one.key, one.count, one.change) for one in board.counters],
        "day": [board.new, board.resolved, board.notices, portfolio.rules],
        "alerts": [alert_row(portfolio, row) for row in range(portfolio.alerts.length)],
        "alert trend": [month.as_json() for month in alert_trend(portfolio, scope)],
        "scores": (folder / "scores.csv").read_text(encoding="utf-8"),
    }
    for customer in portfolio.customers["id"]:
        told[f"customer {customer}"] = page_json(customer_page(session, portfolio, customer))
    dated: Pages = without_undated(json.loads(json.dumps(told, default=str)))
    return dated


def without_undated(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: by_name(without_undated(one)) if key == "contacts" else without_undated(one)
            for key, one in value.items()
            if key not in UNDATED and not says_what_it_is_now(value, key)
        }
    return [without_undated(one) for one in value] if isinstance(value, list) else value


def says_what_it_is_now(row: dict[str, Any], key: str) -> bool:
    """Billing says that a subscription is past due and a CRM how far a deal is, never since when."""
    deal = row.get("kind", {}) if isinstance(row.get("kind"), dict) else {}
    return (key == "status" and "next" in row) or (key == "detail" and deal.get("text") == "Deal")


def by_name(contacts: Any) -> Any:
    """Contacts are listed by when they were last seen."""
    return sorted(contacts, key=lambda one: str(one["email"]))


def work_on(session: Session, day: int) -> list[str]:
    """A person's morning: a task finished, one snoozed, one commented; a note."""
    board = dashboard(build_portfolio(session, day), Scope(day))
    finish, snooze, comment, *_ = [row["id"] for row in board.rows]
    customer = board.rows[0]["customer_id"]
    for edit in (
        Edit("finish", (finish,), {}),
        Edit("snooze", (snooze,), {"until": day + 9}),
        Edit("comment", (comment,), {"text": f"on {day}"}),
        Edit("tag_add", (customer,), {"tags": [f"tag {day}"]}),
    ):
        assert edits.apply(session, edit, session.now(), day).audit_id
    return [finish, snooze, comment]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pages, Pages]]:
    """The pages of a day as told at its end, and as told twenty days later."""
    folder = tmp_path_factory.mktemp("lived")
    day = int(NOW // 86_400) - BACK
    midnight = datetime.combine(day_date(day + 1), datetime.min.time(), UTC)
    desk = Desk(folder / "desk", (midnight + timedelta(minutes=5)).timestamp())
    assert sync(desk.session, CancelToken(), silent)["problems"] == []
    run(desk.session, CancelToken(), silent, day=day, sync=False)
    work_on(desk.session, day)
    run(desk.session, CancelToken(), silent, day=day, sync=False)
    then = pages(desk.session, day, folder)
    for back in LATER:
        desk.go_to(NOW - back * 86_400)
        assert run(desk.session, CancelToken(), silent)["problems"] == []
        work_on(desk.session, desk.session.today())
    yield then, pages(desk.session, day, folder)
    desk.session.close()


@pytest.mark.parametrize(
    "page",
    [
        *("customers", "totals", "movements", "movements by customer", "renewals", "tasks"),
        *("counters", "day", "alerts", "alert trend", "scores"),
    ],
)
def test_page(both: tuple[Pages, Pages], page: str) -> None:
    then, now = both
    assert then[page]
    assert now[page] == then[page]


def test_customer_pages(both: tuple[Pages, Pages]) -> None:
    then, now = both
    names = [name for name in then if name.startswith("customer ")]
    assert len(names) == CUSTOMERS
    for name in names:
        assert now[name] == then[name], name
