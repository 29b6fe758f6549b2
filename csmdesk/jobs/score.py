"""Scores of any day, recomputed from the facts known on it, as CSV."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from csmdesk.domain.days import iso_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import BANDS
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.explain import weighed_rows
from csmdesk.engine.measure import measure
from csmdesk.engine.money.prepared import prepare
from csmdesk.jobs.session import Session
from csmdesk.store.load import load_facts


def write_scores(session: Session, day: int, out: Path) -> int:
    """Write customer_id, as_of, chi, coverage, band, points_<factor>…, points_cap; returns rows.

    Facts dated after the day change no byte of the file.
    """
    with session.store.read() as conn:
        facts = load_facts(conn, session.settings, day)
    measures = measure(facts, session.settings, day, prepare(facts, session.settings))
    health = assess(facts, measures, session.settings, day, ())
    rows = np.flatnonzero(measures["exists"]).tolist()
    head = ["customer_id", "as_of", "chi", "coverage", "band"]
    weighed = weighed_rows(health)
    head += [f"points_{health.factors[row]}" for row in weighed] + ["points_cap"]
    try:
        with open(out, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(head)
            for at in rows:
                coverage = f"{int(health.coverage[at]) / 10_000:.4f}"
                band = BANDS[int(health.band[at])]
                row = [facts.ids[at], iso_day(day), int(health.chi[at]), coverage, band]
                lost = health.points[weighed, at].tolist()
                writer.writerow([*row, *lost, int(health.cap_points[at])])
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from error
    return len(rows)
