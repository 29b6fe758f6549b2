"""The Customers page: who is in scope, totals with their change, and the rows as JSON.

Used by the window and by `csmdesk report customers` alike (definitions.md section 8, Customers).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import BANDS, GOOD, NEUTRAL, NO_BAND, POOR
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope

BEFORE = 30
RENEWAL_DAYS = 30
MONTHS = 12
RISK = "Risk"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and its change against 30 days before; None = none, or not told by the snapshot."""

    value: int | None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class CustomersTotals:
    """Totals over the active customers in scope. Money in minor units of `currency`, `average_chi`
    in tenths of a point. Bands of past days and past renewals are not in the snapshot."""

    day: int
    currency: str
    customers: Figure
    arr: Figure
    arr_at_risk: Figure
    average_chi: Figure
    good: Figure
    neutral: Figure
    poor: Figure
    no_band: Figure
    renewals: Figure
    renewals_arr: Figure

    def as_json(self) -> dict[str, Any]:
        """Flat JSON: each figure and its `_change`, the average as a number with one decimal."""
        out: dict[str, Any] = {"day": iso_day(self.day), "currency": self.currency}
        for one in fields(self)[2:]:
            figure = getattr(self, one.name)
            tenths = one.name == "average_chi"
            out[one.name] = _tenths(figure.value) if tenths else figure.value
            out[f"{one.name}_change"] = _tenths(figure.change) if tenths else figure.change
        return out


def _tenths(value: int | None) -> float | None:
    return None if value is None else value / 10


def members(portfolio: Portfolio, scope: Scope) -> Bools:
    """Customers of the scope's CSM and segment as of its day, of any status; nobody for a CSM or
    segment that does not exist."""
    count = portfolio.customers.length
    mask = np.ones(count, dtype=np.bool_)
    if scope.csm:
        mask &= np.array([name == scope.csm for name in portfolio.customers["csm"]], dtype=np.bool_)
    if scope.segment:
        mask &= portfolio.segment_members.get(scope.segment, np.zeros(count, dtype=np.bool_))
    return mask


def existing(portfolio: Portfolio) -> Bools:
    """Customers that there were on the portfolio's day: created by then, or known to billing."""
    created = portfolio.customers.ints("created_on")
    billed = np.array(
        [status != "Prospect" for status in portfolio.customers["status"]], dtype=np.bool_
    )
    mask: Bools = (created == MISSING) | (created <= portfolio.day) | billed
    return mask


def totals(portfolio: Portfolio, scope: Scope) -> CustomersTotals:
    """Totals of the active customers in scope."""
    customers = portfolio.customers
    inside = members(portfolio, scope)
    active = inside & (customers.ints("active") == 1)
    mrr = customers.ints("mrr")
    before = _Before(portfolio)
    was_active = inside & before.active
    bands = customers["band"][active]
    renewal = customers.ints("renewal_on")
    ahead = renewal - portfolio.day
    due = active & (renewal != MISSING) & (ahead >= 0) & (ahead < RENEWAL_DAYS)
    arr, arr_before = _arr(mrr, inside), _arr(before.mrr, inside)
    at_risk = _arr(mrr, active & (customers.ints("at_risk") == 1))
    risk_change = at_risk - _arr(before.mrr, inside & before.at_risk) if before.stored else None
    counted = {
        band: Figure(int(np.count_nonzero(bands == band)))
        for band in (GOOD, NEUTRAL, POOR, NO_BAND)
    }
    return CustomersTotals(
        day=portfolio.day,
        currency=portfolio.currency,
        customers=_compared(int(active.sum()), int(was_active.sum())),
        arr=_compared(arr, arr_before),
        arr_at_risk=Figure(at_risk, risk_change),
        average_chi=_compared(
            _average(customers.ints("chi"), active), _average(before.chi, was_active)
        ),
        good=counted[GOOD],
        neutral=counted[NEUTRAL],
        poor=counted[POOR],
        no_band=counted[NO_BAND],
        renewals=Figure(int(due.sum())),
        renewals_arr=Figure(_arr(mrr, due)),
    )


class _Before:
    """The portfolio 30 days before its day, as far as the snapshot tells."""

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self.day = portfolio.day - BEFORE
        moved = self._moved_since()
        self.mrr: Ints = portfolio.customers.ints("mrr") - moved
        self.chi: Ints = self._chi()
        self.stored = bool((self.chi >= 0).any())
        self.active: Bools = self._active()
        self.at_risk: Bools = self._at_risk()

    def _moved_since(self) -> Ints:
        """Opening + all movements and FX = closing, exact (definitions.md section 4)."""
        rows = self._portfolio.movements
        late = (rows.ints("day") > self.day) & (rows.ints("day") <= self._portfolio.day)
        moved = np.zeros(self._portfolio.customers.length, dtype=np.int64)
        np.add.at(moved, rows.ints("customer")[late], rows.ints("amount")[late])
        return moved

    def _chi(self) -> Ints:
        history = self._portfolio.chi_history
        if len(history) <= BEFORE:
            return np.full(self._portfolio.customers.length, -1, dtype=np.int64)
        before: Ints = history[-1 - BEFORE].astype(np.int64)
        return before

    def _active(self) -> Bools:
        """Paying then; one whose MRR is and was nothing is taken as it is now."""
        now = self._portfolio.customers.ints("mrr")
        still = (now == 0) & (self.mrr == 0) & (self._portfolio.customers.ints("active") == 1)
        active: Bools = (self.mrr > 0) | still
        return active

    def _at_risk(self) -> Bools:
        alerts = self._portfolio.alerts
        opened, closed = alerts.ints("opened_on"), alerts.ints("closed_on")
        risk = np.array([kind == RISK for kind in alerts["type"]], dtype=np.bool_)
        was_open = risk & (opened <= self.day) & ((closed == MISSING) | (closed > self.day))
        mask = np.zeros(self._portfolio.customers.length, dtype=np.bool_)
        mask[alerts.ints("customer")[was_open]] = True
        return mask & self.active


def _arr(mrr: Ints, mask: Bools) -> int:
    return MONTHS * int(mrr[mask].sum())


def _average(chi: Ints, mask: Bools) -> int | None:
    """Mean of the scores in tenths, rounded half to even; None when nobody has one."""
    scores = chi[mask & (chi >= 0)]
    return round(Fraction(10 * int(scores.sum()), len(scores))) if len(scores) else None


def _compared(value: int | None, before: int | None) -> Figure:
    return Figure(value, None if value is None or before is None else value - before)


_PLAIN = ("id", "name", "csm", "tier")
_MORE_TEXTS = ("domain", "stage", "success_program", "url", "main_contact", "champion")
_DAYS = ("renewal_on", "created_on", "last_contact_on", "last_login_on")
_COUNTS = ("open_tasks", "high_tasks", "used", "capacity", "active_users")
_FLAGS = ("active", "at_risk", "upsell", "acv_derived")


def rows(portfolio: Portfolio, scope: Scope) -> list[dict[str, Any]]:
    """The existing customers in scope, of every status, in the portfolio's order.

    Money in minor units of `currency` (the reporting currency), days as ISO dates, `coverage` and
    pillar scores as shares and points with their exact decimals; null = missing. A recomputed
    portfolio tells `stored_chi` where another score was stored on its day.
    """
    shown = members(portfolio, scope) & existing(portfolio)
    return [_row(portfolio, index) for index in np.flatnonzero(shown).tolist()]


def _row(portfolio: Portfolio, index: int) -> dict[str, Any]:
    customers = portfolio.customers

    def number(name: str, least: int = MISSING + 1) -> int | None:
        value = int(customers[name][index])
        return value if value >= least else None

    def day(name: str) -> str | None:
        value = number(name)
        return None if value is None else iso_day(value)

    def points(name: str) -> float | None:
        value = number(name, 0)
        return None if value is None else value / 10_000

    row: dict[str, Any] = {name: customers[name][index] for name in _PLAIN}
    row |= {
        "chi": number("chi", 0),
        "band": BANDS[int(customers["band"][index])],
        "coverage": int(customers["coverage"][index]) / 10_000,
        **{name: number(name) for name in ("mrr", "arr", "acv", "metered")},
        "currency": portfolio.currency,
        "acv_native": number("acv_native"),
        "native_currency": customers["currency"][index],
        "status": customers["status"][index],
        "tags": list(customers["tags"][index]),
        "products": list(customers["products"][index]),
    }
    row |= {name: day(name) for name in _DAYS}
    row |= {name: number(name) for name in _COUNTS}
    row |= {name: bool(customers[name][index]) for name in _FLAGS}
    row |= {name: customers[name][index] for name in _MORE_TEXTS}
    row |= {
        f"pillar_{name}": points(f"pillar_{name}")
        for name in ("adoption", "financial", "service", "relationship")
    }
    nps = number("nps")
    row["nps"] = None if nps is None else nps / 100
    if "stored_chi" in customers:
        row["stored_chi"] = number("stored_chi", 0)
    why = [customers[name][index] for name in ("why1", "why2", "why3")]
    row["why_not_100"] = [text for text in why if text]
    return row
