"""Fields of the CRM's companies: owner, tier, stage, renewal date. The outbox follows; see `store.work`."""

from __future__ import annotations

from functools import partial

from csmdesk.domain.days import iso_day
from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.domain.systems import SYSTEMS
from csmdesk.store import outbox
from csmdesk.store.edits.plan import (
    Moment,
    Plan,
    Verb,
    Wanted,
    counted,
    int_arg,
    known_customers,
    text_arg,
)
from csmdesk.store.outbox import EDITABLE, Place
from csmdesk.store.queries.crm import CrmRecord, crm_fields
from csmdesk.store.sql import fetch

NAMES = {"owner_id": "CSM", "tier": "tier", "stage": "stage", "renewal_on": "renewal date"}


def _edit(moment: Moment, edit: Edit) -> Plan:
    values = {name: _value(edit, name) for name in EDITABLE if name in edit.args}
    if not values:
        raise BadInput(f"An edit of the CRM needs one of {', '.join(EDITABLE)}.")
    customers = known_customers(moment, edit.targets)
    wanted = []
    for one in customers:
        records = crm_fields(moment.conn, one)
        for name, value in values.items():
            record = records.get(name)
            if record is None or not record.editable:
                raise _out_of_reach(one, name, record)
            if name == "owner_id":
                _check_owner(moment, record.source, value)
            if value != record.values[name]:
                place = (record.source, record.account_id, name)
                wanted.append(_wanted(moment, place, one, value, record.values[name]))
    names = ", ".join(NAMES[name] for name in values)
    return Plan(f"Set {names} of {counted('customer', len(customers))}", wanted)


def _out_of_reach(customer: str, name: str, record: CrmRecord | None) -> BadInput:
    """`record`: the one that tells the field, where the customer has another that takes edits."""
    remedy = "Change it where it comes from; the next sync or import reads it."
    if record is None:
        text = f"Customer {customer} has no record in a CRM that can be changed from here."
    else:
        text = (
            f"The {NAMES[name]} of customer {customer} is told by {SYSTEMS[record.source].title}."
        )
    return BadInput(text, remedy)


def _value(edit: Edit, name: str) -> str | None:
    if name != "renewal_on":
        return text_arg(edit.args, name) or None
    day = int_arg(edit.args, name)
    return None if day is None else iso_day(day)


def _check_owner(moment: Moment, source: str, owner: str | None) -> None:
    sql = "SELECT 1 FROM fact_person WHERE source = ? AND source_id = ? AND archived = 0"
    if owner is not None and not fetch(moment.conn, sql, (source, owner)):
        title = SYSTEMS[source].title
        raise BadInput(f"{title} has no active user {owner}.", "Choose one of its users.")


def _solve(mine: bool, moment: Moment, edit: Edit) -> Plan:
    wanted = []
    for target in dict.fromkeys(edit.targets):
        source, _, rest = target.partition(":")
        account, _, field = rest.rpartition(":")
        row = outbox.row_at(moment.conn, (source, account, field))
        if row is None or row.state != outbox.CONFLICT:
            raise BadInput(f"There is no conflict {target}.")
        sql = "SELECT customer_id FROM identity WHERE source = ? AND source_id = ?"
        customer = fetch(moment.conn, sql, (source, account))[0][0]
        keep, other = (row.value, row.theirs) if mine else (row.theirs, row.value)
        wanted.append(_wanted(moment, row.place, customer, keep, other))
    say = "Keep mine in" if mine else "Take the CRM's value in"
    return Plan(f"{say} {counted('conflict', len(wanted))}", wanted)


def _wanted(
    moment: Moment, place: Place, customer: str, value: str | None, base: str | None
) -> Wanted:
    row = dict(zip(("source", "account_id", "field"), place, strict=True))
    more = {"customer_id": customer, "value": value, "base": base}
    return Wanted("work_field", place, {**row, **more, "who": moment.who, "at": moment.at})


VERBS: dict[str, Verb] = {
    "crm": _edit,
    "crm_mine": partial(_solve, True),
    "crm_theirs": partial(_solve, False),
}
