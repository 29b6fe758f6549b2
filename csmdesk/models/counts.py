"""The counts beside the pages in the rail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from csmdesk.domain.days import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope

RENEWAL_DAYS = 30


def open_tasks(portfolio: Portfolio) -> NDArray[Any]:
    """(tasks,) bool: active, not finished, not snoozed past the day (definitions.md section 6)."""
    from csmdesk.engine.figures.tasks import open_mask

    return open_mask(portfolio.tasks, portfolio.day)


def open_alerts(portfolio: Portfolio) -> NDArray[Any]:
    """(alerts,) bool: not closed yet."""
    closed: NDArray[Any] = portfolio.alerts.ints("closed_on") == MISSING
    return closed


def counts(portfolio: Portfolio, scope: Scope, names: Iterable[str]) -> dict[str, int]:
    """Figures by name, for the customers that the scope chooses."""
    from csmdesk.engine.figures.customers import members

    inside = members(portfolio, scope)
    return {name: COUNTS[name](portfolio, inside) for name in names if name in COUNTS}


def _customers(portfolio: Portfolio, inside: NDArray[Any]) -> int:
    return int((inside & (portfolio.customers.ints("active") > 0)).sum())


def _tasks(portfolio: Portfolio, inside: NDArray[Any]) -> int:
    return int((open_tasks(portfolio) & inside[portfolio.tasks.ints("customer")]).sum())


def _high(portfolio: Portfolio, inside: NDArray[Any]) -> int:
    from csmdesk.domain.findings import HIGH

    tasks = portfolio.tasks
    high = open_tasks(portfolio) & (tasks.ints("severity") == HIGH)
    return int((high & inside[tasks.ints("customer")]).sum())


def _alerts(portfolio: Portfolio, inside: NDArray[Any]) -> int:
    return int((open_alerts(portfolio) & inside[portfolio.alerts.ints("customer")]).sum())


def _renewals(portfolio: Portfolio, inside: NDArray[Any]) -> int:
    away = portfolio.customers.ints("renewal_on") - portfolio.day
    active = portfolio.customers.ints("active") > 0
    return int((inside & active & (away >= 0) & (away < RENEWAL_DAYS)).sum())


def _quality(portfolio: Portfolio, _inside: NDArray[Any]) -> int:
    """All issues: whose customer an account is, is the question."""
    return portfolio.quality.length


COUNTS: dict[str, Callable[[Portfolio, NDArray[Any]], int]] = {
    "customers": _customers,
    "tasks": _tasks,
    "high": _high,
    "alerts": _alerts,
    "renewals": _renewals,
    "quality": _quality,
}
