"""How a customer uses the product on each day of a stretch, before chance: the story's curves.

All curves are functions of absolute days; a stretch never depends on today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from csmdesk.sandbox.world import catalog
from csmdesk.sandbox.world.clock import HORIZON
from csmdesk.sandbox.world.contract import Contract
from csmdesk.sandbox.world.roles import Role
from csmdesk.sandbox.world.temper import LIFELIKE, Temper

Floats = npt.NDArray[np.float64]
_MODULE_PLACE = {name: place for place, name in enumerate(catalog.MODULES)}
FEATURE_MODULE = np.array([_MODULE_PLACE[feature.module] for feature in catalog.FEATURES])
_WEIGHTS = np.array([feature.weight for feature in catalog.FEATURES])
_KEY = np.array([feature.key for feature in catalog.FEATURES])
_FEATURE_PLACE = {feature.name: place for place, feature in enumerate(catalog.FEATURES)}
# share of seats in use, of parts whose problem is that share
_SHARES = {
    "nearly_full": 0.9,
    "over_full": 1.12,
    "seats_65": 0.66,
    "seats_40": 0.40,
    "seats_15": 0.16,
}
_VISIT = 5.0  # on the day of their visits everybody of a light customer comes
_CROWDED = {"nearly_full", "over_full", "fills_up", "booms"}
_JOBS = [place for place, feature in enumerate(catalog.FEATURES) if feature.job]
_SLUMPS = {"slump_mild": 0.76, "slump": 0.58, "slump_deep": 0.28}
_FAILS = {"fails_9": 0.10, "fails_20": 0.22, "fails_45": 0.46}
_KEYS_OFF = {
    "key_one_off": ("export_created",),
    "key_half_off": ("export_created", "report_viewed", "workflow_run"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Per day of a stretch: people who may be active, their intensity, and what they use."""

    pool: npt.NDArray[np.int64]
    level: Floats  # 0 = nobody comes
    weights: Floats  # days x features, rows sum to 1 where anything is used
    fail: Floats  # share of failed jobs
    lead: Floats  # factor on the events of the first person


def shape_of(
    role: Role, contracts: Sequence[Contract], temper: Temper, first: int, days: int
) -> Shape:
    """The curves of `days` days from ordinal `first`."""
    ordinals = np.arange(first, first + days)
    seats, modules = _entitled(contracts, first, days)
    if role.part == "uses_unpaid" and contracts and contracts[0].ended:
        after = ordinals >= contracts[0].ended.toordinal()
        seats[after], modules[after, 0] = 8, True
    position = (ordinals + role.offset) % role.cycle if role.cycle else ordinals
    pool = np.rint(seats * _share(role, temper.share, position)).astype(np.int64)
    if role.part not in _CROWDED:  # below four fifths, where seats begin to run short
        pool = np.minimum(pool, np.ceil(0.8 * seats).astype(np.int64) - 1)
    pool = np.where(seats > 0, np.maximum(pool, 1), 0)
    level = _season(ordinals) * _level(role, position) * _course(role, contracts, ordinals)
    if temper.weekday is not None:
        visits = np.where((ordinals - 1) % 7 == temper.weekday, _VISIT, 0.0)
        level *= np.where(_setting_up(role, contracts, ordinals), 1.0, visits)
    level[pool == 0] = 0.0
    fail = np.full(days, 0.004 + 0.003 * (role.number * 7 % 12))
    if temper.light:
        fail[:] = 0.26
    if role.part in _FAILS:
        fail[position < 49] = _FAILS[role.part]
    lead = np.ones(days)
    if role.part == "one_user":
        lead[:] = np.where(position < 32, 0.0, 60.0)
    return Shape(pool, level, _weights(role, modules, position, temper), fail, lead)


def _entitled(
    contracts: Sequence[Contract], first: int, days: int
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Seats and modules per day; a pause or the end takes both away."""
    seats = np.zeros(days)
    modules = np.zeros((days, len(catalog.MODULES)), dtype=np.bool_)
    for contract in contracts:
        ends = [*(change.day for change in contract.changes[1:]), contract.ended or HORIZON]
        for change, until in zip(contract.changes, ends, strict=True):
            low, high = _clip(change.day, min(until, contract.ended or until), first, days)
            if low >= high:
                continue
            product = catalog.PRODUCT_BY_ID[change.price.product_id]
            if product.unit == "seat":
                seats[low:high] += change.quantity
            modules[low:high, [_MODULE_PLACE[name] for name in product.modules]] = True
            if contract.metered:
                modules[low:high, _MODULE_PLACE["scanning"]] = True
        for begin, end in contract.pauses:
            low, high = _clip(begin, end or HORIZON, first, days)
            seats[low:high] = 0
    return seats, modules


def _clip(begin: date, end: date, first: int, days: int) -> tuple[int, int]:
    return max(0, begin.toordinal() - first), min(days, end.toordinal() - first)


def _share(role: Role, usual: float, position: npt.NDArray[np.int64]) -> Floats | float:
    if role.part in _SHARES:
        return _SHARES[role.part]
    if role.part == "fills_up":
        rising = 0.56 + 0.32 * position / 132
        return np.asarray(np.where(position < 132, rising, 0.88 - 0.32 * (position - 132) / 20))
    if role.part == "booms":
        return np.asarray(np.where(position < 80, 0.785, 0.475))
    return usual


def _level(role: Role, position: npt.NDArray[np.int64]) -> Floats:
    """Intensity by the part's cycle; 1 is usual."""
    level = np.ones(len(position))
    if role.part == "gaps":
        level[position >= 4] = 0.0
    elif role.part == "collapse":
        level[position >= 12] = 0.0
    elif role.part == "dormant":
        level[position >= 24] = 0.0
    elif role.part == "disputes":  # never set up: the product knows nothing of them
        level[:] = 0.0
    elif role.part == "crisis":
        level[position >= 64] = 0.0
    elif role.part in _SLUMPS:
        level[position >= 56] = _SLUMPS[role.part]
    return level


def _course(role: Role, contracts: Sequence[Contract], ordinals: npt.NDArray[np.int64]) -> Floats:
    """The beginning (getting used to it) and the end (losing interest) of a customer's time."""
    course = np.ones(len(ordinals))
    if not contracts or role.part not in LIFELIKE:
        return course
    main = contracts[0]
    swing = 0.009 * (role.number % 7)  # interest comes and goes
    course += swing * np.sin(ordinals * (6.28 / (110 + 9 * (role.number % 11))) + role.number)
    if role.part == "newcomer":
        since = ordinals - main.anchor.toordinal()
        course *= np.clip(0.55 + since / 100.0, 0.3, 1.0)
        if role.number % 2 == 0:  # set up in the first days, then left alone for weeks
            course[since < 5] = 1.4
            course[(since >= 5) & (since < 58)] = 0.0
    if main.ended is not None and role.number % 3 != 0:  # a third leaves without a sign
        left = main.ended.toordinal() - ordinals
        fading = np.clip(0.15 + left / 53.0, 0.0, 1.0)
        course = np.where(left > 0, course * fading, course)
    return course


def _setting_up(
    role: Role, contracts: Sequence[Contract], ordinals: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """The first weeks of a newcomer, when people try things on any day."""
    if role.part != "newcomer":
        return np.zeros(len(ordinals), dtype=np.bool_)
    return np.asarray(ordinals - contracts[0].anchor.toordinal() < 58)


def _season(ordinals: npt.NDArray[np.int64]) -> Floats:
    """Weekends, August and the turn of the year."""
    factor = np.where((ordinals - 1) % 7 >= 5, 0.25, 1.0)
    days = (ordinals - 719163).astype("datetime64[D]")  # 719163 = ordinal of 1970-01-01
    month = days.astype("datetime64[M]")
    number = month.astype(np.int64) % 12 + 1
    of_month = (days - month).astype(np.int64) + 1
    factor = np.where(number == 8, factor * 0.85, factor)
    holidays = ((number == 12) & (of_month >= 22)) | ((number == 1) & (of_month <= 2))
    return np.asarray(np.where(holidays, factor * 0.6, factor))


def _weights(
    role: Role,
    modules: npt.NDArray[np.bool_],
    position: npt.NDArray[np.int64],
    temper: Temper,
) -> Floats:
    weights = np.where(modules[:, FEATURE_MODULE], _WEIGHTS, 0.0)
    weights[:, np.isin(FEATURE_MODULE, [_MODULE_PLACE[name] for name in temper.off])] = 0.0
    if temper.weekday is not None:  # a routine of the few things that matter
        weights = np.where(weights > 0, np.where(_KEY, 1.0, 0.1), 0.0)
    automation = np.isin(FEATURE_MODULE, _MODULE_PLACE["automation"])[None, :]
    if role.part == "addon_rare":
        weights[(position >= 4)[:, None] & automation] = 0.0
    elif role.part == "addon_seldom":
        weights[(position >= 6)[:, None] & automation] = 0.0
    elif role.part == "addon_never":
        weights[np.broadcast_to(automation, weights.shape)] = 0.0
    elif role.part in _FAILS:  # many jobs, so that their share of failures is steady
        weights[:, _JOBS] *= 4.0
    elif role.part == "sync_lapsed":
        weights[position >= 20, _FEATURE_PLACE["sync_run"]] = 0.0
    for name in _KEYS_OFF.get(role.part, ()):
        weights[:, _FEATURE_PLACE[name]] = 0.0
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights / np.where(total == 0, 1.0, total))
