"""Own tags of customers, added and removed in bulk."""

from __future__ import annotations

from csmdesk.domain.edits import Edit
from csmdesk.store.edits.plan import (
    Moment,
    Plan,
    Verb,
    Wanted,
    counted,
    known_customers,
    text_arg,
)


def _add(moment: Moment, edit: Edit) -> Plan:
    tag = text_arg(edit.args, "tag", required=True)
    wanted = [
        Wanted("work_tag", (one, tag), {"customer_id": one, "tag": tag})
        for one in known_customers(moment, edit.targets)
    ]
    return Plan(f"Tag {counted('customer', len(wanted))} “{tag}”", wanted)


def _remove(moment: Moment, edit: Edit) -> Plan:
    tag = text_arg(edit.args, "tag", required=True)
    customers = known_customers(moment, edit.targets)
    wanted = [Wanted("work_tag", (one, tag), None) for one in customers]
    return Plan(f"Remove tag “{tag}” from {counted('customer', len(wanted))}", wanted)


VERBS: dict[str, Verb] = {"tag_add": _add, "tag_remove": _remove}
