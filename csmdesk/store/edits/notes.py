"""Notes and logged activities."""

from __future__ import annotations

from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.store.edits.plan import (
    Moment,
    Plan,
    Row,
    Verb,
    Wanted,
    choice_arg,
    counted,
    int_arg,
    known_customers,
    read_row,
    text_arg,
)

KINDS = ("email", "call", "meeting")
DIRECTIONS = ("in", "out")


def _note(moment: Moment, edit: Edit) -> Plan:
    text_arg(edit.args, "body", required=True)
    customers = known_customers(moment, edit.targets)
    wanted = _rows(moment, edit, customers, {"kind": "note", "direction": None, "held": 0})
    return Plan(f"Add note to {counted('customer', len(customers))}", wanted)


def _log(moment: Moment, edit: Edit) -> Plan:
    kind = choice_arg(edit.args, "kind", KINDS)
    direction = None
    if edit.args.get("direction") is not None:
        direction = choice_arg(edit.args, "direction", DIRECTIONS)
    # A person logs a meeting or call because it took place.
    held = int(bool(edit.args.get("held", kind != "email")))
    customers = known_customers(moment, edit.targets)
    what = {"kind": kind, "direction": direction, "held": held}
    wanted = _rows(moment, edit, customers, what)
    return Plan(f"Log {kind} with {counted('customer', len(customers))}", wanted)


def _remove(moment: Moment, edit: Edit) -> Plan:
    for one in edit.targets:
        if read_row(moment.conn, "work_note", (one,)) is None:
            raise BadInput(f"There is no note {one}.")
    wanted = [Wanted("work_note", (one,), None) for one in dict.fromkeys(edit.targets)]
    return Plan(f"Remove {counted('note', len(wanted))}", wanted)


def _rows(moment: Moment, edit: Edit, customers: tuple[str, ...], what: Row) -> list[Wanted]:
    at = int_arg(edit.args, "at")
    row = {
        **what,
        "at": moment.at if at is None else at,
        "author": moment.who,
        "contact_id": text_arg(edit.args, "contact_id") or None,
        "subject": text_arg(edit.args, "subject"),
        "body": text_arg(edit.args, "body"),
        "link": text_arg(edit.args, "link"),
        "crm": int(bool(edit.args.get("crm"))),
    }
    ids = [f"{moment.audit_id}-{index}" for index in range(len(customers))]
    return [
        Wanted("work_note", (note_id,), {"note_id": note_id, "customer_id": one, **row})
        for note_id, one in zip(ids, customers, strict=True)
    ]


VERBS: dict[str, Verb] = {"note": _note, "log": _log, "note_remove": _remove}
