"""NPS: mean of the answers of the 90 days up to the newest; its weight fades with age."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import decimal, plural
from csmdesk.engine.health.factor import (
    WEIGHT_UNIT,
    Detail,
    Factor,
    Raw,
    as_decimal,
    millionths,
    raw_values,
)

GONE_DAYS = 270
DETRACTOR = 6


def fade(measures: Columns, day: int) -> Ints:
    """180ths of the weight: whole up to 90 days, (270 - age) beyond, none from 270 on."""
    newest = measures.ints("nps_newest_on")
    age = day - np.where(newest == MISSING, day - GONE_DAYS, newest)
    share: Ints = np.clip(GONE_DAYS - age, 0, WEIGHT_UNIT).astype(np.int64)
    return share


def raw(measures: Columns, day: int) -> Raw:
    answers = measures.ints("nps_count")
    return raw_values(measures.ints("nps_sum"), answers, (answers > 0) & (fade(measures, day) > 0))


def text(num: int, den: int, detail: Detail) -> str:
    average = decimal(num, den, 1, detail.locale)
    who = "NPS detractor:" if num <= DETRACTOR * den else "NPS:"
    return f"{who} average {average} ({plural(den, 'answer', locale=detail.locale)})"


FACTOR = Factor(
    key="nps",
    pillar="relationship",
    title="NPS",
    weight=7,
    curve=millionths((0, 0), (6, 25), (7, 60), (9, 100)),
    source="usage",
    raw=raw,
    text=text,
    shown=as_decimal,
    fade=fade,
)
