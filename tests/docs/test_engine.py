"""docs/engine.md tells the truth: its tables and its example are computed again by the engine."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from csmdesk.engine.health.caps import CAPS
from csmdesk.engine.health.factor import PILLAR_TITLES, WEIGHT_UNIT
from csmdesk.engine.health.factors import BY_KEY
from csmdesk.engine.health.factors import FACTORS as EVERY
from csmdesk.engine.health.model import curve_arrays
from csmdesk.engine.health.points import curve_score, exact_points

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")
UNIT = 1_000_000
FACTORS = tuple(factor for factor in EVERY if factor.weight)
"""Those of the default model; others wait for a model that gives them a weight."""


def rows(title: str, columns: int) -> list[list[str]]:
    """Cells of the first table below a heading."""
    below = PAGE[PAGE.index(f"{title}\n") :]
    lines = [line for line in below.splitlines() if line.startswith("|")]
    first = lines.index(next(line for line in lines if set(line) <= set("|-: ")))
    found = []
    for line in lines[first + 1 :]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != columns:
            break
        found.append(cells)
    return found


def millionths(text: str) -> int:
    return int(Decimal(text) * UNIT)


def test_factors_are_those_of_the_default_model() -> None:
    told, pillar = [], ""
    for group, factor, weight, curve, _, source in rows("## The factors", 6)[: len(FACTORS)]:
        pillar = group or pillar
        key = re.findall(r"`(\w+)`", factor)[0]
        anchors = [tuple(point.split("→")) for point in curve.split(", ")]
        points = tuple((millionths(value), int(score)) for value, score in anchors)
        told.append((pillar, key, int(weight), points, source))
    own = [(PILLAR_TITLES[f.pillar], f.key, f.weight, f.curve, f.source) for f in FACTORS]
    assert told == own


def test_example_is_what_the_engine_computes() -> None:
    table = rows("### An example", 6)[: len(FACTORS)]
    assert [row[0] for row in table] == [factor.key for factor in FACTORS]
    weight, score = [], []
    for key, value, *_ in table:
        known = value != "–"
        arrays = curve_arrays(BY_KEY[key].curve)
        raw = np.array([millionths(value) if known else 0])
        score.append(curve_score(raw, *arrays) if known else np.array([0]))
        weight.append(np.array([BY_KEY[key].weight * WEIGHT_UNIT if known else 0]))
    uncapped, points = exact_points(np.stack(weight), np.stack(score))
    total = int(np.stack(weight).sum())
    for place, (key, value, shown, share, loss, lost) in enumerate(table):
        if value == "–":
            continue
        own = Fraction(int(weight[place][0]) * 100, total)
        exact = own * (1_000_000 - int(score[place][0])) / 1_000_000
        assert int(Decimal(shown) * 10_000) == int(score[place][0]), key
        assert share == f"{float(own):.1f}", key
        assert loss == f"{float(exact):.3f}", key
        assert int(lost) == int(points[place, 0]), key
    said = re.search(r"\*\*CHI = (\d+)\*\*.*points add up to (\d+)", PAGE)
    assert said is not None
    assert (int(said[1]), int(said[2])) == (int(uncapped[0]), int(points.sum()))
    assert int(said[1]) + int(said[2]) == 100


def test_caps_are_those_of_the_engine() -> None:
    told = [(text, int(limit)) for text, limit, _ in rows("## Caps", 3)]
    assert told == [(cap.text, cap.limit) for cap in CAPS]
