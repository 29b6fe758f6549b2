"""Contacts in the CRM and the people in the product; contact k is person k."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from csmdesk.sandbox.shapes import Contact
from csmdesk.sandbox.world import words
from csmdesk.sandbox.world.clock import CRM_ADOPTED, HORIZON, at, cycle_starts, plus
from csmdesk.sandbox.world.ids import hubspot_id, intercom_id
from csmdesk.sandbox.world.rng import stream
from csmdesk.sandbox.world.roles import Role
from csmdesk.sandbox.world.shape import Floats

_ROLES = ("CHAMPION", "DECISION_MAKER", "BUDGET_HOLDER")
SEEN_DAYS = 128


@dataclass(frozen=True, slots=True)
class Seen:
    """Intensity of use and people in the days before `until`, when service ran last."""

    until: date
    level: Floats
    pool: npt.NDArray[np.int64]


def person_name(index: int, position: int) -> tuple[str, str]:
    """First and last name of the person at `position`; 1,600 combinations, then numbered."""
    n = (index * 389 + position * 997) % 1600
    last = words.LAST_NAMES[n // 40]
    return words.FIRST_NAMES[n % 40], last


def person_email(index: int, position: int, domain: str) -> str:
    """The e-mail, which is the product's distinct_id; unique by its position."""
    first, last = person_name(index, position)
    number = position // 1600
    return f"{first}.{last}{number or ''}@{domain}".lower()


def emails(index: int, domain: str, count: int) -> list[str]:
    """The first `count` people of a customer."""
    return [person_email(index, position, domain) for position in range(count)]


def contacts_of(
    seed: int, role: Role, domain: str, created: date, today: date, seen: Seen
) -> tuple[Contact, ...]:
    """Contacts created before `today`."""
    rng = stream(seed, role.index, "people")
    count = 1 if role.part == "one_contact" else 3 + int(rng.integers(0, 5))
    begun = max(created, CRM_ADOPTED)
    gaps = rng.integers(4, 70, size=8)
    days = [begun, begun, *(plus(begun, float(n)) for n in np.cumsum(gaps[2:]))][:count]
    made = [_contact(role, domain, place, day, seen) for place, day in enumerate(days)]
    if role.part == "champion_leaves":
        made = _successors(role, domain, made, plus(days[-1], 1), today, seen)
    return tuple(contact for contact in made if contact.created_at < at(today, 0))


def _successors(
    role: Role, domain: str, made: list[Contact], begun: date, today: date, seen: Seen
) -> list[Contact]:
    """In every cycle the champion leaves; 200 days on a successor is found."""
    holder = 0
    for number, left in cycle_starts(role.cycle, role.offset, begun, HORIZON):
        if left >= today:
            break
        old = made[holder]
        made[holder] = _leaving(old, left, bounced=number % 2 == 0)
        place = len(made)
        made.append(_contact(role, domain, place, plus(left, 200), seen, "CHAMPION"))
        holder = place
    return made


def _leaving(contact: Contact, left: date, *, bounced: bool) -> Contact:
    seen = contact.last_seen_at
    return replace(
        contact,
        updated_at=max(contact.created_at, at(left, 10)),
        last_seen_at=min(seen, at(left, 9)) if seen is not None else None,
        left_on=left,
        bounced=bounced,
    )


def _contact(
    role: Role,
    domain: str,
    place: int,
    created: date,
    seen: Seen,
    buying_role: str | None = None,
) -> Contact:
    first, family = person_name(role.index, place)
    born = at(created, 9, place % 60)
    last = _last_seen(place, created, seen)
    if buying_role is None:
        ends = "ADMIN" if (role.index + place) % 5 == 0 else "END_USER"
        buying_role = _ROLES[place] if place < len(_ROLES) else ends
    return Contact(
        hubspot_id("contact", role.index, place),
        intercom_id("contact", role.index, place),
        first,
        family,
        person_email(role.index, place, domain),
        words.TITLES[(role.index * 3 + place) % len(words.TITLES)],
        buying_role,
        born,
        max(born, last or 0),
        last,
    )


def _last_seen(place: int, created: date, seen: Seen) -> int | None:
    """The last day of use on which this person would be there."""
    for back in range(1, len(seen.level) + 1):
        day = seen.until - timedelta(days=back)
        if day < created:
            return None
        here = seen.level[-back] > 0.26 and place < seen.pool[-back]
        if here and (day.toordinal() + place) % 3 == 0:
            return at(day, 15, place % 60)
    return None
