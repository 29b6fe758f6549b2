"""What-if: the whole portfolio under changed weights, curves or thresholds, from stored raw values.

No facts are needed and nothing is saved: a Portfolio keeps every factor's exact raw value, and the
scoring is the one that a run uses. Counts take active customers, like the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import structs

from csmdesk.domain.columns import Bools
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import BANDS, GOOD, NEUTRAL, NO_BAND, POOR
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.settings import FactorSettings, Model, Settings
from csmdesk.engine.health.factors import KEYS
from csmdesk.engine.health.history import factor_rows
from csmdesk.engine.health.model import HealthModel
from csmdesk.engine.health.scoring import Scores, score_values, with_fades

_FIELDS = ("version", "good_above", "poor_below")
"""What a change may say of a model beside its factors and caps; its name and segment say which model."""


@dataclass(frozen=True, slots=True)
class BandChange:
    """Active customers of a band and their MRR (reporting minor units), before and after."""

    band: int
    customers: int
    customers_after: int
    mrr: int
    mrr_after: int

    def as_json(self) -> dict[str, Any]:
        return {
            "band": BANDS[self.band],
            "customers": self.customers,
            "customers_after": self.customers_after,
            "customers_change": self.customers_after - self.customers,
            "mrr": self.mrr,
            "mrr_after": self.mrr_after,
            "mrr_change": self.mrr_after - self.mrr,
        }


@dataclass(frozen=True, slots=True)
class Moved:
    """A customer whose band changes."""

    customer_id: str
    name: str
    chi: int
    chi_after: int
    band: int
    band_after: int
    mrr: int

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.customer_id,
            "name": self.name,
            "chi": self.chi,
            "chi_after": self.chi_after,
            "band": BANDS[self.band],
            "band_after": BANDS[self.band_after],
            "mrr": self.mrr,
        }


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`before` and `after`: scores of all customers in the portfolio's order; `changed`: active
    customers with another score."""

    before: Scores
    after: Scores
    bands: tuple[BandChange, ...]
    moved: tuple[Moved, ...]
    changed: int

    def as_json(self) -> dict[str, Any]:
        return {
            "models": list(self.before.versions),
            "models_after": list(self.after.versions),
            "changed": self.changed,
            "bands": [one.as_json() for one in self.bands],
            "moved": [one.as_json() for one in self.moved],
        }


def changed_settings(settings: Settings, change: Model, given: frozenset[str]) -> Settings:
    """Settings with `change` laid over the model of its name, or over the default one.

    `given`: the fields that the change names; factors, their fields and caps that it leaves out stay as
    configured. Raises BadInput when no model has that name.
    """
    models = list(settings.models or (Model(),))
    if models[-1].segment:
        models.append(Model())
    names = [one.name for one in models]
    place = len(models) - 1
    if "name" in given:
        if change.name not in names:
            known = ", ".join(names)
            raise BadInput(f"There is no health model “{change.name}”.", f"Known: {known}.")
        place = names.index(change.name)
    own = models[place]
    factors = dict(own.factors)
    for key, laid in change.factors.items():
        factors[key] = _laid_over(factors.get(key, FactorSettings()), laid)
    fields = {name: getattr(change, name) for name in _FIELDS if name in given}
    caps = {**own.caps, **change.caps}
    models[place] = structs.replace(own, factors=factors, caps=caps, **fields)
    return structs.replace(settings, models=tuple(models))


def _laid_over(own: FactorSettings, change: FactorSettings) -> FactorSettings:
    names = ("weight", "curve", "missing")
    said = {name: getattr(change, name) for name in names if getattr(change, name) is not None}
    return structs.replace(own, **said)


def what_if(
    portfolio: Portfolio,
    before: Sequence[HealthModel],
    after: Sequence[HealthModel],
    settings: Settings,
) -> WhatIf:
    """The portfolio's day scored under `before` and `after` (as `resolve` gives them)."""
    now, then = (_scored(portfolio, models, settings) for models in (before, after))
    active = portfolio.customers.ints("active") == 1
    mrr = portfolio.customers.ints("mrr")
    moved = np.flatnonzero(active & (now.band != then.band))
    order = moved[np.lexsort((moved, (then.chi - now.chi)[moved]))]
    ids, names = portfolio.customers["id"], portfolio.customers["name"]
    return WhatIf(
        before=now,
        after=then,
        bands=tuple(
            BandChange(
                band,
                *(int((active & (one.band == band)).sum()) for one in (now, then)),
                *(int(mrr[active & (one.band == band)].sum()) for one in (now, then)),
            )
            for band in (GOOD, NEUTRAL, POOR, NO_BAND)
        ),
        moved=tuple(
            Moved(
                customer_id=ids[row],
                name=names[row],
                chi=int(now.chi[row]),
                chi_after=int(then.chi[row]),
                band=int(now.band[row]),
                band_after=int(then.band[row]),
                mrr=int(mrr[row]),
            )
            for row in order.tolist()
        ),
        changed=int((active & (now.chi != then.chi)).sum()),
    )


def _scored(portfolio: Portfolio, models: Sequence[HealthModel], settings: Settings) -> Scores:
    stored = portfolio.factors
    has: Bools = factor_rows(portfolio.has, stored, KEYS, 0)
    num = factor_rows(portfolio.num, stored, KEYS, 0)
    den = factor_rows(portfolio.den, stored, KEYS, 1)
    raw = with_fades(num, den, has, portfolio.measures, portfolio.day)
    billing = any("billing" in source.kinds for source in portfolio.sources)
    return score_values(raw, models, settings, portfolio.measures, billing=billing)
