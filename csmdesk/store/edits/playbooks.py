"""Enrolment in playbooks and the state of their steps."""

from __future__ import annotations

import json
from functools import partial

from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.store.edits.plan import (
    Moment,
    Plan,
    Row,
    Verb,
    Wanted,
    counted,
    known_customers,
    read_row,
    text_arg,
)
from csmdesk.store.playbooks import FIELDS, Joined, joined
from csmdesk.store.sql import fetch

DONE, SKIPPED = "done", "skipped"
_SAY = {DONE: "Complete", SKIPPED: "Skip", None: "Reopen"}


def _enrol(moment: Moment, edit: Edit) -> Plan:
    playbook = text_arg(edit.args, "playbook", required=True)
    steps = _steps(edit)
    customers = known_customers(moment, edit.targets)
    busy = {one.customer_id for one in _of_playbook(moment, playbook) if one.ended_on is None}
    new = [one for one in customers if one not in busy]
    common: Row = {"playbook": playbook, "rule": "", "steps": steps, "left_on": None}
    common.update(enrolled_on=moment.day, who=moment.who)
    wanted = [
        Wanted(
            "work_playbook",
            (f"{moment.audit_id}-{place}",),
            {"enrolment_id": f"{moment.audit_id}-{place}", "customer_id": one, **common},
        )
        for place, one in enumerate(new)
    ]
    return Plan(f"Enrol {counted('customer', len(new) or len(customers))} in “{playbook}”", wanted)


def _steps(edit: Edit) -> str:
    given = edit.args.get("steps")
    if not isinstance(given, list | tuple) or not given:
        raise BadInput("A playbook needs steps.")
    steps = []
    for one in given:
        title, day = one if isinstance(one, list | tuple) and len(one) == 2 else (None, None)
        if not isinstance(title, str) or not title.strip():
            raise BadInput("A step of a playbook needs a title.")
        if isinstance(day, bool) or not isinstance(day, int) or day < 0:
            raise BadInput("A step of a playbook is due a whole number of days after the start.")
        steps.append([title, day])
    return json.dumps(steps, ensure_ascii=False)


def _of_playbook(moment: Moment, playbook: str) -> list[Joined]:
    def rows(table: str, where: str) -> list[Row]:
        sql = f"SELECT * FROM {table} WHERE {where}"
        found = moment.conn.exec_driver_sql(sql, (playbook,)).mappings()
        return [dict(row) for row in found]

    inside = "enrolment_id IN (SELECT enrolment_id FROM work_playbook WHERE playbook = ?)"
    return joined(
        rows("playbook_enrolment", "playbook = ?"),
        rows("work_playbook", "playbook = ?"),
        rows("work_step", inside),
    )


def _own(moment: Moment, enrolment_id: str) -> Row:
    """The work row of an enrolment; one of a rule becomes a person's by the first touch, so that
    no later run can take it away."""
    row = read_row(moment.conn, "work_playbook", (enrolment_id,))
    if row is not None:
        return row
    sql = "SELECT * FROM playbook_enrolment WHERE enrolment_id = ?"
    found = fetch(moment.conn, sql, (enrolment_id,))
    if not found:
        raise BadInput(f"There is no enrolment {enrolment_id}.")
    told = dict(zip(FIELDS, found[0], strict=True))
    told.pop("task_id")
    return {**told, "left_on": None, "who": moment.who}


def _leave(moment: Moment, edit: Edit) -> Plan:
    wanted = []
    for one in dict.fromkeys(edit.targets):
        row = _own(moment, one)
        if row["left_on"] is None:
            row["left_on"] = moment.day
        wanted.append(Wanted("work_playbook", (one,), row))
    return Plan(f"End {counted('enrolment', len(wanted))}", wanted)


def _step(state: str | None, moment: Moment, edit: Edit) -> Plan:
    """Set steps to a state; None makes them pending again."""
    wanted: dict[tuple[str, int], Wanted] = {}
    owners: dict[str, Wanted] = {}
    for target in edit.targets:
        enrolment_id, _, told = target.rpartition(":")
        row = _own(moment, enrolment_id)
        count = len(json.loads(row["steps"]))
        if not (told.isascii() and told.isdigit() and int(told) < count):
            raise BadInput(f"There is no step {target}.")
        if row["left_on"] is not None:
            raise BadInput(f"The playbook “{row['playbook']}” was left: enrol again to go on.")
        if state is None:
            _refuse_second(moment, row)
        key = (enrolment_id, int(told))
        owners[enrolment_id] = Wanted("work_playbook", (enrolment_id,), row)
        wanted[key] = Wanted("work_step", key, _step_row(moment, key, row, state))
    text = f"{_SAY[state]} {counted('step', len(wanted))}"
    return Plan(text, [*owners.values(), *wanted.values()])


def _refuse_second(moment: Moment, row: Row) -> None:
    """Opening a completed playbook again while the customer is in it anew would make two."""
    for one in _of_playbook(moment, row["playbook"]):
        same = one.customer_id == row["customer_id"] and one.ended_on is None
        if same and one.enrolment_id != row["enrolment_id"]:
            raise BadInput(f"The customer is in the playbook “{row['playbook']}” again since then.")


def _step_row(moment: Moment, key: tuple[str, int], row: Row, state: str | None) -> Row | None:
    if state is None:
        return None
    known = read_row(moment.conn, "work_step", key)
    if known is not None and known["state"] == state:
        return known
    made: Row = {"enrolment_id": key[0], "number": key[1], "customer_id": row["customer_id"]}
    made.update(state=state, set_on=moment.day, who=moment.who)
    return made


VERBS: dict[str, Verb] = {
    "playbook_enrol": _enrol,
    "playbook_leave": _leave,
    "step_done": partial(_step, DONE),
    "step_skip": partial(_step, SKIPPED),
    "step_reopen": partial(_step, None),
}
