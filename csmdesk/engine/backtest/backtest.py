"""Scores of past days against the churn that followed, for the configured or any other models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import GOOD, NEUTRAL, NO_BAND, POOR
from csmdesk.domain.settings import Settings
from csmdesk.engine.backtest.accuracy import auc, top_decile_lift
from csmdesk.engine.backtest.result import Backtest, BandOutcome, Case
from csmdesk.engine.backtest.sample import Sample, ScoringDay
from csmdesk.engine.health.factors import KEYS
from csmdesk.engine.health.model import HealthModel
from csmdesk.engine.health.scoring import score_values


@dataclass(frozen=True, slots=True)
class Rows:
    """One row per scored customer and scoring day; `gone` = day of churn in time or MISSING;
    `score` and `has` (factors, rows)."""

    customer: Ints
    day: Ints
    chi: Ints
    band: NDArray[np.int8]
    mrr: Ints
    gone: Ints
    score: Ints
    has: Bools

    @property
    def churned(self) -> Bools:
        churned: Bools = self.gone != MISSING
        return churned


def outcome_rows(
    sample: Sample,
    days: Sequence[int],
    models: Sequence[HealthModel],
    settings: Settings,
    horizon: int,
) -> Rows:
    """The scores of `days` under `models` with what became of each customer."""
    parts = [
        _day_rows(sample, one, models, settings, horizon) for one in sample.days if one.day in days
    ]
    return Rows(
        *(
            np.concatenate([getattr(part, name) for part in parts], axis=-1)
            for name in Rows.__dataclass_fields__
        )
    )


def _day_rows(
    sample: Sample,
    one: ScoringDay,
    models: Sequence[HealthModel],
    settings: Settings,
    horizon: int,
) -> Rows:
    scores = score_values(one.raw, models, settings, one.measures, billing=sample.billing)
    # Somebody whose end before the day became known only later was no customer any more.
    known = one.population & (scores.chi >= 0) & sample.presence.on(one.day)
    rows = np.flatnonzero(known)
    return Rows(
        customer=rows.astype(np.int64),
        day=np.full(len(rows), one.day, dtype=np.int64),
        chi=scores.chi[rows],
        band=scores.band[rows],
        mrr=one.measures.ints("mrr")[rows],
        gone=sample.presence.gone_on(one.day + 1, one.day + horizon)[rows],
        score=scores.score[:, rows],
        has=one.raw.has[:, rows],
    )


def backtest(
    sample: Sample,
    days: Sequence[int],
    models: Sequence[HealthModel],
    settings: Settings,
    horizon: int,
) -> Backtest:
    """Pooled over `days`, which must be scoring days of the sample."""
    rows = outcome_rows(sample, days, models, settings, horizon)
    churned, poor = rows.churned, rows.band == POOR
    hits = int((churned & poor).sum())
    return Backtest(
        horizon=horizon,
        days=tuple(sorted(days)),
        models=tuple(one.version for one in models),
        scores=len(rows.chi),
        customers=len(np.unique(rows.customer)),
        churned=int(churned.sum()),
        lost=len(np.unique(rows.customer[churned])),
        auc=auc(rows.chi, churned, rows.customer),
        lift=top_decile_lift(rows.chi, churned),
        bands=tuple(_band(rows, band) for band in (GOOD, NEUTRAL, POOR, NO_BAND)),
        precision=_share(hits, int(poor.sum())),
        recall=_share(hits, int(churned.sum())),
        missed=_cases(sample, rows, churned & ~poor, worst_first=False),
        false_alarms=_cases(sample, rows, poor & ~churned, worst_first=True),
        data={
            key: Fraction(int(rows.has[row].sum()), max(1, len(rows.chi)))
            for row, key in enumerate(KEYS)
        },
    )


def _band(rows: Rows, band: int) -> BandOutcome:
    mine = rows.band == band
    return BandOutcome(band, int(mine.sum()), int((mine & rows.churned).sum()))


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _cases(sample: Sample, rows: Rows, mask: Bools, *, worst_first: bool) -> tuple[Case, ...]:
    """The marked customers, each by its newest marked day: the lowest scores first, or the highest
    (a churn at a high score was the worst miss); then by name."""
    found: dict[int, int] = {}
    times: dict[int, int] = {}
    for row in np.flatnonzero(mask).tolist():  # days ascend: the newest stays
        customer = int(rows.customer[row])
        found[customer] = row
        times[customer] = times.get(customer, 0) + 1
    sign = 1 if worst_first else -1
    cases = [
        Case(
            customer_id=sample.ids[customer],
            name=sample.names[customer],
            scored_on=int(rows.day[row]),
            chi=int(rows.chi[row]),
            band=int(rows.band[row]),
            mrr=int(rows.mrr[row]),
            churned_on=int(rows.gone[row]),
            times=times[customer],
        )
        for customer, row in found.items()
    ]
    return tuple(sorted(cases, key=lambda one: (sign * one.chi, one.name, one.customer_id)))
