"""A context for one rule, with measures written by hand: a test states only what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Account, Fact
from csmdesk.domain.findings import Alert, Health, HistoryDay, Previous, Task
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.domain.usage import Usage
from csmdesk.engine.metrics.rows import event_rows
from csmdesk.engine.rules.evaluate import RuleFindings, check_rules
from csmdesk.engine.rules.rule import Context, Rule
from tests.engine.build import DAY, facts

INTS = (
    "mrr",
    "acv",
    "acv_native",
    "mrr_native",
    "renewal_on",
    "contract_on",
    "term_days",
    "tenure",
    "seats",
    "seats_30",
    "active_users",
    "active_users_prev",
    "active_users_base",
    "last_login_on",
    "login_gap",
    "events_28",
    "events_56",
    "trend_num",
    "trend_den",
    "trend_adjusted",
    "last_two_way_on",
    "contacts",
    "cancel_at",
)
DEFAULTS: dict[str, Any] = {
    "status": "Active",
    "active": True,
    "currency": "USD",
    "acv_currency": "USD",
    "set_to_cancel": False,
    "acv_derived": False,
    "never_logged_in": False,
    "exists": True,
    "owner_id": None,
    "products": (),
    "unit_use": (),
    "renewal_subscription": None,
    "domain": None,
    "trend_median": 1_000_000,
}
_BOOLS = frozenset(("active", "set_to_cancel", "acv_derived", "never_logged_in", "exists"))


def measures(rows: Sequence[Mapping[str, Any]]) -> Columns:
    """One customer per row; what a row does not say is missing, or an ordinary active customer."""
    data: dict[str, Any] = {}
    for name in (*INTS, *DEFAULTS):
        values = [row.get(name, DEFAULTS.get(name, MISSING)) for row in rows]
        if name in INTS or name == "trend_median":
            data[name] = np.array(values, np.int64)
        elif name in _BOOLS:
            data[name] = np.array(values, np.bool_)
        else:
            data[name] = values
    return Columns(data, len(rows))


def health(ids: Sequence[str], chi: Sequence[int] | None = None, **columns: Any) -> Health:
    """Health of customers without factors; any column may be given."""
    count = len(ids)
    ints = {name: np.zeros(count, np.int64) for name in ("coverage", "weight_total", "cap_points")}
    none = np.zeros((0, count), np.int64)
    data: dict[str, Any] = {
        "day": DAY,
        "ids": tuple(ids),
        "model": ("Default 1",),
        "model_index": np.zeros(count, np.int8),
        "factors": (),
        "chi": np.array(chi if chi is not None else [50] * count, np.int16),
        "band": np.ones(count, np.int8),
        "held_band": np.ones(count, np.int8),
        **ints,
        **dict.fromkeys(("num", "den", "score", "points", "weight"), none),
        "has": np.zeros((0, count), np.bool_),
        "pillars": np.full((4, count), -1, np.int64),
        "cap": np.full(count, -1, np.int8),
        "rank": np.full(count, -1, np.int16),
        "health_marker": np.zeros(count, np.int8),
        "activity_marker": np.zeros(count, np.int8),
        "active": np.ones(count, np.bool_),
    }
    return Health(**{**data, **columns})


def history_day(ids: Sequence[str], day: int, chi: Sequence[int], **columns: Any) -> HistoryDay:
    one = health(ids, chi)
    names = [field for field in HistoryDay.__dataclass_fields__ if field != "day"]
    data = {name: getattr(one, name) for name in names}
    return HistoryDay(**{"day": day, **data, **columns})


def previous(
    tasks: Iterable[Task] = (),
    alerts: Iterable[Alert] = (),
    history: Sequence[HistoryDay] = (),
    **work: Any,
) -> Previous:
    return Previous(
        {task.task_id: task for task in tasks},
        {alert.alert_id: alert for alert in alerts},
        tuple(history),
        **work,
    )


def context(
    rows: Sequence[Mapping[str, Any]],
    *,
    before: Sequence[Mapping[str, Any]] | None = None,
    day: int = DAY,
    customers: Sequence[str | Account] | None = None,
    given: Iterable[Fact] = (),
    usage: Usage | None = None,
    settings: Settings | None = None,
    earlier: Previous | None = None,
    chi: Sequence[int] | None = None,
    built: Facts | None = None,
    **options: Any,
) -> Context:
    """Customers c0, c1, … with these measures today; yesterday's are the same unless given."""
    names = customers or [f"c{index}" for index in range(len(rows))]
    all_facts = built or facts(names, given, day=day, usage=usage, **options)
    now = measures(rows)
    return Context(
        facts=all_facts,
        settings=settings or Settings(),
        day=day,
        measures=now,
        before=measures(before) if before is not None else now,
        events=event_rows(all_facts),
        health=health(all_facts.ids, chi),
        previous=earlier or previous(),
    )


def run(rule: Rule, ctx: Context) -> RuleFindings:
    return check_rules([rule], ctx)


def severities(found: RuleFindings) -> dict[tuple[str, str], int]:
    """(customer number as text, subject) -> severity of the active tasks returned."""
    return {
        (f"c{int(task.customer_id, 16)}", task.subject): task.severity
        for task in found.tasks
        if task.active
    }


def later(ctx: Context, found: RuleFindings, days: int = 1, **changes: Any) -> Context:
    """The same world some days on, after a run, with fresh sources."""
    day = ctx.day + days
    tasks = {**ctx.previous.tasks, **{task.task_id: task for task in found.tasks}}
    told = changes.pop("facts", ctx.facts)
    fresh = tuple(replace(source, fresh_on=day) for source in told.sources)
    values = {
        "day": day,
        "facts": replace(told, sources=fresh),
        "previous": replace(ctx.previous, tasks=tasks),
        **changes,
    }
    return replace(ctx, **values)
