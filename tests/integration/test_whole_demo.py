"""The default demo shows every rule at each severity and every kind of alert, open and closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import SEVERITIES
from csmdesk.domain.portfolio import Portfolio
from csmdesk.engine.alerts import KINDS
from csmdesk.engine.rules import RULES
from csmdesk.jobs.run import run
from csmdesk.jobs.snapshot import build_portfolio
from tests.demo import demo_session

CUSTOMERS = 214


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portfolio]:
    session = demo_session(tmp_path_factory.mktemp("whole") / "desk", CUSTOMERS)
    assert run(session, CancelToken(), silent)["problems"] == []
    yield build_portfolio(session, session.today())
    session.close()


NO_SOURCE = {("feature_shelf", "High")}
"""A paid schedule that lapsed: no system of this stage tells of schedules."""


def test_every_rule_at_every_severity(portfolio: Portfolio) -> None:
    """Open today, so that the Dashboard can show each of them."""
    table = portfolio.tasks
    found = {
        (table["rule"][row], SEVERITIES[int(table["severity"][row])])
        for row in range(table.length)
        if table["active"][row]
    }
    wanted = {(rule.id, severity) for rule in RULES for severity in SEVERITIES.values()}
    assert wanted - found == NO_SOURCE


def test_every_kind_of_alert_open_and_closed(portfolio: Portfolio) -> None:
    table = portfolio.alerts
    found = {
        (table["kind"][row], bool(table["closed_on"][row] == MISSING))
        for row in range(table.length)
    }
    assert found == {(kind.id, still) for kind in KINDS for still in (True, False)}
