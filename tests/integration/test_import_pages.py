"""A folder of files in the import format gives the same pages as the APIs.

What differs is known and documented (docs/import.md, "What files cannot say"): names of CSMs, two
billing accounts of one customer, customers that billing and usage do not know, past renewal dates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from csmdesk.config.workspace import open_workspace, write_settings
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.days import MISSING, day_date
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.domain.usage import KEEP_DAYS
from csmdesk.engine.figures.customers import rows
from csmdesk.engine.figures.movements import movements_report
from csmdesk.jobs.importing.job import import_folder
from csmdesk.jobs.importing.report import ImportSummary
from csmdesk.jobs.run import run
from csmdesk.jobs.session import Session, open_session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.jobs.sources import write_demo_rates
from csmdesk.sandbox.world import World
from tests.demo import CUSTOMERS, clock, copied, demo_session
from tests.integration.export import write_world

SEED = 7
OWN = {"id", "csm", "url"}
"""Ids, the CSM's name (files have the e-mail) and the link into the CRM."""


@dataclass(frozen=True)
class Both:
    """The same world by APIs and by files, what the import said, and whom billing or usage does not know."""

    api: Portfolio
    files: Portfolio
    summary: ImportSummary
    run: dict[str, Any]
    strangers: frozenset[str]


@pytest.fixture(scope="module")
def both(prepared_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("pages")
    session = demo_session(copied(prepared_demo, folder / "api"))
    api = build_portfolio(session, session.today())
    features = session.settings.features
    session.close()
    world = World(SEED, CUSTOMERS, day_date(api.day))
    write_world(world, folder / "files")
    workspace = open_workspace(folder / "imported")
    write_settings(
        workspace.config_path, msgspec.structs.replace(workspace.settings, features=features)
    )
    session = open_session(folder / "imported", demo=False, clock=clock)
    write_demo_rates(session, session.today())
    summary = import_folder(session, folder / "files", CancelToken(), silent)
    ran = run(session, CancelToken(), silent)
    files = build_portfolio(session, session.today())
    strangers = frozenset(
        account.company.name
        for account in world.accounts()
        if not len(world.usage_daily(account.index, *_kept(world)).day)
    )
    yield Both(api, files, summary, ran, strangers)
    session.close()


def _kept(world: World) -> tuple[date, date]:
    return world.today - timedelta(days=KEEP_DAYS), world.today


def by_name(portfolio: Portfolio) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in rows(portfolio, Scope(portfolio.day))}


def tasks(portfolio: Portfolio, *columns: str) -> Counter[tuple[Any, ...]]:
    """Open tasks as (customer's name, rule, severity, …)."""
    table = portfolio.tasks
    names = portfolio.customers["name"]
    found: Counter[tuple[Any, ...]] = Counter()
    for row in np.flatnonzero(np.asarray(table["active"])).tolist():
        told = tuple(table[column][row] for column in ("rule", "severity", *columns))
        found[names[int(table["customer"][row])], *told] += 1
    return found


def test_everything_goes_in(both: Both) -> None:
    assert both.summary.refused == []
    assert both.summary.messages == []
    counts = {table.file: table.added for table in both.summary.tables}
    assert min(counts.values()) > 0
    assert all(not table.changed + table.unchanged + table.gone for table in both.summary.tables)
    assert both.run["problems"] == []
    assert both.run["requests"] == 0


def test_the_customers_page(both: Both) -> None:
    """CHI, band, reasons, money, status, renewal, usage, contact, NPS: equal for every customer."""
    api, files = by_name(both.api), by_name(both.files)
    assert set(api) == set(files)
    assert both.strangers <= set(api)
    assert len(both.strangers) < 5
    for name in sorted(set(api) - both.strangers):
        wanted = {key: value for key, value in api[name].items() if key not in OWN}
        told = {key: value for key, value in files[name].items() if key not in OWN}
        assert told == wanted, name


def test_a_customer_that_usage_does_not_know_has_zeros(both: Both) -> None:
    """By the APIs usage has no account for it (missing); by files it just has no rows (zero)."""
    api, files = by_name(both.api), by_name(both.files)
    for name in both.strangers:
        assert api[name]["active_users"] in (None, 0)
        assert files[name]["active_users"] == 0
        for key in ("mrr", "status", "renewal_on", "tier", "stage", "tags", "nps"):
            assert files[name][key] == api[name][key]


def test_the_tasks(both: Both) -> None:
    """Rule, severity and text of every open task."""
    api, files = (
        Counter(
            {task: n for task, n in tasks(one, "text").items() if task[0] not in both.strangers}
        )
        for one in (both.api, both.files)
    )
    missing, beside = api - files, files - api
    assert sum(tasks(both.api).values()) > 30
    assert [task for task in missing if "billing account records" not in task[3]] == []
    assert list(beside) == []


def test_the_open_alerts(both: Both) -> None:
    def open_alerts(portfolio: Portfolio) -> Counter[tuple[str, str]]:
        table, names = portfolio.alerts, portfolio.customers["name"]
        return Counter(
            (names[int(table["customer"][row])], table["kind"][row])
            for row in np.flatnonzero(table.ints("closed_on") == MISSING).tolist()
            if names[int(table["customer"][row])] not in both.strangers
        )

    assert open_alerts(both.files) == open_alerts(both.api)
    assert len(open_alerts(both.api)) > 5


def test_the_movements(both: Both) -> None:
    scope = Scope(both.api.day)
    assert movements_report(both.files, scope) == movements_report(both.api, scope)


def test_importing_again_changes_nothing(both: Both, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    world = World(SEED, 6, day_date(both.api.day))
    write_world(world, folder)
    session: Session = open_session(tmp_path / "w", demo=False, clock=clock)
    first = import_folder(session, folder, CancelToken(), silent)
    second = import_folder(session, folder, CancelToken(), silent)
    session.close()
    for before, after in zip(first.tables, second.tables, strict=True):
        assert (after.added, after.changed, after.gone) == (0, 0, 0)
        assert after.unchanged == before.added
