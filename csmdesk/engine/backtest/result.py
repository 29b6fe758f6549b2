"""What a backtest says, and how it is told as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import BANDS
from csmdesk.engine.backtest.accuracy import Auc


@dataclass(frozen=True, slots=True)
class BandOutcome:
    """`customers` counts scores: one for each customer and scoring day."""

    band: int
    customers: int
    churned: int

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.churned, self.customers) if self.customers else None


@dataclass(frozen=True, slots=True)
class Case:
    """A customer that the score misjudged, by its newest such scoring day; `times`: on how many."""

    customer_id: str
    name: str
    scored_on: int
    chi: int
    band: int
    mrr: int
    churned_on: int
    times: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """Scores of `days` against churn within `horizon` days after each.

    `scores`: customers × days; `customers`: different ones; `churned`: scores of customers that left
    in time, `lost` different ones; `precision` and `recall` of the poor band; `missed`: left though
    not poor; `false_alarms`: poor and stayed; `data`: share of the scores with data by factor key.
    """

    horizon: int
    days: tuple[int, ...]
    models: tuple[str, ...]
    scores: int
    customers: int
    churned: int
    lost: int
    auc: Auc | None
    lift: Fraction | None
    bands: tuple[BandOutcome, ...]
    precision: Fraction | None
    recall: Fraction | None
    missed: tuple[Case, ...]
    false_alarms: tuple[Case, ...]
    data: dict[str, Fraction]

    def as_json(self) -> dict[str, Any]:
        """Plain values: days as ISO dates, shares as numbers, null where nothing can be said."""
        return {
            "horizon": self.horizon,
            "scored_on": [iso_day(day) for day in self.days],
            "models": list(self.models),
            "scores": self.scores,
            "customers": self.customers,
            "churned": self.churned,
            "churned_customers": self.lost,
            "auc": None if self.auc is None else float(self.auc.value),
            "auc_low": None if self.auc is None else self.auc.low,
            "auc_high": None if self.auc is None else self.auc.high,
            "top_decile_lift": as_float(self.lift),
            "precision_poor": as_float(self.precision),
            "recall_poor": as_float(self.recall),
            "bands": [
                {
                    "band": BANDS[one.band],
                    "scores": one.customers,
                    "churned": one.churned,
                    "churn_rate": as_float(one.rate),
                }
                for one in self.bands
            ],
            "missed": [case_json(one) for one in self.missed],
            "false_alarms": [case_json(one) for one in self.false_alarms],
            "data": {key: float(share) for key, share in self.data.items()},
        }


def as_float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def case_json(case: Case) -> dict[str, Any]:
    return {
        "id": case.customer_id,
        "name": case.name,
        "scored_on": iso_day(case.scored_on),
        "chi": case.chi,
        "band": BANDS[case.band],
        "mrr": case.mrr,
        "churned_on": None if case.churned_on == MISSING else iso_day(case.churned_on),
        "times": case.times,
    }
