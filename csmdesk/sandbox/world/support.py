"""Tickets in the CRM's help desk and conversations in the messenger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from csmdesk.sandbox.shapes import Company, Contact, Conversation, Ticket
from csmdesk.sandbox.world.clock import CRM_ADOPTED, at, cycle_starts, day_of, plus
from csmdesk.sandbox.world.ids import hubspot_id, intercom_id
from csmdesk.sandbox.world.rng import stream
from csmdesk.sandbox.world.roles import Role
from csmdesk.sandbox.world.temper import temper_of

_TOPICS = (
    ("Export is slow", "The nightly export takes more than an hour since last week."),
    ("Cannot invite a colleague", "The invitation mail never arrives."),
    ("Report shows old numbers", "The totals differ from what the dashboard shows."),
    ("Scan failed", "The scan stopped with a time-out on two hosts."),
    ("How do I change a rule?", "We would like to exclude a test environment."),
    ("API returns 500", "Since this morning every second call fails."),
    ("Sign-in loop", "Single sign-on sends some people in circles."),
)
_PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")
# part -> (first day of its cycle with three urgent tickets, last day)
_OUTAGES = {"crisis": (76, 111), "collapse": (16, 92), "dormant": (26, 262), "disputes": (3, 118)}
_DRAWS = 640  # more than arrive until the horizon


def tickets_of(
    seed: int, role: Role, company: Company, contacts: Sequence[Contact], today: date
) -> tuple[Ticket, ...]:
    """Tickets opened before `today`, as they stand."""
    if not contacts:
        return ()
    rng = stream(seed, role.index, "support")
    temper = temper_of(seed, role)
    limits = (0.35 * (1 - temper.grave) / 0.75, 1 - temper.grave, 1 - 0.28 * temper.grave)
    gap = 9.5 if temper.light else 26.0
    made: list[Ticket] = []
    for number, (when, draw) in enumerate(_arrivals(rng, role, company, contacts, today, gap)):
        priority = _PRIORITIES[int(np.searchsorted(limits, draw[0]))]
        hours = float(temper.patience * np.exp(2.64 + (0.5 if temper.light else 1.2) * draw[1]))
        reply = when + int(3600 * min(72.0, np.exp(1.1 + 1.2 * draw[1])))
        made.append(
            _ticket(
                role, number, when, reply, when + int(3600 * hours) + 3600, priority, draw[2], today
            )
        )
    made.extend(_outage_tickets(role, company, today))
    return tuple(sorted(made, key=lambda ticket: (ticket.created_at, ticket.hubspot_id)))


def _arrivals(
    rng: np.random.Generator,
    role: Role,
    company: Company,
    contacts: Sequence[Contact],
    today: date,
    gap: float,  # usual days between two
) -> list[tuple[int, tuple[float, float, float]]]:
    """(instant, (priority draw, normal draw, rating draw)) of the usual questions before `today`."""
    begun = max(day_of(company.created_at), CRM_ADOPTED)
    offsets = np.cumsum(
        rng.exponential(86400 * 2.2 * gap * (1 + role.index % 4) / 2, _DRAWS)
    ).tolist()
    first, second, third = rng.random(_DRAWS), rng.normal(size=_DRAWS), rng.random(_DRAWS)
    end = at(today, 0)
    if role.leaves is not None and not role.returns:
        end = min(end, at(role.leaves, 0))
    made: list[tuple[int, tuple[float, float, float]]] = []
    for n, offset in enumerate(offsets):
        when = at(plus(begun, 5), 8) + int(offset)
        if when >= end:
            break
        made.append((when, (float(first[n]), float(second[n]), float(third[n]))))
    return made


def _ticket(
    role: Role,
    number: int,
    when: int,
    reply: int,
    closing: int,
    priority: str,
    rating: float,
    today: date,
) -> Ticket:
    end = at(today, 0)
    subject, body = _TOPICS[(number + role.index) % len(_TOPICS)]
    replied = reply if reply < end else None
    closed = max(closing, reply + 600)
    is_closed = closed < end
    score = None
    if is_closed and rating < 0.28:
        score = 5 if rating < 0.2 else 4 if rating < 0.25 else 2
    return Ticket(
        hubspot_id("ticket", role.index, number),
        subject,
        body,
        priority,
        when,
        closed if is_closed else replied or when,
        replied,
        closed if is_closed else None,
        number % 2 if role.part != "one_contact" else 0,
        score,
    )


def _outage_tickets(role: Role, company: Company, today: date) -> list[Ticket]:
    """Three urgent tickets that stay open through the bad weeks of a cycle."""
    if role.part not in _OUTAGES:
        return []
    opened, solved = _OUTAGES[role.part]
    made: list[Ticket] = []
    begun = max(day_of(company.created_at), CRM_ADOPTED)
    for cycle, start in cycle_starts(role.cycle, role.offset, plus(begun, 60), today):
        for n in range(3):
            when = at(plus(start, opened), 8 + n)
            if when < at(today, 0):
                number = 60_000 + cycle % 10_000 * 3 + n
                closing = at(plus(start, solved), 10 + n)
                made.append(_ticket(role, number, when, when + 5400, closing, "URGENT", 0.9, today))
    return made


def conversations_of(
    seed: int, role: Role, company: Company, contacts: Sequence[Contact], today: date
) -> tuple[Conversation, ...]:
    """Messenger conversations begun before `today`, as they stand."""
    if not contacts or role.part == "leads":
        return ()
    rng = stream(seed, role.index, "support", 1)
    end = at(today, 0)
    made: list[Conversation] = []
    for number, (when, draw) in enumerate(_arrivals(rng, role, company, contacts, today, 34.0)):
        subject, body = _TOPICS[(number * 3 + role.index) % len(_TOPICS)]
        reply = when + int(1800 * np.exp(0.8 * draw[1])) + 120
        closing = reply + int(3600 * np.exp(1.5 + 0.9 * draw[1]))
        closed = closing if closing < end else None
        replied = reply if reply < end else None
        rated = closed is not None and draw[2] < 0.25
        made.append(
            Conversation(
                intercom_id("conversation", role.index, number),
                subject,
                body,
                number % 2 if role.part != "one_contact" else 0,
                when,
                closed or replied or when,
                "closed" if closed else "open",
                "priority" if draw[0] > 0.9 else "not_priority",
                replied,
                closed,
                (5 if draw[2] < 0.2 else 3) if rated else None,
            )
        )
    return tuple(made)
