"""The life of a task: from a rule's hits and the tasks of earlier runs to those of day D.

definitions.md section 6, "Lifecycle of a task". Tasks are never deleted; what did not change is
not returned. Work of a person (finished, verdicts) is read, never written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.json import decode
from msgspec.structs import replace

from csmdesk.domain.days import add_working_days
from csmdesk.domain.finding_id import finding_id
from csmdesk.domain.findings import HIGH, LOW, MEDIUM, Task, TaskEvent
from csmdesk.engine.rules.limits import Limits
from csmdesk.engine.rules.rule import (
    CLEAR,
    ENDED,
    NONE,
    UNKNOWN,
    Context,
    Hit,
    Rule,
    evidence_of,
    evidence_text,
)

LIVE, STALE, RESTING = "live", "stale", "resting"
"""How a rule's hits count today: in full; they may open and rise but nothing clears or falls;
not at all (no source, or a usage rule on a day without trustworthy usage)."""

OPENED, SEVERITY, RESOLVED = "opened", "severity", "resolved"
EASED, UNCHECKED, CHECKED, DUE = "eased", "unchecked", "checked", "due"
"""Events. Eased: no rung holds any more, but it has not cleared yet; unchecked: from now on nothing
can be said of it, until it is checked again; due: another due date."""
OK_STATE, STALE_STATE = "ok", "stale"
FALSE_ALARM, ACCEPTED = "false_alarm", "accepted"
_DUE_WORKING_DAYS = {HIGH: 1, MEDIUM: 3}
_DUE_LOW_DAYS = 7


def default_due(severity: int, day: int) -> int:
    """High: next working day, Medium: 3 working days, Low: 7 days."""
    if severity == LOW:
        return day + _DUE_LOW_DAYS
    return add_working_days(day, _DUE_WORKING_DAYS[severity])


@dataclass(frozen=True, slots=True)
class Checked:
    """What one rule said today; `reason`: why its hits do not count in full."""

    rule: Rule
    limits: Limits
    mode: str
    hits: Sequence[Hit] = ()
    reason: str = ""


@dataclass(slots=True)
class _Step:
    """Advances the tasks of one rule by one day; `tasks` and `events` collect what changed."""

    ctx: Context
    checked: Checked
    tasks: list[Task] = field(default_factory=list)
    events: list[TaskEvent] = field(default_factory=list)

    def open(self, task_id: str, former: Task | None, hit: Hit) -> None:
        rule, day = self.checked.rule, self.ctx.day
        episode = former.episode + 1 if former else 1
        task = Task(
            task_id=task_id,
            rule=rule.id,
            customer_id=self.ctx.facts.ids[hit.customer],
            subject=hit.subject,
            category=rule.category,
            severity=hit.severity,
            active=True,
            text=hit.text,
            evidence=evidence_text(hit.evidence),
            first_seen=former.first_seen if former else day,
            last_seen=day,
            opened_on=day,
            resolved_on=None,
            episode=episode,
            due_on=default_due(hit.severity, day),
            state=OK_STATE,
            checked_on=day,
            streak=0,
        )
        self._keep(former, task, OPENED)

    def hold(self, task: Task, hit: Hit) -> None:
        """A rung holds today."""
        live = self.checked.mode == LIVE
        severity = hit.severity if live else max(hit.severity, task.severity)
        due = task.due_on
        if severity > task.severity:
            due = min(due, default_due(severity, self.ctx.day))
        held = replace(
            task,
            severity=severity,
            text=hit.text,
            evidence=evidence_text(hit.evidence),
            last_seen=self.ctx.day,
            due_on=due,
            state=OK_STATE if live else STALE_STATE,
            checked_on=self.ctx.day if live else task.checked_on,
            streak=0,
        )
        self._keep(task, held, SEVERITY if severity != task.severity else "")

    def ease(self, task: Task, hit: Hit | None) -> None:
        """No rung holds today: it clears, waits at Low, or cannot be told."""
        clear = hit.clear if hit else ENDED
        if clear == UNKNOWN or self.checked.mode != LIVE:
            self._keep(task, replace(task, state=STALE_STATE), "")
            return
        streak = task.streak + 1 if clear == CLEAR else 0
        if clear == ENDED or streak >= self.checked.limits.whole("clear_days"):
            self.resolve(task)
            return
        eased = replace(task, severity=LOW, state=OK_STATE, checked_on=self.ctx.day, streak=streak)
        if hit and hit.text:
            eased = replace(eased, text=hit.text, evidence=evidence_text(hit.evidence))
        held = EASED if task.last_seen >= task.checked_on else ""
        self._keep(task, eased, SEVERITY if task.severity != LOW else held)

    def resolve(self, task: Task) -> None:
        day = self.ctx.day
        done = replace(
            task, active=False, resolved_on=day, state=OK_STATE, checked_on=day, streak=0
        )
        self._keep(task, done, RESOLVED)

    def rest(self, task: Task) -> None:
        self._keep(task, replace(task, state=STALE_STATE), "")

    def _keep(self, former: Task | None, task: Task, kind: str) -> None:
        if task != former:
            self.tasks.append(task)
        if kind:
            self.events.append(event_of(task, self.ctx.day, kind))
        if former is not None and task.state != former.state and kind not in (OPENED, RESOLVED):
            turned = CHECKED if task.state == OK_STATE else UNCHECKED
            self.events.append(event_of(task, self.ctx.day, turned))


def event_of(task: Task, day: int, kind: str) -> TaskEvent:
    return TaskEvent(task.task_id, day, kind, task.episode, task.severity, task.text, task.due_on)


def advance(
    checked: Sequence[Checked], ctx: Context
) -> tuple[tuple[Task, ...], tuple[TaskEvent, ...]]:
    """New and changed tasks sorted by id, and the events of the day sorted by task.

    `ctx.previous` must be the state before D: the same input gives the same output.
    """
    of_rule: dict[str, list[Task]] = {}
    for task in ctx.previous.tasks.values():
        if task.active:
            of_rule.setdefault(task.rule, []).append(task)
    tasks: list[Task] = []
    events: list[TaskEvent] = []
    for one in checked:
        step = _Step(ctx, one)
        _advance_rule(step, of_rule.get(one.rule.id, []))
        tasks += step.tasks
        events += step.events
    return (
        tuple(sorted(tasks, key=lambda task: task.task_id)),
        tuple(sorted(events, key=lambda event: (event.task_id, event.kind))),
    )


def _advance_rule(step: _Step, active: Sequence[Task]) -> None:
    if step.checked.mode == RESTING:
        for task in active:
            step.rest(task)
        return
    hits = hits_by_task(step.ctx, step.checked)
    for task in sorted(active, key=lambda task: task.task_id):
        _advance_task(step, task, hits.get(task.task_id))
    known = step.ctx.previous.tasks
    for task_id, hit in hits.items():
        former = known.get(task_id)
        if former is not None and former.active:
            continue
        if hit.severity > NONE and hit.fires and not _accepted(step, former, hit):
            step.open(task_id, former, hit)


def hits_by_task(ctx: Context, checked: Checked) -> dict[str, Hit]:
    """Hits of customers that the rule looks at, the most severe one per task id."""
    rule = checked.rule
    watched = ctx.watched(rule.id)
    found: dict[str, Hit] = {}
    for hit in checked.hits:
        if ctx.left_out[hit.customer] and not _looks_at(rule, ctx, hit.customer):
            continue
        known = watched.get((hit.customer, hit.subject))
        task_id = (
            known.task_id
            if known
            else finding_id(rule.id, ctx.facts.ids[hit.customer], hit.subject)
        )
        if task_id not in found or hit.severity > found[task_id].severity:
            found[task_id] = hit
    return found


def _looks_at(rule: Rule, ctx: Context, customer: int) -> bool:
    """Churned customers are left out by all rules but those that say so."""
    churned = ctx.measures["status"][customer] == "Churned"
    return rule.churned_too and churned and not ctx.flagged[customer]


def _advance_task(step: _Step, task: Task, hit: Hit | None) -> None:
    ctx = step.ctx
    row = ctx.index.get(task.customer_id)
    if row is None:  # its customer is not among the facts: nothing can be said
        step.rest(task)
    elif ctx.left_out[row] and not _looks_at(step.checked.rule, ctx, row):
        step.resolve(task) if step.checked.mode == LIVE else step.rest(task)
    elif hit is not None and _accepted(step, task, hit):
        step.resolve(task)
    elif hit is None or hit.severity == NONE:
        step.ease(task, hit)
    elif _comes_back(step, task, hit):
        step.open(task.task_id, task, hit)
    else:
        step.hold(task, hit)


def _accepted(step: _Step, former: Task | None, hit: Hit) -> bool:
    """A person accepted this very state of things: it counts again when its values change."""
    if former is None or step.ctx.previous.verdicts.get(former.task_id) != ACCEPTED:
        return False
    today = decode(evidence_text(hit.evidence), type=dict[str, Any])
    return evidence_of(former).get("values") == today.get("values")


def _comes_back(step: _Step, task: Task, hit: Hit) -> bool:
    """Finished while still true: after the re-trigger delay it is a new episode.

    A severity that rose above the one finished shows the task again as it is; a false alarm
    stays away until the condition has ended once. Other values than the accepted ones are new.
    """
    verdict = step.ctx.previous.verdicts.get(task.task_id)
    if verdict == ACCEPTED:
        return True
    finished = step.ctx.previous.finished.get(task.task_id)
    if finished is None or verdict == FALSE_ALARM:
        return False
    episode, severity, on = finished
    waited = step.ctx.day - on >= step.checked.limits.whole("retrigger_days")
    return waited and episode == task.episode and hit.severity <= severity
