"""State, snooze, comment, assignee, due date, acceptance of tasks; verdicts on tasks and alerts."""

from __future__ import annotations

from functools import partial
from typing import Any

from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.store.edits.plan import (
    Moment,
    Plan,
    Row,
    Verb,
    Wanted,
    blank,
    choice_arg,
    counted,
    int_arg,
    read_row,
    text_arg,
)

STATES = {"start": "started", "progress": "in progress", "finish": "finished", "reopen": None}
VERDICTS = ("helped", "no_effect", "false_alarm")
_SAY = {"start": "Start", "progress": "Set in progress", "finish": "Finish", "reopen": "Reopen"}


def _tasks(moment: Moment, edit: Edit) -> list[tuple[Row, Row]]:
    """Finding and work row of every target task."""
    pairs = []
    for task_id in dict.fromkeys(edit.targets):
        sql = "SELECT * FROM task WHERE task_id = ?"
        found = moment.conn.exec_driver_sql(sql, (task_id,)).mappings().first()
        if found is None:
            raise BadInput(f"There is no task {task_id}.")
        row = read_row(moment.conn, "work_task", (task_id,)) or blank("work_task", (task_id,))
        task = dict(found)
        row["customer_id"] = task["customer_id"]
        pairs.append((task, row))
    return pairs


def _wanted(pairs: list[tuple[Row, Row]]) -> list[Wanted]:
    return [Wanted("work_task", (row["task_id"],), row) for _, row in pairs]


def _set_all(moment: Moment, edit: Edit, say: str, values: dict[str, Any]) -> Plan:
    pairs = _tasks(moment, edit)
    for _, row in pairs:
        row.update(values)
    return Plan(f"{say} {counted('task', len(pairs))}", _wanted(pairs))


def _state(verb: str, moment: Moment, edit: Edit) -> Plan:
    pairs = _tasks(moment, edit)
    for task, row in pairs:
        row["state"] = STATES[verb]
        row.update(episode=task["episode"], severity=task["severity"], set_on=moment.day)
    return Plan(f"{_SAY[verb]} {counted('task', len(pairs))}", _wanted(pairs))


def _snooze(moment: Moment, edit: Edit) -> Plan:
    until = int_arg(edit.args, "until")
    pairs = _tasks(moment, edit)
    for task, row in pairs:
        row["snooze_until"] = until
        row["snooze_severity"] = None if until is None else task["severity"]
    say = "Wake" if until is None else "Snooze"
    return Plan(f"{say} {counted('task', len(pairs))}", _wanted(pairs))


def _comment(moment: Moment, edit: Edit) -> Plan:
    return _set_all(moment, edit, "Comment on", {"comment": text_arg(edit.args, "text") or None})


def _assign(moment: Moment, edit: Edit) -> Plan:
    assignee = text_arg(edit.args, "assignee") or None
    return _set_all(moment, edit, "Assign" if assignee else "Unassign", {"assignee": assignee})


def _due(moment: Moment, edit: Edit) -> Plan:
    return _set_all(moment, edit, "Set due date of", {"due_on": int_arg(edit.args, "due_on")})


def _accept(moment: Moment, edit: Edit) -> Plan:
    withdrawn = edit.args.get("reason") is None
    reason = None if withdrawn else text_arg(edit.args, "reason", required=True)
    pairs = _tasks(moment, edit)
    for task, row in pairs:
        row["accepted"] = reason
        row["accepted_episode"] = None if withdrawn else task["episode"]
    say = "Withdraw acceptance of" if withdrawn else "Accept"
    return Plan(f"{say} {counted('task', len(pairs))}", _wanted(pairs))


def _verdict(moment: Moment, edit: Edit) -> Plan:
    verdict = edit.args.get("verdict")
    if verdict is not None:
        verdict = choice_arg(edit.args, "verdict", VERDICTS)
    alerts = _newest_episodes(moment, edit.targets)
    tasks = tuple(one for one in edit.targets if one not in alerts)
    pairs = _tasks(moment, Edit(edit.verb, tasks))
    for task, row in pairs:
        row["verdict"] = verdict
        row["verdict_episode"] = None if verdict is None else task["episode"]
    wanted = _wanted(pairs)
    for alert_id, (episode, customer) in alerts.items():
        given: Row = {"alert_id": alert_id, "episode": episode}
        given.update(customer_id=customer, verdict=verdict)
        key = (alert_id, episode)
        wanted.append(Wanted("work_alert", key, None if verdict is None else given))
    noun = "task" if not alerts else "alert" if not tasks else "item"
    return Plan(f"Give verdict on {counted(noun, len(wanted))}", wanted)


def _newest_episodes(moment: Moment, targets: tuple[str, ...]) -> dict[str, tuple[int, str]]:
    """Newest episode and customer of those targets that are alerts."""
    sql = (
        "SELECT alert_id, episode, customer_id FROM alert WHERE alert_id = ? "
        "ORDER BY episode DESC LIMIT 1"
    )
    found = (moment.conn.exec_driver_sql(sql, (one,)).first() for one in targets)
    return {row[0]: (row[1], row[2]) for row in found if row is not None}


VERBS: dict[str, Verb] = {
    **{verb: partial(_state, verb) for verb in STATES},
    "snooze": _snooze,
    "comment": _comment,
    "assign": _assign,
    "due": _due,
    "accept": _accept,
    "verdict": _verdict,
}
