"""Enrolments by rule: a task that is grave enough puts its customer into a playbook.

A customer is in a playbook once at a time. After an enrolment ended, only an episode that opened
later makes another. What people do with an enrolment is work, which the engine reads and never
writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from csmdesk.domain.finding_id import finding_id
from csmdesk.domain.findings import SEVERITIES, Enrolled, Enrolment, Task
from csmdesk.domain.settings import Playbook
from csmdesk.engine.rules.rule import Context

LEVELS = {word: level for level, word in SEVERITIES.items()}
CHECKED = "ok"
"""State of a task that was checked today: others say nothing new."""
REFUSED = frozenset(("false_alarm", "accepted"))


def enrol(ctx: Context, changed: Iterable[Task]) -> tuple[Enrolment, ...]:
    """The day's new enrolments, by id. `changed`: tasks of this run. None on a day that nobody saw:
    a back-fill would begin with overdue steps."""
    playbooks = [one for one in ctx.settings.playbooks if one.enrol_on is not None]
    if not playbooks or ctx.day < ctx.previous.live_from:
        return ()
    tasks = {**ctx.previous.tasks, **{task.task_id: task for task in changed}}
    known: dict[tuple[str, str], list[Enrolled]] = {}
    for one in ctx.previous.enrolled:
        known.setdefault((one.playbook, one.customer_id), []).append(one)
    made: list[Enrolment] = []
    for playbook in playbooks:
        made += _enrol(ctx, playbook, _causes(ctx, playbook, tasks.values()), known)
    return tuple(sorted(made, key=lambda one: one.enrolment_id))


def _causes(ctx: Context, playbook: Playbook, tasks: Iterable[Task]) -> list[Task]:
    """Tasks that call for the playbook, oldest episode first."""
    on = playbook.enrol_on
    assert on is not None
    least = LEVELS[on.severity]
    found = [
        task
        for task in tasks
        if task.active
        and task.rule == on.rule
        and task.severity >= least
        and task.state == CHECKED
        and not _settled(ctx, task)
    ]
    return sorted(found, key=lambda task: (task.opened_on, task.task_id))


def _settled(ctx: Context, task: Task) -> bool:
    """A person finished this episode before D, or said that it is none."""
    finished = ctx.previous.finished.get(task.task_id)
    if finished is not None and finished[0] == task.episode and finished[2] < ctx.day:
        return True
    return ctx.previous.verdicts.get(task.task_id) in REFUSED


def _enrol(
    ctx: Context,
    playbook: Playbook,
    causes: Sequence[Task],
    known: dict[tuple[str, str], list[Enrolled]],
) -> list[Enrolment]:
    steps = json.dumps([[step.title, step.day] for step in playbook.steps], ensure_ascii=False)
    made: dict[str, Enrolment] = {}
    for task in causes:
        customer = task.customer_id
        key = finding_id(f"playbook {playbook.name}", customer, f"{task.task_id}:{task.episode}")
        earlier = known.get((playbook.name, customer), ())
        if customer not in made and not _stands_against(key, task, earlier, ctx.day):
            made[customer] = Enrolment(
                key, customer, playbook.name, task.rule, task.task_id, ctx.day, steps
            )
    return list(made.values())


def _stands_against(key: str, task: Task, earlier: Iterable[Enrolled], day: int) -> bool:
    """An earlier enrolment is active, or ended when the episode was open already.

    The one that this very run makes again on its day (a person may have touched it) does not.
    """
    for one in earlier:
        if one.enrolment_id == key and one.enrolled_on == day:
            continue
        if one.enrolment_id == key or one.ended_on is None or one.ended_on >= task.opened_on:
            return True
    return False
