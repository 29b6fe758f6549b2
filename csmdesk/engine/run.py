"""One engine run: measures, health, rules, alerts of one day (definitions.md section 10).

A pure function: the same facts, settings, previous findings and day give the same findings, byte
for byte. Everything is sorted by key; no clock, no randomness.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from msgspec import structs

from csmdesk.domain.columns import Columns
from csmdesk.domain.findings import Findings, Previous, Task
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.alerts import KINDS
from csmdesk.engine.alerts.lifecycle import advance_alerts
from csmdesk.engine.health.assess import assess
from csmdesk.engine.measure import measure
from csmdesk.engine.metrics.rows import EventRows, event_rows
from csmdesk.engine.money.prepared import Prepared, prepare
from csmdesk.engine.playbooks.enrol import enrol
from csmdesk.engine.rules import RULES
from csmdesk.engine.rules.evaluate import check_rules
from csmdesk.engine.rules.lifecycle import DUE, default_due, event_of
from csmdesk.engine.rules.rule import Context


@dataclass(slots=True)
class RunInputs:
    """What the days of one run share: facts read once, and the measures of the last two days.

    Only a memory: a run without it, or with a fresh one, gives the same findings.
    """

    facts: Facts
    settings: Settings
    money: Prepared
    events: EventRows
    _kept: dict[int, Columns] = field(default_factory=dict)

    def measures(self, day: int) -> Columns:
        """The measures of a day, computed once while the run goes on by one day at a time."""
        if day not in self._kept:
            self._kept = {one: table for one, table in self._kept.items() if one == day - 1}
            self._kept[day] = measure(self.facts, self.settings, day, self.money, self.events)
        return self._kept[day]


def prepare_run(facts: Facts, settings: Settings) -> RunInputs:
    """Inputs to share between the days of a back-fill."""
    return RunInputs(facts, settings, prepare(facts, settings), event_rows(facts))


def run_day(
    facts: Facts,
    settings: Settings,
    day: int,
    previous: Previous,
    prepared: RunInputs | None = None,
) -> Findings:
    """Everything one run says of `day`. `previous` is the state before it: history, tasks and
    alerts of earlier days. `prepared` must come from the same facts and settings. Raises BadInput
    for a health model or a threshold that cannot be used."""
    inputs = prepared if prepared is not None else prepare_run(facts, settings)
    earlier = tuple(one for one in previous.history if one.day < day)
    before, measures = inputs.measures(day - 1), inputs.measures(day)
    health = assess(facts, measures, settings, day, earlier)
    known = replace(previous, history=earlier)
    context = Context(facts, settings, day, measures, before, inputs.events, health, known)
    rules = check_rules(RULES, context)
    alerts = advance_alerts(KINDS, context, rules.tasks)
    tasks, events = rules.tasks, rules.events
    if day == previous.live_from:
        late = due_from(previous, tasks, day)
        tasks = merged(tasks, late)
        events = (*events, *(event_of(task, day, DUE) for task in late))
    return Findings(
        day=day,
        health=health,
        measures=measures,
        tasks=tasks,
        task_events=events,
        alerts=alerts,
        rules=rules.states,
        notices=rules.notices,
        enrolments=enrol(context, rules.tasks),
    )


def due_from(previous: Previous, changed: tuple[Task, ...], day: int) -> tuple[Task, ...]:
    """Tasks of the back-fill that were due before anybody could see them: their due date counts from
    `day`, the first that a person sees."""
    tasks = {**previous.tasks, **{task.task_id: task for task in changed}}
    return tuple(
        structs.replace(task, due_on=default_due(task.severity, day))
        for _, task in sorted(tasks.items())
        if task.active and task.due_on < day
    )


def merged(tasks: tuple[Task, ...], later: tuple[Task, ...]) -> tuple[Task, ...]:
    """Tasks by id, those of `later` in the place of former ones."""
    both = {task.task_id: task for task in (*tasks, *later)}
    return tuple(both[key] for key in sorted(both))
