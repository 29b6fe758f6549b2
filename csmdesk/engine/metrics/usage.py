"""Usage metrics of every customer on a day (definitions.md sections 1, 2 and 5)."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING, usage_days
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.grouping import blank, count_by, latest_by
from csmdesk.engine.metrics.key_features import key_feature_columns, without_key_features
from csmdesk.engine.metrics.modules import (
    entitled_modules,
    feature_modules,
    job_counts,
    modules_used,
)
from csmdesk.engine.metrics.rows import EventRows, event_rows
from csmdesk.engine.metrics.trend import trend_columns
from csmdesk.engine.metrics.windows import (
    Window,
    last_used,
    person_window,
    usage_window,
    window_sum,
)

LOGIN_KNOWN_DAYS = 45
"""Days without a login after which "never" and "long ago" are the same (the factor's curve is 0)."""


def usage_metrics(
    facts: Facts,
    settings: Settings,
    money: Columns,
    day: int,
    events: EventRows | None = None,
) -> Columns:
    """One row per customer; int64 with MISSING where the window is not covered or nobody joined.

    active_users / _prev / _base: distinct persons of D-30…D-1, D-60…D-31, D-119…D-90;
    user_days_30 / _base: sums of daily distinct persons of D-30…D-1 and D-119…D-90;
    last_login_on (day), never_logged_in (bool), login_gap (days); events_28 (D-28…D-1),
    events_56 (D-84…D-29), events_30; trend columns (see `trend`); jobs_14, failed_14 with
    failed_product (text); modules_entitled, modules_used_14; usage_days_covered; the columns of
    `key_features`.
    """
    sorts = events if events is not None else event_rows(facts)
    joined = facts.usage.joined & facts.joined("usage")
    window = usage_window(facts, day)
    usage = facts.usage
    events_28 = window_sum(window, usage.events, joined, *usage_days(day, 28))
    events_56 = window_sum(window, usage.events, joined, day - 84, day - 29)
    data: dict[str, Any] = {
        "events_28": events_28,
        "events_56": events_56,
        "events_30": window_sum(window, usage.events, joined, *usage_days(day, 30)),
        "user_days_30": window_sum(window, usage.users, joined, *usage_days(day, 30)),
        "user_days_base": window_sum(window, usage.users, joined, day - 119, day - 90),
        "usage_days_covered": np.where(joined, window.days, MISSING),
    }
    limits = settings.health
    data |= trend_columns(
        events_28,
        events_56,
        money.ints("tenure"),
        money["active"],
        limits.trend_week_events,
        limits.trend_median_customers,
    )
    data |= _persons(facts, joined, day)
    data |= _logins(facts, money, joined, window, day)
    data |= _features(facts, settings, money, joined, sorts, day)
    return Columns(data, facts.count)


def _persons(facts: Facts, joined: Bools, day: int) -> dict[str, Ints]:
    window = person_window(facts, day)
    usage = facts.usage

    def distinct(first: int, last: int) -> Ints:
        if not window.covers(first, last):
            return blank(facts.count)
        seen = window.cut(usage.person_events, first, last).any(axis=1)
        return np.where(joined, count_by(usage.person_customer[seen], facts.count), MISSING)

    return {
        "active_users": distinct(day - 30, day - 1),
        "active_users_prev": distinct(day - 60, day - 31),
        "active_users_base": distinct(day - 119, day - 90),
    }


def _logins(
    facts: Facts, money: Columns, joined: Bools, window: Window, day: int
) -> dict[str, Any]:
    usage = facts.usage
    by_account = last_used(window, usage.users)
    people = person_window(facts, day)
    by_person = last_used(people, usage.person_events)
    some = by_person != MISSING
    last = np.maximum(
        by_account, latest_by(usage.person_customer[some], by_person[some], facts.count)
    )
    # Use is counted but nobody is named anywhere: the source does not know persons.
    nameless = bool(np.all(last == MISSING)) and bool(window.known(usage.events).any())
    known = (joined & (window.days > 0)) if not nameless else np.zeros_like(joined)
    last = np.where(known, last, MISSING)
    began = np.where(
        money.ints("tenure") != MISSING,
        day - money.ints("tenure"),
        facts.customers.ints("created_on"),
    )
    whole_life = (began != MISSING) & (began >= window.first)
    long_enough = window.covers(day - LOGIN_KNOWN_DAYS, window.last)
    return {
        "last_login_on": last,
        "never_logged_in": known & (last == MISSING) & (whole_life | long_enough),
        "login_gap": np.where(known, _login_gap(facts, window, day), MISSING),
    }


def _login_gap(facts: Facts, window: Window, day: int) -> Ints:
    """Median days between login days of the last 90 usage days; the mean of two middles floored."""
    first, last = usage_days(day, 90)
    if not window.covers(first, last):
        return blank(facts.count)
    rows, columns = np.nonzero(window.cut(facts.usage.users, first, last))
    same = rows[1:] == rows[:-1]
    owner, gap = rows[1:][same], np.diff(columns)[same]
    order = np.lexsort((gap, owner))
    gap = gap[order]
    number = count_by(owner, facts.count)
    start = np.cumsum(number) - number
    some = np.flatnonzero(number)
    low = gap[start[some] + (number[some] - 1) // 2]
    high = gap[start[some] + number[some] // 2]
    out = blank(facts.count)
    out[some] = (low + high) // 2
    return out


def _features(
    facts: Facts, settings: Settings, money: Columns, joined: Bools, sorts: EventRows, day: int
) -> dict[str, Any]:
    window = usage_window(facts, day)
    entitled = entitled_modules(facts, money, day)
    missing = blank(facts.count)
    data: dict[str, Any] = {
        "modules_entitled": entitled.matrix.sum(axis=1, dtype=np.int64),
        "modules_used_14": missing,
        "jobs_14": missing,
        "failed_14": missing,
        "failed_product": [None] * facts.count,
        **without_key_features(facts),
    }
    days = usage_days(day, 14)
    # Totals without any feature: a source without features, or one whose detail is still to come.
    known = sorts.first_used <= window.last
    detailed = bool(known.any())
    detailed = detailed or not window.known(facts.usage.events).any()
    if not detailed:
        return data
    names = feature_modules(facts, settings)
    data |= key_feature_columns(facts, settings, money, entitled, names, known, window, day)
    if not window.covers(*days):
        return data
    jobs = job_counts(facts, money, names, sorts.first_failed <= window.last, window, days)
    used = modules_used(facts, entitled, names, window, days)
    return data | {
        "modules_used_14": np.where(joined, used, MISSING),
        "jobs_14": np.where(joined, jobs.jobs, MISSING),
        "failed_14": np.where(joined, jobs.failed, MISSING),
        "failed_product": jobs.name,
    }
