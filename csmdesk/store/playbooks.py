"""Enrolments in playbooks: those of rules and those of people, with the steps that were handled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from csmdesk.domain.columns import Columns
from csmdesk.domain.findings import Enrolled
from csmdesk.store.schema.findings import PLAYBOOK_ENROLMENT
from csmdesk.store.sql import fetch, ints

Row = dict[str, Any]
FIELDS = tuple(column.name for column in PLAYBOOK_ENROLMENT.columns)
PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Joined:
    """An enrolment with its template of then. `handled`: number of a step -> (state, day)."""

    enrolment_id: str
    customer_id: str
    playbook: str
    rule: str
    who: str
    enrolled_on: int
    left_on: int | None
    steps: tuple[tuple[str, int], ...]
    handled: Mapping[int, tuple[str, int]]

    @property
    def completed_on(self) -> int | None:
        """Day on which the last step was done or skipped, None while one is pending."""
        if len(self.handled) < len(self.steps):
            return None
        return max(day for _, day in self.handled.values())

    @property
    def ended_on(self) -> int | None:
        return self.left_on if self.completed_on is None else self.completed_on


def found_rows(conn: Connection, day: int | None, customer_id: str | None = None) -> list[Row]:
    """Enrolments of rules, up to `day` when it is given."""
    sql = "SELECT * FROM playbook_enrolment WHERE (? IS NULL OR enrolled_on <= ?)"
    sql += " AND (? IS NULL OR customer_id = ?)"
    rows = fetch(conn, sql, (day, day, customer_id, customer_id))
    return [dict(zip(FIELDS, row, strict=True)) for row in rows]


def joined(found: Iterable[Row], own: Iterable[Row], steps: Iterable[Row]) -> list[Joined]:
    """Enrolments by id: a person's row stands for the rule's of the same id."""
    merged = {row["enrolment_id"]: {**row, "who": "", "left_on": None} for row in found}
    merged.update((row["enrolment_id"], row) for row in own)
    handled: dict[str, dict[int, tuple[str, int]]] = {}
    for step in steps:
        state = (step["state"], step["set_on"])
        handled.setdefault(step["enrolment_id"], {})[step["number"]] = state
    return [
        Joined(
            enrolment_id=key,
            customer_id=row["customer_id"],
            playbook=row["playbook"],
            rule=row["rule"],
            who=row["who"],
            enrolled_on=row["enrolled_on"],
            left_on=row["left_on"],
            steps=tuple((title, day) for title, day in json.loads(row["steps"])),
            handled=handled.get(key, {}),
        )
        for key, row in sorted(merged.items())
    ]


def enrolled(one: Joined) -> Enrolled:
    """What a run needs to know of an enrolment."""
    return Enrolled(one.enrolment_id, one.customer_id, one.playbook, one.enrolled_on, one.ended_on)


def enrolment_columns(rows: Sequence[Joined]) -> tuple[Columns, Columns]:
    """(enrolments keyed by customer_id, steps) as `domain.portfolio` describes them."""
    enrolments = {
        "id": [row.enrolment_id for row in rows],
        "customer_id": [row.customer_id for row in rows],
        "playbook": [row.playbook for row in rows],
        "rule": [row.rule or None for row in rows],
        "who": [row.who or None for row in rows],
        "enrolled_on": ints([row.enrolled_on for row in rows]),
        "left_on": ints([row.left_on for row in rows]),
        "completed_on": ints([row.completed_on for row in rows]),
    }
    places = [(at, number) for at, row in enumerate(rows) for number in range(len(row.steps))]
    told = [rows[at].handled.get(number) for at, number in places]
    steps = {
        "enrolment": ints([at for at, _ in places]),
        "number": ints([number for _, number in places]),
        "title": [rows[at].steps[number][0] for at, number in places],
        "due_on": ints([rows[at].enrolled_on + rows[at].steps[n][1] for at, n in places]),
        "state": [one[0] if one else PENDING for one in told],
        "set_on": ints([one[1] if one else None for one in told]),
    }
    return Columns(enrolments, len(rows)), Columns(steps, len(places))


def acted_on(rows: Iterable[Joined], day: int) -> dict[str, int]:
    """Customer -> newest day on which an enrolment that was not left began; `day` while one is
    active: an alert opened by then has an action step."""
    newest: dict[str, int] = {}
    for row in rows:
        if row.left_on is None or row.completed_on is not None:
            since = day if row.ended_on is None else row.enrolled_on
            newest[row.customer_id] = max(since, newest.get(row.customer_id, since))
    return newest
