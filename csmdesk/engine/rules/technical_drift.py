"""Rule 6, technical_drift: jobs fail or installed agents fell silent. Subject: product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import HIGH, LOW, MEDIUM
from csmdesk.engine.metrics.modules import feature_modules, job_features
from csmdesk.engine.metrics.windows import usage_window
from csmdesk.engine.rules.limits import Limits
from csmdesk.engine.rules.rule import CHURN_RISK, CLEAR, HOLDS, NONE, UNKNOWN, Context, Hit, Rule
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
    """Jobs of one customer and product: run and failed a day, oldest first; last column is D-1."""

    run: Ints
    failed: Ints


def check(ctx: Context, limits: Limits) -> list[Hit]:
    jobs = _jobs(ctx, limits)
    silent = _agents(ctx)
    keys = set(jobs or {}) | set(silent) | set(ctx.watched(RULE.id))
    hits = []
    for key in sorted(keys):
        mine = jobs.get(key) if jobs is not None else None
        hit = _hit(ctx, limits, key, mine, silent.get(key, []), jobs is not None)
        if hit.severity > NONE or key in ctx.watched(RULE.id):
            hits.append(hit)
    return hits


def _jobs(ctx: Context, limits: Limits) -> dict[Key, _Jobs] | None:
    """Customers and products with enough failures to look at; None when days are not covered."""
    days = limits.whole("window_days") + 1  # one more, for yesterday's window
    window = usage_window(ctx.facts, ctx.day)
    first, last = ctx.day - days, ctx.day - 1
    if not window.covers(first, last):
        return None
    usage = ctx.facts.usage
    rows = np.flatnonzero(job_features(ctx.facts, window)[usage.feature_name])
    run = window.cut(usage.feature_events[rows], first, last).astype(np.int64)
    failed = window.cut(usage.feature_failed[rows], first, last).astype(np.int64)
    owner = usage.feature_customer[rows]
    total = np.zeros(ctx.facts.count, np.int64)
    np.add.at(total, owner, failed.sum(axis=1))
    looked = total >= limits.whole("min_failed")
    looked[[row for row, _ in ctx.watched(RULE.id)]] = True
    modules = feature_modules(ctx.facts, ctx.settings)
    found: dict[Key, _Jobs] = {}
    for place in np.flatnonzero(looked[owner]).tolist():
        row = int(owner[place])
        feature = int(usage.feature_name[rows[place]])
        key = (row, _product(ctx, row, modules[feature], usage.feature_names[feature]))
        former = found.get(key)
        found[key] = (
            _Jobs(former.run + run[place], former.failed + failed[place])
            if former
            else _Jobs(run[place], failed[place])
        )
    return found


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


def _severity(run: int, failed: int, silent: list[int], limits: Limits) -> int:
    enough = failed >= limits["min_failed"] and run > 0

    def share(percent: str) -> bool:
        return enough and failed * 100 >= run * limits[percent]

    if share("high_percent") or (silent and min(silent) > limits["agents_silent_days"]):
        return HIGH
    if share("medium_percent") or any(d > limits["agent_silent_days"] for d in silent):
        return MEDIUM
    return LOW if share("low_percent") else NONE


def _hit(
    ctx: Context, limits: Limits, key: Key, jobs: _Jobs | None, silent: list[int], covered: bool
) -> Hit:
    row, product = key
    run = [int(jobs.run[cut].sum()) if jobs else 0 for cut in (slice(1, None), slice(0, -1))]
    failed = [int(jobs.failed[cut].sum()) if jobs else 0 for cut in (slice(1, None), slice(0, -1))]
    severity = _severity(run[0], failed[0], silent, limits)
    yesterday = _severity(run[1], failed[1], [max(0, d - 1) for d in silent], limits)
    if severity == NONE and not covered:
        return Hit(row, product, NONE, clear=UNKNOWN)
    clear = CLEAR if _clean(jobs, limits) else HOLDS
    if run[0] == 0 and severity == NONE:
        return Hit(row, product, NONE, clear=clear)
    by_jobs = _severity(run[0], failed[0], [], limits) == severity
    values: dict[str, Any] = {
        "failed": failed[0],
        "jobs": run[0],
        "agents": len(silent),
        "agents_silent_days": sorted(silent, reverse=True),
    }
    window = limits.whole("window_days")
    text = f"{product} failed scans detected: {failed[0]} of {run[0]} in {window} days."
    if not by_jobs:
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


def _clean(jobs: _Jobs | None, limits: Limits) -> bool:
    """No failure on the last 3 days that had jobs; no jobs at all in the window counts as clean."""
    if jobs is None:
        return True
    days = np.flatnonzero(jobs.run[1:])[-limits.whole("clean_days") :]
    return not jobs.failed[1:][days].any()


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
