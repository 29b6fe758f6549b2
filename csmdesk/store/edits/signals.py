"""The CSM's own risk score and sentiment: one row per customer and day, so that both have a history."""

from __future__ import annotations

import json
from typing import Any

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
    text_arg,
)

SENTIMENTS = ("positive", "neutral", "negative")
MAX_RISK = 10
_EMPTY: Row = {
    "score": None,
    "risk_tags": "[]",
    "confidence_tags": "[]",
    "risk_note": "",
    "confidence_note": "",
}


def _risk(moment: Moment, edit: Edit) -> Plan:
    given = _given(edit)
    customers = known_customers(moment, edit.targets)
    wanted = []
    for one in customers:
        sql = "SELECT * FROM work_risk WHERE customer_id = ? ORDER BY set_on DESC LIMIT 1"
        last = moment.conn.exec_driver_sql(sql, (one,)).mappings().first()
        row: Row = {**_EMPTY, **dict(last or {}), **given}
        row.update(customer_id=one, set_on=moment.day, who=moment.who, at=moment.at)
        wanted.append(Wanted("work_risk", (one, moment.day), row))
    return Plan(f"Set risk of {counted('customer', len(customers))}", wanted)


def _given(edit: Edit) -> Row:
    given: Row = {}
    if "score" in edit.args:
        score = int_arg(edit.args, "score")
        if score is not None and not 0 <= score <= MAX_RISK:
            raise BadInput(f"A risk score is a whole number from 0 to {MAX_RISK}.")
        given["score"] = score
    for name in ("risk_tags", "confidence_tags"):
        if name in edit.args:
            given[name] = json.dumps(_tags(name, edit.args[name]), ensure_ascii=False)
    for name in ("risk_note", "confidence_note"):
        if name in edit.args:
            given[name] = text_arg(edit.args, name)
    if not given:
        raise BadInput("A risk edit needs a score, tags or a note.")
    return given


def _tags(name: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise BadInput(f"“{name}” must be a list of texts.")
    return sorted({one.strip() for one in value if one.strip()})


def _sentiment(moment: Moment, edit: Edit) -> Plan:
    row = {
        "set_on": moment.day,
        "sentiment": choice_arg(edit.args, "sentiment", SENTIMENTS),
        "reason": text_arg(edit.args, "reason"),
        "who": moment.who,
        "at": moment.at,
    }
    customers = known_customers(moment, edit.targets)
    wanted = [
        Wanted("work_sentiment", (one, moment.day), {"customer_id": one, **row})
        for one in customers
    ]
    return Plan(f"Set sentiment of {counted('customer', len(customers))}", wanted)


VERBS: dict[str, Verb] = {"risk": _risk, "sentiment": _sentiment}
