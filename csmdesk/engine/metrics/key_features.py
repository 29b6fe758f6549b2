"""Use of the workspace's key features: how many of a customer's are used, and their volume.

definitions.md sections 1 and 2. All-activity counts predict little; these are counted on the features
that the workspace marks as key. The volume is the customer's own (four weeks against the eight
before), divided by the portfolio's median of it, like the usage trend.
"""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING, usage_days
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.grouping import blank, sum_by
from csmdesk.engine.metrics.modules import Entitled
from csmdesk.engine.metrics.trend import trend_columns
from csmdesk.engine.metrics.windows import Window

KEY_WEEK_EVENTS = 2
"""The least base of events a week: key features are a part of all use."""
NAMES = ("key_trend", "key_trend_adjusted", "key_trend_num", "key_trend_den", "key_trend_median")


def without_key_features(facts: Facts) -> dict[str, Ints]:
    """The columns where no feature is marked as key, or nothing is known of features."""
    missing = blank(facts.count)
    names = ("key_features", "key_features_used_14", "key_events_28", "key_events_56", *NAMES)
    return dict.fromkeys(names, missing)


def key_feature_columns(
    facts: Facts,
    settings: Settings,
    money: Columns,
    entitled: Entitled,
    modules: tuple[str, ...],
    known: Bools,
    window: Window,
    day: int,
) -> dict[str, Ints]:
    """One row per customer, MISSING where a window is not covered or nobody joined.

    key_features: key features of the modules that the customer pays for (those of unknown module
    belong to everybody); key_features_used_14: how many of them were used in D-14…D-1;
    key_events_28 (D-28…D-1) and key_events_56 (D-84…D-29): uses of all key features; key_trend…:
    as the columns of `trend_columns`. `modules`, `known`: module of each feature name of the usage,
    and whether anybody had used it by then.
    """
    marked = frozenset(settings.features.key)
    key = np.array([name in marked for name in facts.usage.feature_names], dtype=np.bool_) & known
    data = without_key_features(facts)
    if not key.any():
        return data
    joined = facts.usage.joined & facts.joined("usage")
    own = _own_features(entitled, modules, key)
    data["key_features"] = np.where(joined, own.sum(axis=1, dtype=np.int64), MISSING)
    if window.covers(*usage_days(day, 14)):
        used = _used(facts, key, window, usage_days(day, 14))
        both = (used & own).sum(axis=1, dtype=np.int64)
        data["key_features_used_14"] = np.where(joined, both, MISSING)
    recent = _volume(facts, key, joined, window, usage_days(day, 28))
    before = _volume(facts, key, joined, window, (day - 84, day - 29))
    trend = trend_columns(
        recent,
        before,
        money.ints("tenure"),
        money["active"],
        KEY_WEEK_EVENTS,
        settings.health.trend_median_customers,
    )
    data |= {f"key_{name}": column for name, column in trend.items()}
    return data | {"key_events_28": recent, "key_events_56": before}


def _own_features(entitled: Entitled, modules: tuple[str, ...], key: Bools) -> Bools:
    """(customers, feature names): the key features that each customer has."""
    place = {module: column for column, module in enumerate(entitled.modules)}
    own = np.zeros((len(entitled.matrix), len(modules)), dtype=np.bool_)
    for name in np.flatnonzero(key).tolist():
        module = modules[name]
        if not module:
            own[:, name] = True
        elif module in place:
            own[:, name] = entitled.matrix[:, place[module]]
    return own


def _used(facts: Facts, key: Bools, window: Window, days: tuple[int, int]) -> Bools:
    """(customers, feature names): key features with a use in `days`."""
    usage = facts.usage
    rows = np.flatnonzero(key[usage.feature_name])
    some = rows[window.cut(usage.feature_events, *days)[rows].any(axis=1)]
    used = np.zeros((facts.count, len(usage.feature_names)), dtype=np.bool_)
    used[usage.feature_customer[some], usage.feature_name[some]] = True
    return used


def _volume(facts: Facts, key: Bools, joined: Bools, window: Window, days: tuple[int, int]) -> Ints:
    """Uses of key features in `days` per customer."""
    if not window.covers(*days):
        return blank(facts.count)
    usage = facts.usage
    rows = np.flatnonzero(key[usage.feature_name])
    events: Ints = window.cut(usage.feature_events, *days)[rows].sum(axis=1, dtype=np.int64)
    return np.where(joined, sum_by(usage.feature_customer[rows], events, facts.count), MISSING)
