"""Coverage, bands, pillars, missing policies and the invariant over random portfolios."""

from __future__ import annotations

import random
from time import perf_counter
from typing import Any

import numpy as np
from hypothesis import given as hypothesis_given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import GOOD, NEUTRAL, NO_BAND, POOR
from csmdesk.domain.settings import FactorSettings, Model, Settings
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.factors import KEYS
from tests.engine.build import DAY, facts
from tests.engine.health.given import HEALTHY, measures

NO_USAGE: dict[str, Any] = {
    "last_login_on": None, "active_users": None, "trend_num": None, "modules_used_14": None,
    "jobs_14": None, "failed_14": None, "nps_count": 0, "nps_newest_on": None,
    "events_28": None, "events_56": None, "events_30": None, "joined_usage": False,
}  # fmt: skip


def test_all_well() -> None:
    health = assess(facts(["acme"]), measures(), Settings(), DAY, ())
    assert (int(health.chi[0]), int(health.band[0]), int(health.coverage[0])) == (100, GOOD, 10_000)
    assert health.pillars[:, 0].tolist() == [1_000_000] * 4
    assert not health.points.any()


def test_missing_factors_are_weighed_out() -> None:
    """Without usage 36 of 100 remain; overdue 15 days scores 60: 12/36 × 40 = 13.33 points."""
    table = measures(**NO_USAGE, overdue_days=15)
    health = assess(facts(["acme"]), table, Settings(), DAY, ())
    assert int(health.weight_total[0]) == 36 * 180
    assert (int(health.chi[0]), int(health.coverage[0])) == (87, 3_600)
    assert health.points[KEYS.index("overdue"), 0] == 13
    assert health.pillars[:, 0].tolist() == [-1, 760_000, 1_000_000, 1_000_000]
    assert int(health.band[0]) == GOOD


def test_thin_data_has_no_band() -> None:
    one_pillar = {**NO_USAGE, "critical_open": None, "joined_crm": False, "risk_score": None}
    thin = {**NO_USAGE, "joined_billing": False}
    table = measures(2, **{k: [one_pillar.get(k, HEALTHY[k]), thin.get(k, HEALTHY[k])]
                           for k in {*one_pillar, *thin}})  # fmt: skip
    health = assess(facts(["a", "b"]), table, Settings(), DAY, ())
    assert health.coverage.tolist() == [2_000, 1_600]
    assert health.chi.tolist() == [100, 100]
    assert health.band.tolist() == [NO_BAND, NO_BAND]


def test_nothing_known_is_no_score() -> None:
    nothing = {**NO_USAGE, "joined_billing": False, "critical_open": None, "joined_crm": False,
               "risk_score": None, "counted": 0}  # fmt: skip
    health = assess(facts(["acme"]), measures(**nothing), Settings(), DAY, ())
    assert (int(health.chi[0]), int(health.band[0]), int(health.cap[0])) == (-1, NO_BAND, -1)
    assert health.pillars[:, 0].tolist() == [-1] * 4


def test_missing_policies() -> None:
    """Coverage counts data alone; neutral and given values count in the score."""
    own = {"csm_risk": FactorSettings(missing="neutral"), "contact": FactorSettings(missing="25")}
    table = measures(risk_score=None, joined_crm=False)
    health = assess(facts(["acme"]), table, Settings(models=(Model(factors=own),)), DAY, ())
    assert int(health.coverage[0]) == 9_200
    assert int(health.weight_total[0]) == 18_000
    assert not health.has[KEYS.index("contact"), 0]
    assert health.points[[KEYS.index("contact"), KEYS.index("csm_risk")], 0].tolist() == [3, 2]
    assert int(health.chi[0]) == 95


def test_band_edges() -> None:
    """One factor of weight 100 whose score is the CHI; another pillar gives data."""
    factors = {key: FactorSettings(weight=0) for key in KEYS}
    factors["csm_risk"] = FactorSettings(weight=100, curve=((0, 100), (100, 0)))
    table = measures(4, risk_score=[29, 30, 70, 71])
    health = assess(facts(list("abcd")), table, Settings(models=(Model(factors=factors),)), DAY, ())
    assert health.chi.tolist() == [71, 70, 30, 29]
    assert health.band.tolist() == [GOOD, NEUTRAL, NEUTRAL, POOR]


RANGES: dict[str, tuple[int, int]] = {
    "last_login_on": (DAY - 60, DAY), "active_users": (0, 60), "seats": (0, 50),
    "modules_used_14": (0, 5), "modules_entitled": (0, 5), "overdue_days": (0, 120),
    "mrr": (0, 10**7), "mrr_90": (0, 10**7), "critical_open": (0, 4), "jobs_14": (0, 40),
    "failed_14": (0, 20), "nps_sum": (0, 30), "nps_count": (0, 4), "risk_score": (0, 10),
    "nps_newest_on": (DAY - 300, DAY), "last_two_way_on": (DAY - 200, DAY),
    "trend_num": (0, 2_000), "events_28": (0, 3), "counted": (0, 2),
    "key_trend_num": (0, 200), "renewal_on": (DAY - 5, DAY + 365),
}  # fmt: skip


WHOLE = ("nps_count", "nps_sum", "failed_14")
"""Never missing where their denominator is known."""


@hypothesis_given(
    st.integers(0, 2**32), st.permutations([20, 15, 15, 10, 10, 10, 8, 6, 4, 2, 0, 0, 0])
)
@hypothesis_settings(max_examples=60, deadline=None)
def test_chi_and_all_points_are_100(seed: int, weights: list[int]) -> None:
    chance, count = random.Random(seed), 25
    given: dict[str, Any] = {
        name: [
            None if chance.random() < 0.2 and name not in WHOLE else chance.randint(low, high)
            for _ in range(count)
        ]
        for name, (low, high) in RANGES.items()
    }
    given["set_to_cancel"] = [chance.random() < 0.3 for _ in range(count)]
    factors = {k: FactorSettings(weight=w) for k, w in zip(KEYS, weights, strict=True)}
    table = measures(count, **given)
    health = assess(
        facts([f"c{i}" for i in range(count)]),
        table,
        Settings(models=(Model(factors=factors),)),
        DAY,
        (),
    )
    scored = health.chi >= 0
    total = health.chi + health.points.sum(axis=0) + health.cap_points
    assert (total[scored] == 100).all()
    assert (health.points >= 0).all()
    assert (health.weight.sum(axis=0) == health.weight_total).all()
    assert MISSING not in health.num


def test_ten_thousand_customers_take_milliseconds() -> None:
    """Vectorised: far under a second even on a busy machine."""
    count = 10_000
    table = measures(count, overdue_days=list(np.arange(count) % 90))
    here = facts([f"{i:05}" for i in range(count)])
    began = perf_counter()
    health = assess(here, table, Settings(), DAY, ())
    assert perf_counter() - began < 1
    assert len(health.chi) == count
