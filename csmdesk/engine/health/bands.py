"""Bands, hysteresis, activity rank and markers (definitions.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.findings import GOOD, NEUTRAL, NO_BAND, POOR, HistoryDay
from csmdesk.domain.settings import HealthLimits
from csmdesk.engine.health.factors import BY_KEY
from csmdesk.engine.health.history import factor_rows

Bytes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Limits:
    """Band limits of each customer's model, and what all models share."""

    good_above: Ints
    poor_below: Ints
    shared: HealthLimits


def raw_band(chi: Ints, coverage: Ints, pillars_with_data: Ints, limits: Limits) -> Bytes:
    """Band of the rounded score; none where `coverage` (in 1/10,000) is too thin, or with data in
    one pillar only."""
    band = np.where(chi > limits.good_above, GOOD, NEUTRAL)
    band = np.where(chi < limits.poor_below, POOR, band)
    known = (chi >= 0) & (coverage >= 100 * limits.shared.min_coverage_percent)
    known &= pillars_with_data > 1
    return np.where(known, band, NO_BAND).astype(np.int8)


@dataclass(frozen=True, slots=True)
class Past:
    """One history day aligned to today's customers (chi -1 where a customer was not there).

    `comparable`: same model version and the same set of factors with data as today.
    """

    day: int
    chi: Ints
    rank: Ints
    held: Ints
    raw: Bytes
    comparable: Bools


@dataclass(frozen=True, slots=True)
class Today:
    """What today's markers and bands compare with the past; `has` and `weighs` (factors, customers):
    where there is data, and which factors the customer's score is made of."""

    ids: tuple[str, ...]
    models: tuple[str, ...]
    model_index: Ints
    factors: tuple[str, ...]
    has: Bools
    limits: Limits
    weighs: Bools


def align(past: HistoryDay, today: Today) -> Past:
    """A history day in today's customer order."""
    if not past.ids:
        return _absent(past.day, len(today.ids))
    place = _places(past.ids, today.ids)
    there = place >= 0
    index = np.where(there, place, 0)
    chi = np.where(there, past.chi[index], -1).astype(np.int64)
    has = factor_rows(past.has, past.factors, today.factors, 0)[:, index] & today.weighs
    pillars = np.zeros(len(index), dtype=np.int64)
    for rows in _pillars(today.factors):
        pillars += has[rows].any(axis=0)
    same = np.array([[a == b for b in today.models] for a in past.model], dtype=np.bool_)
    comparable = there & same[past.model_index[index], today.model_index]
    comparable &= (has == (today.has & today.weighs)).all(axis=0)
    return Past(
        past.day,
        chi,
        np.where(there, past.rank[index], -1).astype(np.int64),
        np.where(there, past.held_band[index], NO_BAND).astype(np.int64),
        raw_band(chi, past.coverage[index], pillars, today.limits),
        comparable,
    )


def _pillars(factors: tuple[str, ...]) -> list[list[int]]:
    """Rows of the factors of each pillar."""
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(factors):
        rows.setdefault(BY_KEY[key].pillar if key in BY_KEY else key, []).append(row)
    return list(rows.values())


def _absent(day: int, count: int) -> Past:
    none = np.full(count, -1, dtype=np.int64)
    return Past(day, none, none, none, none.astype(np.int8), np.zeros(count, dtype=np.bool_))


def _places(old: tuple[str, ...], new: tuple[str, ...]) -> Ints:
    """Position in `old` (ascending, not empty) of each of `new`, -1 where it is not there."""
    if old == new:
        return np.arange(len(new), dtype=np.int64)
    known, wanted = np.array(old), np.array(new)
    place = np.minimum(np.searchsorted(known, wanted), len(old) - 1)
    return np.where(known[place] == wanted, place, -1).astype(np.int64)


def held_band(chi: Ints, raw: Bytes, past: list[Past], day: int, limits: Limits) -> Bytes:
    """The band that notifications, alerts and the CRM see; `past` ascending, before `day`.

    A candidate differs from the held band on D-1 and on D, or the score jumped by more than `jump_points`:
    D's candidate is held from now on. A day without data keeps the band.
    """
    if not past:
        return raw.copy()
    last = past[-1]
    today = _candidate(chi, raw, last.held, limits)
    turned = np.zeros(len(chi), dtype=np.bool_)
    if last.day == day - 1:
        before = _candidate(last.chi, last.raw, last.held, limits)
        turned = (today != last.held) & (before != last.held) & (before != NO_BAND)
        turned |= (last.chi >= 0) & (np.abs(chi - last.chi) > limits.shared.jump_points)
    held = np.where(turned & (today != NO_BAND), today, last.held)
    return np.where(last.held == NO_BAND, raw, held).astype(np.int8)


def _candidate(chi: Ints, raw: Bytes, held: Ints, limits: Limits) -> Ints:
    """The raw band, except that poor and good stay within a few points of their limit."""
    sticky = limits.shared.sticky_points
    stays_poor = (held == POOR) & (chi < limits.poor_below + sticky)
    stays_good = (held == GOOD) & (chi > limits.good_above - sticky)
    stays = (raw != NO_BAND) & (stays_poor | stays_good)
    return np.where(stays, held, raw).astype(np.int64)


def activity_rank(events_30: Ints, active: Bools, least: int) -> NDArray[np.int16]:
    """100 × (customers with strictly less use) ÷ (N - 1), floored, among active customers with
    known 30-day usage; -1 = no rank (fewer than `least` of them, or not one of them)."""
    ranked = active & (events_30 >= 0)
    number = int(np.count_nonzero(ranked))
    rank = np.full(len(events_30), -1, dtype=np.int16)
    if number >= max(2, least):
        values = events_30[ranked]
        less = np.searchsorted(np.sort(values), values, side="left")
        rank[ranked] = 100 * less // (number - 1)
    return rank


def marker(now: Ints, past: list[tuple[Ints, Bools]], points: int) -> Bytes:
    """-1 down, +1 up, 0 none: today more than `points` from the best or worst comparable recent day."""
    best, worst = now.copy(), now.copy()
    for value, comparable in past:
        valid = comparable & (value >= 0) & (now >= 0)
        best = np.where(valid, np.maximum(best, value), best)
        worst = np.where(valid, np.minimum(worst, value), worst)
    up = (now - worst > points).astype(np.int8)
    return np.where(best - now > points, -1, up).astype(np.int8)
