"""Days since the last login of any user; never logged in scores 0."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import Locale, plural
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_days, millionths, raw_values

NEVER = 1_000_000
"""Stands for "never" in days: beyond every curve."""


def raw(measures: Columns, day: int) -> Raw:
    last = measures.ints("last_login_on")
    seen = last != MISSING
    days = np.where(seen, day - np.where(seen, last, 0), NEVER)
    return raw_values(days, 1, seen | measures["never_logged_in"])


def text(num: int, den: int, detail: Detail) -> str:
    if num >= NEVER:
        return "Never logged in"
    return f"Last login {plural(num, 'day', locale=detail.locale)} ago"


def shown(num: int, den: int, locale: Locale) -> str:
    return "never" if num >= NEVER * den else as_days(num, den, locale)


FACTOR = Factor(
    key="last_login",
    pillar="adoption",
    title="Last login",
    weight=12,
    curve=millionths((1, 100), (7, 80), (14, 60), (30, 25), (45, 0)),
    source="usage",
    raw=raw,
    text=text,
    shown=shown,
)
