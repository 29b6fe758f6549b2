"""Talk with the customer: e-mails, calls, meetings, notes and survey answers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

import numpy as np

from csmdesk.sandbox.shapes import Activity, Company, Contact, FieldChange, NpsAnswer
from csmdesk.sandbox.world.clock import CRM_ADOPTED, HORIZON, at, cycle_starts, day_of, plus
from csmdesk.sandbox.world.ids import hubspot_id
from csmdesk.sandbox.world.rng import stream
from csmdesk.sandbox.world.roles import Role
from csmdesk.sandbox.world.temper import temper_of

_TALK = (
    (
        "email",
        "Quarterly plan",
        "Thanks for the time today. I attached the plan for the next quarter.",
    ),
    ("email", "Question on exports", "Could you tell us how the nightly export is scheduled?"),
    ("call", "Check-in", "Went through open points; the team is satisfied with the reports."),
    ("meeting", "Business review", "Reviewed adoption and goals with the sponsor."),
    (
        "email",
        "New report templates",
        "The new templates are live; happy to show them to your team.",
    ),
    ("meeting", "Training session", "Trained five new colleagues on dashboards."),
    ("call", "Renewal outlook", "They plan to go on; procurement asks for the paper early."),
)
_NOISE = (
    ("note", "Prepared the account plan; sponsor is supportive."),
    ("note", "Heard that a reorganisation is planned for spring."),
    ("call", "No answer, left a message."),
    ("email", "Release notes of the month: faster reports and a new rule editor."),
)
_COMMENTS = {
    0: (
        "Support takes too long and scans fail every other day.",
        "We are looking at alternatives.",
        "Too many errors.",
    ),
    1: ("It does the job, reports could be faster.", "Fine, but the setup was hard.", ""),
    2: ("Saves us hours every week.", "Great team, quick answers.", "Easy to use and reliable."),
}
_NAMESPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
# part -> (day of its cycle, score)
_CRISIS_SCORES: dict[str, tuple[tuple[int, int], ...]] = {
    "crisis": ((77, 0), (8, 10), (60, 9)),
    "collapse": ((20, 0), (94, 8)),
    "dormant": (),
    "disputes": (),
}
_UNREACHED = {"collapse": (12, 92), "dormant": (20, 262), "disputes": (0, 120)}  # days of the cycle
_FIXED_SCORES = {"nps_5": (6, 5, 6, 5), "nps_3": (4, 3, 4, 3), "nps_1": (2, 1, 0, 2)}


def activities_of(
    seed: int, role: Role, company: Company, contacts: Sequence[Contact], today: date
) -> tuple[Activity, ...]:
    """Everything logged before `today`, oldest first."""
    rng = stream(seed, role.index, "touch")
    begun = max(day_of(company.created_at), CRM_ADOPTED)
    until = min(today, _quiet_from(role))
    writer = _Writer(role, company.history, len(contacts))
    for n, (day, chance) in enumerate(
        _talk_days(rng, role, temper_of(seed, role).gaps, begun, until)
    ):
        writer.talk(n, day, chance)
    noise = np.cumsum(15 + rng.exponential(40, 400))
    for n, offset in enumerate(noise):
        day = plus(begun, float(offset))
        if day >= until:
            break
        writer.noise(n, day)
    visible = (row for row in writer.rows if row.at < at(today, 0))
    return tuple(sorted(visible, key=lambda row: (row.at, row.hubspot_id)))


def _quiet_from(role: Role) -> date:
    return HORIZON if role.leaves is None or role.returns else plus(role.leaves, 30)


def _talk_days(
    rng: np.random.Generator, role: Role, span: tuple[int, int], begun: date, until: date
) -> list[tuple[date, float]]:
    """Days of two-way contact by temper, or every 59 for those rarely spoken to."""
    if role.part == "rare_contact":
        return [(day, 0.5) for _, day in cycle_starts(role.cycle, role.offset, begun, until)]
    gaps = np.cumsum(rng.integers(*span, size=640))
    chances = rng.random(640)
    made: list[tuple[date, float]] = []
    for gap, chance in zip(gaps.tolist(), chances.tolist(), strict=True):
        day = plus(begun, gap)
        if day >= until:
            break
        if not _silent(role, day):
            made.append((day, chance))
    return made


def _silent(role: Role, day: date) -> bool:
    """A customer who no longer comes does not answer either."""
    first, last = _UNREACHED.get(role.part, (0, 0))
    return bool(last) and first <= (day.toordinal() + role.offset) % role.cycle < last


class _Writer:
    """Writes activities with ids from their number, so that a later day keeps them."""

    def __init__(self, role: Role, history: Sequence[FieldChange], contacts: int) -> None:
        self.role = role
        self.owners = [change for change in history if change.field == "hubspot_owner_id"]
        self.contacts = max(1, contacts)
        self.rows: list[Activity] = []

    def talk(self, number: int, day: date, chance: float) -> None:
        """A held meeting, a connected call, or a message and its answer on the next day."""
        kind, subject, body = _TALK[int(chance * len(_TALK))]
        position = number * 2
        when = at(day, 9 + number % 8, number * 7 % 60)
        if kind == "email":
            self._add("email", position, when, "out", None, subject, body, number)
            answer = "Thank you, this helps. I will discuss it with the team."
            self._add(
                "email", position + 1, when + 7200, "in", None, f"Re: {subject}", answer, number
            )
        elif kind == "call":
            self._add("call", position, when, "out", "connected", subject, body, number)
        else:
            self._add("meeting", position, when, None, "COMPLETED", subject, body, number)

    def noise(self, number: int, day: date) -> None:
        """A note, an unanswered call, or a message to all: no two-way contact."""
        kind, body = _NOISE[(number + self.role.index) % len(_NOISE)]
        direction = None if kind == "note" else "out"
        outcome = "no_answer" if kind == "call" else None
        when = at(day, 16, number * 11 % 60)
        self._add(
            kind, 50_000 + number, when, direction, outcome, body.split(":")[0][:40], body, number
        )

    def _add(
        self, kind: str, position: int, when: int, direction: str | None, outcome: str | None,
        subject: str, body: str, number: int,
    ) -> None:  # fmt: skip
        own_id = hubspot_id(kind, self.role.index, position)
        contact = number % min(2, self.contacts)  # these are there from the first day
        owner = None
        for change in self.owners:
            if change.at > when:
                break
            owner = change.value
        row = Activity(own_id, kind, when, when, direction, outcome, owner, contact, subject, body)
        self.rows.append(row)


def nps_of(
    seed: int, role: Role, company: Company, contacts: Sequence[Contact], today: date
) -> tuple[NpsAnswer, ...]:
    """Survey answers before `today`: parts with fixed scores, the rest about twice a year."""
    if not contacts or role.part == "leads":
        return ()
    if role.part in _FIXED_SCORES:
        made = _fixed(role, contacts, today)
    elif role.part in _CRISIS_SCORES:
        made = _in_crisis(role, today)
    else:
        made = _usual(seed, role, company, contacts, today)
    return tuple(made)


def _fixed(role: Role, contacts: Sequence[Contact], today: date) -> list[NpsAnswer]:
    scores = _FIXED_SCORES[role.part]
    plain = [n for n, contact in enumerate(contacts) if contact.buying_role == "END_USER"] or [0]
    starts = cycle_starts(role.cycle, role.offset, date(2025, 2, 1), today)
    return [
        _answer(role, number, plain[0], at(day, 11), scores[number % len(scores)])
        for number, day in starts
    ]


def _in_crisis(role: Role, today: date) -> list[NpsAnswer]:
    """A bad mark when the crisis begins, a good one when it is over."""
    steps = _CRISIS_SCORES[role.part]
    who = 0 if role.part == "dormant" else 1
    made: list[NpsAnswer] = []
    for number, start in cycle_starts(role.cycle, role.offset, date(2025, 1, 1), today):
        for place, (wait, score) in enumerate(steps):
            day = plus(start, wait)
            if day < today:
                made.append(_answer(role, number * 4 + place, who, at(day, 11), score))
    return sorted(made, key=lambda answer: answer.at)


def _usual(
    seed: int, role: Role, company: Company, contacts: Sequence[Contact], today: date
) -> list[NpsAnswer]:
    rng = stream(seed, role.index, "touch", 1)
    begun = plus(max(day_of(company.created_at), CRM_ADOPTED), 90)
    days = np.cumsum(rng.integers(30, 170, size=160)).tolist()
    marks = temper_of(seed, role).marks
    ended = _quiet_from(role)
    made: list[NpsAnswer] = []
    for number, offset in enumerate(days):
        day, score = plus(begun, offset), marks[number % len(marks)]
        if day >= min(today, ended):
            break
        contact = number % min(2, len(contacts))
        # people who decide are asked, but bad marks come from those who work with it
        if score <= 6:
            known = [n for n, person in enumerate(contacts) if _is_user(person, day)]
            contact = known[0] if known else 0
            score = score if known else 8
        made.append(_answer(role, number, contact, at(day, 11), score))
    return made


def _is_user(contact: Contact, day: date) -> bool:
    return contact.buying_role == "END_USER" and contact.created_at < at(day)


def _answer(role: Role, number: int, contact: int, when: int, score: int) -> NpsAnswer:
    mood = 0 if score <= 4 else 1 if score <= 8 else 2
    own_id = uuid.uuid5(_NAMESPACE, f"{role.index}:{role.part}:{number}")
    return NpsAnswer(str(own_id), contact, when, score, _COMMENTS[mood][number % 3])
