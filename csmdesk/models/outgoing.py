"""What the window says of writing to the CRM: scores, edits that wait, and the writes of before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.systems import system_named
from csmdesk.domain.texts import plural
from csmdesk.models.columns import Cell, Column, Tip, plain
from csmdesk.models.rows import ColumnRows, Rows
from csmdesk.models.sources import NONE, moment

Told = Mapping[str, Any]
"""What `jobs.outgoing` tells."""
FIELDS = {
    "chi": "Score (CHI)",
    "band": "Band",
    "reason_1": "Largest reason",
    "reason_2": "Second reason",
    "reason_3": "Third reason",
    "scored_at": "Computed at",
}
UNREAD = "not read yet"
EMPTIED = "(emptied)"
REFUSED, FIRST, CLEARED, CHANGED = (
    ("Refused before", "poor"),
    ("First time", "info"),
    ("Emptied", "neutral"),
    ("Changed", "good"),
)
STATES = {
    "queued": ("Waits for the next sync", ""),
    "sending": ("Sent, not confirmed", "info"),
    "conflict": ("Conflict", "poor"),
    "refused": ("Refused", "poor"),
    "withdrawn": ("To be removed there", ""),
}
REMEDIES = {
    "conflict": "Decide on the page Data quality.",
    "refused": "The next sync tries again.",
}


def _pill(rows: Rows, row: int) -> tuple[str, str]:
    return rows.get("what", row), rows.get("tone", row)


def _what(rows: Rows, row: int) -> str:
    return str(rows.get("what", row))


def _property(rows: Rows, row: int) -> Tip | None:
    name = rows.get("property", row)
    return Tip(str(rows.get("field", row)), str(name)) if name else None


def _whole(name: str, title: str, width: int) -> Column:
    """A text that may be longer than its column: the tooltip has all of it."""

    def tip(rows: Rows, row: int) -> Tip | None:
        text = rows.get(name, row)
        return Tip(title, "", (str(text),)) if text else None

    return Column(name, title, width, plain(name), sort=name, tip=tip)


_WHO = (
    Column("customer", "Customer", 190, plain("customer"), Cell.STRONG, sort="customer"),
    Column("system", "System", 100, plain("system"), Cell.MUTED, sort="system", shown=False),
    Column("field", "Property", 120, plain("field"), Cell.MUTED, sort="field", tip=_property),
)
SCORE_COLUMNS = (
    *_WHO,
    _whole("before", "Now in the CRM", 130),
    _whole("after", "Would be written", 240),
    Column("what", "What", 120, _what, Cell.PILL, _pill, sort="what"),
    _whole("why", "Why", 150),
)
LEFT_OUT_COLUMNS = (*_WHO[:2], _whole("why", "Why nothing is written", 480))
EDIT_COLUMNS = (
    *_WHO,
    _whole("before", "Now in the CRM", 130),
    _whole("after", "Would be written", 130),
    Column("what", "State", 170, _what, Cell.PILL, _pill, sort="what"),
    _whole("why", "Why", 210),
)
WRITE_COLUMNS = (
    Column("when", "When", 130, plain("when"), Cell.STRONG, sort="at"),
    Column("system", "System", 120, plain("system"), sort="system"),
    Column("records", "Records", 90, plain("records"), Cell.NUMBER, right=True, sort="records"),
    Column("refused", "Refused", 90, plain("refused"), Cell.NUMBER, right=True, sort="refused"),
    _whole("why", "Why, and what to do", 420),
)


def score_rows(told: Told) -> ColumnRows:
    """Every field that would be written."""
    return _as_rows([_score(one) for one in told["rows"]])


def left_out_rows(told: Told) -> ColumnRows:
    return _as_rows([{**one, "field": ""} for one in told["left_out"]])


def _score(one: Told) -> Told:
    before = (one["before"] or NONE) if one["known"] else UNREAD
    after = one["after"] or EMPTIED
    kind = CHANGED if one["known"] else FIRST
    if one["why"]:
        kind = REFUSED
    elif not one["after"]:
        kind = CLEARED
    why = f"{one['why']} Tried again." if one["why"] else ""
    shown = {"field": FIELDS[one["field"]], "before": before, "after": after, "why": why}
    return {**one, **shown, "kind": kind}


def edit_rows(told: Told) -> ColumnRows:
    rows = []
    for one in told["edits"]:
        why = " ".join(text for text in (one["why"], REMEDIES.get(one["state"], "")) if text)
        shown = {"before": one["before"] or NONE, "after": one["after"] or NONE, "why": why}
        field = one["field"][0].upper() + one["field"][1:]
        rows.append({**one, **shown, "field": field, "kind": STATES[one["state"]]})
    return _as_rows(rows)


def _as_rows(rows: Sequence[Told]) -> ColumnRows:
    """What a row does not tell is empty."""
    columns: dict[str, Any] = {
        name: [one.get(name, "") for one in rows]
        for name in ("customer_id", "customer", "field", "property", "before", "after", "why")
    }
    columns["system"] = [system_named(one["source"]).title if one["source"] else "" for one in rows]
    columns["what"] = [one.get("kind", CHANGED)[0] for one in rows]
    columns["tone"] = [one.get("kind", CHANGED)[1] for one in rows]
    keys = [f"{one['source']}:{one['record']}:{one['field']}:{i}" for i, one in enumerate(rows)]
    return ColumnRows(Columns(columns, len(rows)), 0, "", keys)


def write_rows(told: Told, now: datetime) -> ColumnRows:
    writes = told["writes"]
    columns = {
        "at": np.array([one["at"] for one in writes], dtype=np.int64),
        "when": [_moment(one["at"], now) for one in writes],
        "system": [one["system"] for one in writes],
        "records": np.array([one["records"] for one in writes], dtype=np.int64),
        "refused": np.array([one["refused"] for one in writes], dtype=np.int64),
        "why": [f"{one['why']} The next write tries again." * bool(one["why"]) for one in writes],
    }
    keys = [f"{one['at']}:{one['system']}" for one in writes]
    return ColumnRows(Columns(columns, len(writes)), 0, "", keys)


def _moment(at: int, now: datetime) -> str:
    short = moment(at, now)
    return f"today {short}" if len(short) == 5 else short


def headline(told: Told) -> str:
    """Counts in a sentence: what would be written, what stays, what waits."""
    if told["problem"]:
        return str(told["problem"])
    records = records_to_write(told)
    fields = plural(len(told["rows"]), "field")
    first = f"{fields} of {plural(records, 'record')} would be written"
    if not records:
        first = "Nothing is to be written"
    held = plural(told["unchanged"], "record holds", "records hold")
    already = f"; {held} today's score already" if told["unchanged"] else ""
    return f"{first}{already}. Compared with what was written last; the CRM is not asked."


def records_to_write(told: Told) -> int:
    return len({(one["source"], one["record"]) for one in told["rows"]})


def systems(told: Told) -> str:
    """ "HubSpot", where scores would go."""
    names = dict.fromkeys(system_named(one["source"]).title for one in told["rows"])
    return " and ".join(names) or "the CRM"


WRITE_TEXT = (
    "The score fields are made where they are missing. What a record held before is kept, so that "
    "it can be put back. Records that {} refuses are listed and tried again by the next write."
)
BACK_TEXT = (
    "Every record gets what it held before CSMDesk wrote to it. What somebody changed in the CRM "
    "since is left alone and counted. Writing after every run is turned off."
)
TURN_ON_TEXT = (
    "Every run of today then ends by writing the scores that changed to the connected CRM. You can "
    "turn it off again here, and put the former values back."
)
