"""Alerts of the scope's customers: open, closed, and the latest notifications."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING, iso_day, last_days
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.customers import members

NOTIFICATION_DAYS = 14
LABELS = {"Risk": "Churn risk"}
"""How a type is shown, where that is not its own word."""


def open_alerts(portfolio: Portfolio, scope: Scope) -> list[dict[str, Any]]:
    """Open alerts as rows, newest first."""
    return _rows(portfolio, _mine(portfolio, scope) & _is_open(portfolio))


def notifications(portfolio: Portfolio, scope: Scope) -> list[dict[str, Any]]:
    """Alerts opened in the last 14 days, closed ones too, newest first."""
    first, last = last_days(portfolio.day, NOTIFICATION_DAYS)
    opened = portfolio.alerts.ints("opened_on")
    return _rows(portfolio, _mine(portfolio, scope) & (opened >= first) & (opened <= last))


def _mine(portfolio: Portfolio, scope: Scope) -> Bools:
    customer = portfolio.alerts.ints("customer")
    return np.asarray(members(portfolio, scope)[customer] & (customer >= 0))


def _is_open(portfolio: Portfolio) -> Bools:
    return np.asarray(portfolio.alerts.ints("closed_on") == MISSING)


def _rows(portfolio: Portfolio, mask: Bools) -> list[dict[str, Any]]:
    return [alert_row(portfolio, row) for row in _newest_first(portfolio, mask).tolist()]


def _newest_first(portfolio: Portfolio, mask: Bools) -> Ints:
    """Rows of the mask by day of opening, newest first, then by id."""
    rows = np.flatnonzero(mask)
    ids = np.array([portfolio.alerts["id"][row] for row in rows.tolist()], dtype="U40")
    return np.asarray(rows[np.lexsort((ids, -portfolio.alerts.ints("opened_on")[rows]))])


def alert_row(portfolio: Portfolio, row: int) -> dict[str, Any]:
    """An alert episode as JSON: days as ISO dates, null = none."""
    alerts, customers = portfolio.alerts, portfolio.customers
    customer = int(alerts.ints("customer")[row])
    closed, chi = int(alerts.ints("closed_on")[row]), int(customers["chi"][customer])
    kind = alerts["type"][row]
    return {
        "id": alerts["id"][row],
        "episode": int(alerts.ints("episode")[row]),
        "kind": alerts["kind"][row],
        "type": kind,
        "label": LABELS.get(kind, kind),
        "customer_id": customers["id"][customer],
        "customer": customers["name"][customer],
        "text": alerts["text"][row],
        "opened_on": iso_day(int(alerts.ints("opened_on")[row])),
        "closed_on": None if closed == MISSING else iso_day(closed),
        "action_step": bool(alerts["action_step"][row]),
        "chi": chi if chi >= 0 else None,
    }
