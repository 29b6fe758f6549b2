"""Rule 6, technical_drift: jobs fail or installed agents fell silent. Subject: product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import HIGH, MEDIUM, Task
from csmdesk.engine.metrics.grouping import sum_by
from csmdesk.engine.metrics.modules import feature_modules
from csmdesk.engine.metrics.windows import usage_window
from csmdesk.engine.rules.limits import Limits, at_least, percent_at_least, rungs
from csmdesk.engine.rules.rule import (
    CHURN_RISK,
    CLEAR,
    HOLDS,
    NONE,
    UNKNOWN,
    Context,
    Hit,
    Rule,
    evidence_of,
)
from csmdesk.engine.rules.wording import days_text

LIMITS = {
    "window_days": 14,
    "min_failed": 3,
    "low_percent": 5,
    "medium_percent": 15,
    "high_percent": 30,
    "agent_silent_days": 7,
    "agents_silent_days": 3,
    "clean_days": 3,
}
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Jobs:
    """Jobs of one customer and product within the window, the rung that their failures reach today
    and reached yesterday, and whether the last days that had jobs went without a failure."""

    run: int
    failed: int
    severity: int
    yesterday: int
    clean: bool


_NO_JOBS = _Jobs(0, 0, NONE, NONE, clean=True)


def check(ctx: Context, limits: Limits) -> list[Hit]:
    jobs = _jobs(ctx, limits)
    silent = _agents(ctx)
    watched = ctx.watched(RULE.id)
    hits = []
    for key in sorted({*(jobs or ()), *silent, *watched}):
        mine = (jobs or {}).get(key, _NO_JOBS)
        told = jobs is not None or _by_agents(watched.get(key))
        hit = _hit(ctx, limits, key, mine, silent.get(key, []), told)
        if hit.severity > NONE or key in watched:
            hits.append(hit)
    return hits


def _by_agents(task: Task | None) -> bool:
    """A task that never told of jobs needs to know none to clear."""
    return task is not None and evidence_of(task)["values"]["jobs"] == 0


def _jobs(ctx: Context, limits: Limits) -> dict[Key, _Jobs] | None:
    """Customers and products with enough failures to look at; None when days are not covered."""
    days = limits.whole("window_days") + 1  # one more, for yesterday's window
    window = usage_window(ctx.facts, ctx.day)
    first, last = ctx.day - days, ctx.day - 1
    if not window.covers(first, last):
        return None
    usage = ctx.facts.usage
    # A feature is a job when it ever failed: sources do not say which ones can.
    rows = np.flatnonzero((ctx.events.first_failed <= window.last)[usage.feature_name])
    failed = window.cut(usage.feature_failed, first, last)[rows]
    owner = usage.feature_customer[rows]
    looked = sum_by(owner, failed.sum(axis=1, dtype=np.int64), ctx.facts.count)
    seen = looked >= limits.whole("min_failed")
    seen[[row for row, _ in ctx.watched(RULE.id)]] = True
    places = np.flatnonzero(seen[owner])
    number: dict[Key, int] = {}
    modules = feature_modules(ctx.facts, ctx.settings)
    names = usage.feature_name[rows[places]].tolist()
    for_key = [
        number.setdefault(
            (row, _product(ctx, row, modules[name], usage.feature_names[name])), len(number)
        )
        for row, name in zip(owner[places].tolist(), names, strict=True)
    ]
    run = window.cut(usage.feature_events, first, last)[rows[places]]
    by_day = np.zeros((2, len(number), days), np.int64)
    np.add.at(by_day[0], for_key, run)
    np.add.at(by_day[1], for_key, failed[places])
    return dict(zip(number, _judged(by_day[0], by_day[1], limits), strict=True))


def _judged(run: Ints, failed: Ints, limits: Limits) -> list[_Jobs]:
    """(customers and products, days) of jobs, oldest day first; the last column is D-1."""
    now, before = slice(1, None), slice(0, -1)
    had = run[:, now] > 0
    newest = had & (np.cumsum(had[:, ::-1], axis=1)[:, ::-1] <= limits.whole("clean_days"))
    columns = (
        run[:, now].sum(axis=1),
        failed[:, now].sum(axis=1),
        _rungs(run[:, now].sum(axis=1), failed[:, now].sum(axis=1), limits),
        _rungs(run[:, before].sum(axis=1), failed[:, before].sum(axis=1), limits),
        ~((failed[:, now] > 0) & newest).any(axis=1),
    )
    return [_Jobs(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _rungs(run: Ints, failed: Ints, limits: Limits) -> Ints:
    names = ("low", "medium", "high")
    shares = {name: percent_at_least(failed, run, limits[f"{name}_percent"]) for name in names}
    return rungs(at_least(failed, 1, limits["min_failed"]) & (run > 0), **shares)


def _product(ctx: Context, row: int, module: str, feature: str) -> str:
    """The customer's product that has the module, else the module, else the feature."""
    for name in ctx.measures["products"][row]:
        if module and module in ctx.product_modules.get(name, ()):
            return str(name)
    return module or feature


def _agents(ctx: Context) -> dict[Key, list[int]]:
    """Days of silence of each agent by customer and product.

    An agent seen after D was not silent on D as far as is known: it counts as 0 days.
    """
    table = ctx.facts.tables["agent"]
    silent: dict[Key, list[int]] = defaultdict(list)
    seen = table.ints("last_seen_at_day")
    for place in np.flatnonzero((table.ints("customer") != MISSING) & (seen != MISSING)).tolist():
        key = (int(table.ints("customer")[place]), table["product"][place] or "Agent")
        silent[key].append(max(0, ctx.day - int(seen[place])))
    return silent


def _silence(silent: list[int], limits: Limits) -> int:
    """The rung that the silence of agents reaches."""
    if silent and min(silent) > limits["agents_silent_days"]:
        return HIGH
    return MEDIUM if any(days > limits["agent_silent_days"] for days in silent) else NONE


def _hit(
    ctx: Context, limits: Limits, key: Key, jobs: _Jobs, silent: list[int], covered: bool
) -> Hit:
    row, product = key
    severity = max(jobs.severity, _silence(silent, limits))
    yesterday = max(jobs.yesterday, _silence([max(0, d - 1) for d in silent], limits))
    if severity == NONE and not covered:
        return Hit(row, product, NONE, clear=UNKNOWN)
    clear = CLEAR if jobs.clean else HOLDS
    if jobs.run == 0 and severity == NONE:
        return Hit(row, product, NONE, clear=clear)
    values: dict[str, Any] = {
        "failed": jobs.failed,
        "jobs": jobs.run,
        "agents": len(silent),
        "agents_silent_days": sorted(silent, reverse=True),
    }
    window = limits.whole("window_days")
    text = f"{product} failed scans detected: {jobs.failed} of {jobs.run} in {window} days."
    if jobs.severity != severity:
        text = f"{product}: {_silent_text(silent, severity, limits)}."
    evidence = ctx.evidence(("usage",), values, limits.shown(*LIMITS))
    return Hit(row, product, severity, text, evidence, yesterday > NONE, clear)


def _silent_text(silent: list[int], severity: int, limits: Limits) -> str:
    """Those silent for longer than the rung asks: "2 of 3 agents silent for 9 to 12 days"."""
    name = "agents_silent_days" if severity == HIGH else "agent_silent_days"
    late = [days for days in silent if days > limits[name]]
    least, most = min(late), max(late)
    span = days_text(most) if least == most else f"{least} to {days_text(most)}"
    return f"{len(late)} of {len(silent)} agents silent for {span}"


RULE = Rule(
    id="technical_drift",
    number=6,
    category=CHURN_RISK,
    title="Technical drift",
    sources=("usage",),
    tables=("agent",),
    check=check,
    limits=LIMITS,
    usage_rule=True,
)
