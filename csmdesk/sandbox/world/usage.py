"""Daily usage by person and by feature, drawn in blocks of absolute days.

A block depends on (seed, customer, block) alone, so any window of it is the same for ever. People
come first; the events of a day are then dealt to features, so all three views agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from csmdesk.sandbox.world import catalog
from csmdesk.sandbox.world.contract import Contract
from csmdesk.sandbox.world.rng import stream
from csmdesk.sandbox.world.roles import Role
from csmdesk.sandbox.world.shape import Floats, Shape, shape_of
from csmdesk.sandbox.world.temper import CALM, LIFELIKE, Temper, temper_of

BLOCK = 64
_MAX_PEOPLE = 4000
_UNIX = 719163  # ordinal of 1970-01-01
_NAMES = np.array([feature.name for feature in catalog.FEATURES])
_MODULES = np.array([feature.module for feature in catalog.FEATURES])
_JOBS = [place for place, feature in enumerate(catalog.FEATURES) if feature.job]
_EVEN = CALM | LIFELIKE | {"unjoined"}  # parts with a lifelike spread of intensity

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """One row a day with use: events and distinct people. Sorted by day."""

    day: Days
    events: Ints
    users: Ints


@dataclass(frozen=True, slots=True)
class FeatureUsage:
    """One row a day and feature with use. Sorted by day, then feature."""

    day: Days
    feature: Texts
    module: Texts
    events: Ints
    failed: Ints


@dataclass(frozen=True, slots=True)
class PersonUsage:
    """One row a day and person with use. Sorted by day, then e-mail."""

    day: Days
    person: Texts
    events: Ints


@dataclass(frozen=True, slots=True)
class Source:
    """What the usage of one customer is drawn from."""

    seed: int
    role: Role
    contracts: Sequence[Contract]
    emails: Callable[[int], list[str]]  # the first n people


@dataclass(frozen=True, slots=True)
class _Habits:
    chance: npt.NDArray[np.float64]  # of being active on a working day, per person
    rate: npt.NDArray[np.float64]  # further events of an active day
    temper: Temper


def _habits(source: Source) -> _Habits:
    rng = stream(source.seed, source.role.index, "habit")
    spread = rng.random(_MAX_PEOPLE)
    chance = 0.18 + 0.36 * spread * spread if source.role.part in _EVEN else 0.36 + 0.2 * spread
    chance[0] = 0.7
    temper = temper_of(source.seed, source.role)
    rate = 1.0 + rng.exponential(3.5, _MAX_PEOPLE)
    if temper.weekday is not None:
        rate[:] = 6.7  # a bit below ten a week of one person: too few for a trend
    return _Habits(chance, rate, temper)


def _blocks(
    source: Source, first: date, end: date
) -> Iterator[tuple[int, slice, Shape, Ints, np.random.Generator]]:
    """(ordinal of the block, wanted days in it, curves, events by person x day, the stream)."""
    habits = _habits(source)
    for block in range(first.toordinal() // BLOCK, (end.toordinal() - 1) // BLOCK + 1):
        base = block * BLOCK
        shape = shape_of(source.role, source.contracts, habits.temper, base, BLOCK)
        people = min(int(shape.pool.max()), _MAX_PEOPLE)
        if people == 0 or not shape.level.any():
            continue
        rng = stream(source.seed, source.role.index, "usage", block)
        events = _people(rng, shape, habits, people)
        wanted = slice(max(0, first.toordinal() - base), min(BLOCK, end.toordinal() - base))
        yield base, wanted, shape, events, rng


def _people(rng: np.random.Generator, shape: Shape, habits: _Habits, people: int) -> Ints:
    """Events by person and day of a block."""
    chance = habits.chance[:people, None] * shape.level[None, :]
    chance[np.arange(people)[:, None] >= shape.pool[None, :]] = 0.0
    chance[0, shape.lead == 0.0] = 0.0
    who, when = np.nonzero(_turns(rng, np.minimum(chance, 1.0)))
    mean = habits.rate[who]
    mean = np.where(who == 0, mean * shape.lead[when], mean)
    events = np.zeros((people, BLOCK), dtype=np.int64)
    events[who, when] = 1 + np.floor(mean * rng.uniform(0.6, 1.4, len(who)) + 0.5)
    return events


def _turns(rng: np.random.Generator, chance: Floats) -> npt.NDArray[np.bool_]:
    """Who is active when: as often as the chances say, the gaps between uneven but not wild.

    Habits are steadier than dice: a turn falls due whenever the sum of chances passes the next
    whole number, so that four weeks of a customer differ by a few per cent alone.
    """
    due = np.cumsum(chance, axis=1) + rng.random((len(chance), 1))
    return np.diff(np.floor(due), axis=1, prepend=0.0) >= 1.0


def _days(base: int, offsets: Ints) -> Days:
    return (offsets + (base - _UNIX)).astype("datetime64[D]")


def daily(source: Source, first: date, end: date) -> DailyUsage:
    """Usage by day in first … end-1."""
    days: list[Days] = []
    totals: list[Ints] = []
    users: list[Ints] = []
    for base, wanted, _, events, _ in _blocks(source, first, end):
        total = events.sum(axis=0)[wanted]
        (hit,) = np.nonzero(total)
        days.append(_days(base, hit + wanted.start))
        totals.append(total[hit])
        users.append(np.count_nonzero(events, axis=0)[wanted][hit])
    return DailyUsage(_dates(days), _ints(totals), _ints(users))


def features(source: Source, first: date, end: date) -> FeatureUsage:
    """Usage by day and feature in first … end-1."""
    days: list[Days] = []
    places: list[Ints] = []
    counts: list[Ints] = []
    failures: list[Ints] = []
    for base, wanted, shape, events, rng in _blocks(source, first, end):
        dealt = rng.multinomial(events.sum(axis=0), shape.weights)
        failed = np.zeros_like(dealt)
        failed[:, _JOBS] = rng.binomial(dealt[:, _JOBS], shape.fail[:, None])
        day, place = np.nonzero(dealt[wanted])
        days.append(_days(base, day + wanted.start))
        places.append(place)
        counts.append(dealt[wanted][day, place])
        failures.append(failed[wanted][day, place])
    place = _ints(places)
    return FeatureUsage(
        _dates(days),
        _NAMES[place],
        _MODULES[place],
        _ints(counts),
        _ints(failures),
    )


def users(source: Source, first: date, end: date) -> PersonUsage:
    """Usage by day and person in first … end-1."""
    days: list[Days] = []
    people: list[Ints] = []
    counts: list[Ints] = []
    for base, wanted, _, events, _ in _blocks(source, first, end):
        when, seen = np.nonzero(events.T[wanted])
        days.append(_days(base, when + wanted.start))
        people.append(seen)
        counts.append(events.T[wanted][when, seen])
    who = _ints(people)
    names = np.array(source.emails(int(who.max()) + 1 if len(who) else 0), dtype=np.str_)
    person = names[who] if len(who) else np.zeros(0, dtype=np.str_)
    day = _dates(days)
    order = np.lexsort((person, day))
    return PersonUsage(day[order], person[order], _ints(counts)[order])


def _ints(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _dates(parts: list[Days]) -> Days:
    return np.concatenate(parts) if parts else np.zeros(0, dtype="datetime64[D]")
