"""All rules on one day: which can be checked, what they hit, what becomes of the tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from csmdesk.domain.days import MISSING
from csmdesk.domain.errors import BadSetting
from csmdesk.domain.findings import RuleState, Task, TaskEvent
from csmdesk.domain.inputs import SourceState
from csmdesk.domain.settings import Settings
from csmdesk.domain.texts import date_text
from csmdesk.engine.health.model import exact_millionths
from csmdesk.engine.rules.lifecycle import LIVE, RESTING, STALE, Checked, advance
from csmdesk.engine.rules.limits import Limits, limits_of
from csmdesk.engine.rules.rule import Context, Rule, is_stale
from csmdesk.engine.rules.wording import whole_percent

NO_SOURCE = "not checked: no source"


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """`tasks` new or changed ones, `states` one per rule in order, `notices` for everybody."""

    tasks: tuple[Task, ...]
    events: tuple[TaskEvent, ...]
    states: tuple[RuleState, ...]
    notices: tuple[str, ...]


def validated(rules: Sequence[Rule], settings: Settings) -> dict[str, Limits]:
    """Thresholds in force per rule id. BadSetting names the rule, key and value it cannot use."""
    known = {rule.id for rule in rules}
    for name in settings.rules:
        if name not in known:
            told = f"no rule ({settings.rules[name]})"
            raise BadSetting(("rules", name), told, f"one of {', '.join(sorted(known))}")
    return {
        rule.id: limits_of(rule.id, rule.limits, settings.rules.get(rule.id, {})) for rule in rules
    }


def check_rules(rules: Sequence[Rule], ctx: Context) -> RuleFindings:
    """Check every rule on D and advance its tasks."""
    notices = portfolio_notices(ctx)
    checked = checked_rules(rules, ctx, suppressed=bool(notices))
    states = tuple(RuleState(one.rule.id, one.mode == LIVE, one.reason) for one in checked)
    tasks, events = advance(checked, ctx)
    return RuleFindings(tasks, events, states, notices)


def checked_rules(rules: Sequence[Rule], ctx: Context, *, suppressed: bool) -> list[Checked]:
    """What every rule says on D. `suppressed`: usage rules rest today."""
    limits = validated(rules, ctx.settings)
    checked = []
    for rule in rules:
        mode, reason = _mode(rule, ctx, suppressed=suppressed)
        hits = rule.check(ctx, limits[rule.id]) if mode != RESTING else []
        checked.append(Checked(rule, limits[rule.id], mode, hits, reason))
    return checked


def portfolio_notices(ctx: Context) -> tuple[str, ...]:
    """One notice when the usage of the whole portfolio dropped: an outage or a holiday, not all
    customers leaving."""
    medians = np.asarray(ctx.measures["trend_median"], dtype=np.int64).reshape(-1)
    guard = exact_millionths(ctx.settings.health.portfolio_drop)
    if len(medians) == 0 or medians[0] == MISSING or medians[0] >= guard:
        return ()
    down = 100 - whole_percent(int(medians[0]), 1_000_000)
    return (
        f"Usage of the whole portfolio is down {down} % (4 weeks vs prior 8): "
        "usage rules rest today.",
    )


def _mode(rule: Rule, ctx: Context, *, suppressed: bool) -> tuple[str, str]:
    """How the rule's hits count today, and why not in full."""
    reason = rule.unready(ctx) if rule.unready and _connected(rule, ctx) else ""
    if not _connected(rule, ctx):
        return RESTING, NO_SOURCE
    if reason:
        return RESTING, f"not checked: {reason}"
    stale = [source for source in _read(rule, ctx) if is_stale(source, ctx.day)]
    if stale:
        return (RESTING if rule.usage_rule else STALE), _since(stale[0])
    if rule.usage_rule and suppressed:
        return RESTING, "not checked: usage of the whole portfolio fell"
    return LIVE, ""


def _connected(rule: Rule, ctx: Context) -> bool:
    if any(ctx.facts.tables[name].length for name in rule.tables):
        return True
    have = [ctx.facts.connected(kind) for kind in rule.sources]
    return any(have) if rule.any_source else all(have)


def _read(rule: Rule, ctx: Context) -> list[SourceState]:
    """Sources whose age decides: of the rule's kinds, and those that gave rows of its tables."""
    names = {name for table in rule.tables for name in ctx.facts.tables[table]["source"]}
    kinds = set(rule.sources)
    return [s for s in ctx.facts.sources if s.name in names or not kinds.isdisjoint(s.kinds)]


def _since(source: SourceState) -> str:
    title = source.title or source.name
    if source.fresh_on == MISSING:
        return f"not checked: {title} was not read to the end yet"
    return f"not re-checked since {date_text(source.fresh_on)}: {title} was not read since"
