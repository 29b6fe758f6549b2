"""Scoring days of the past: raw values as known on each, and who was a customer then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import HistoryDay
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.backtest.presence import Presence, presence
from csmdesk.engine.health.factors import KEYS
from csmdesk.engine.health.history import factor_rows
from csmdesk.engine.health.model import resolve
from csmdesk.engine.health.scoring import RawValues, raw_values_of, with_fades
from csmdesk.engine.measure import measure
from csmdesk.engine.metrics.rows import event_rows
from csmdesk.engine.money.prepared import Prepared

STEP_DAYS = 30
"""Distance of scoring days: near enough to use the history, far enough to tell something new."""


@dataclass(frozen=True, slots=True)
class ScoringDay:
    """`population`: active on the day and not set to cancel, as far as was known on it."""

    day: int
    raw: RawValues
    measures: Columns
    population: Bools


@dataclass(frozen=True, slots=True)
class Sample:
    """What a backtest of any model needs; computed once, scored as often as asked.

    `as_of`: the last day whose facts are known; `billing`: whether a billing source is connected.
    """

    as_of: int
    ids: tuple[str, ...]
    names: tuple[str, ...]
    days: tuple[ScoringDay, ...]
    presence: Presence
    billing: bool
    undated: tuple[str, ...]


def scoring_days(as_of: int, horizon: int, first: int) -> tuple[int, ...]:
    """Every 30th day back from the last that has its whole horizon behind it, ascending, none before
    `first`."""
    return tuple(range(as_of - horizon, first - 1, -STEP_DAYS))[::-1]


def build_sample(
    facts: Facts,
    settings: Settings,
    prepared: Prepared,
    as_of: int,
    days: Sequence[int],
    stored: Mapping[int, HistoryDay],
) -> Sample:
    """Measures every scoring day from the facts known on it. `stored` days of the history fill in
    values whose daily detail is no longer kept."""
    events = event_rows(facts)
    found = []
    for day in sorted(days):
        measures = measure(facts, settings, day, prepared, events)
        raw = raw_values_of(measures, day)
        if day in stored:
            raw = _filled(raw, stored[day], facts.ids, measures)
        population = measures["active"] & ~measures["set_to_cancel"]
        found.append(ScoringDay(day, raw, measures, population))
    return Sample(
        as_of=as_of,
        ids=facts.ids,
        names=tuple(name or "" for name in facts.customers.texts("name")),
        days=tuple(found),
        presence=presence(prepared.ledger, as_of),
        billing=facts.connected("billing"),
        undated=_undated(facts, settings, prepared),
    )


def _filled(raw: RawValues, day: HistoryDay, ids: tuple[str, ...], measures: Columns) -> RawValues:
    """Raw values with what was stored on the day where they can no longer be computed."""
    place = {one: at for at, one in enumerate(day.ids)}
    at = np.array([place.get(one, MISSING) for one in ids], dtype=np.int64)
    there = at != MISSING
    if not there.any():
        return raw
    at = np.where(there, at, 0)
    has = factor_rows(day.has, day.factors, KEYS, 0)[:, at]
    fill = has & ~raw.has & there
    num = np.where(fill, factor_rows(day.num, day.factors, KEYS, 0)[:, at], raw.num)
    den = np.where(fill, factor_rows(day.den, day.factors, KEYS, 1)[:, at], raw.den)
    return with_fades(num, den, raw.has | fill, measures, day.day)


def _undated(facts: Facts, settings: Settings, prepared: Prepared) -> tuple[str, ...]:
    """Sentences on what the models use although it has no date: today's value stands for the past."""
    models = resolve(settings)
    weighed = {factor.key for one in models for factor in one.factors if factor.weight}
    used = [one for one in settings.segments if one.name in {model.segment for model in models}]
    said = []
    if "critical_tickets" in weighed and facts.connected("support"):
        said.append("The priority of a ticket is today's: sources keep no history of it.")
    said += [
        f"The {name} that chooses the model is today's: it has no history."
        for name in ("tier", "stage")
        if any(getattr(one, name) for one in used) and name not in prepared.fields
    ]
    if any(one.tag for one in used):
        said.append("The tags that choose the model are today's: they have no history.")
    stated = facts.customers.ints("renewal_on") != MISSING
    if "renewal_proximity" in weighed and stated.any() and "renewal_on" not in prepared.fields:
        said.append("The CRM's renewal date is today's: it has no history.")
    seats = facts.tables["subscription"].ints("seats") != MISSING
    if "active_users" in weighed and seats.any():
        said.append("Seats that a subscription states apart from its quantities are today's.")
    return tuple(said)
