"""Every factor by hand: raw value, score on its curve, missing, zero and not connected."""

from __future__ import annotations

from typing import Any

import pytest

from csmdesk.domain.days import MISSING
from csmdesk.domain.settings import Settings
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.explain import factor_text
from csmdesk.engine.health.factor import Detail
from csmdesk.engine.health.factors import BY_KEY, FACTORS, KEYS
from tests.engine.build import DAY, facts
from tests.engine.health.given import measures

# factor, measures, score in 1/10,000 (None = missing), text
TABLE: list[tuple[str, dict[str, Any], int | None, str]] = [
    ("last_login", {"last_login_on": DAY - 1}, 1_000_000, "Last login 1 day ago"),
    ("last_login", {"last_login_on": DAY - 4}, 900_000, "Last login 4 days ago"),
    ("last_login", {"last_login_on": DAY - 7}, 800_000, "Last login 7 days ago"),
    ("last_login", {"last_login_on": DAY - 10}, 714_286, "Last login 10 days ago"),
    ("last_login", {"last_login_on": DAY - 22}, 425_000, "Last login 22 days ago"),
    ("last_login", {"last_login_on": DAY - 44}, 16_667, "Last login 44 days ago"),
    ("last_login", {"last_login_on": DAY - 47}, 0, "Last login 47 days ago"),
    ("last_login", {"last_login_on": None, "never_logged_in": True}, 0, "Never logged in"),
    ("last_login", {"last_login_on": None}, None, ""),
    ("active_users", {"active_users": 4, "seats": 40}, 0, "4 of 40 seats active in 30 days"),
    ("active_users", {"active_users": 12, "seats": 40},
     250_000, "12 of 40 seats active in 30 days"),
    ("active_users", {"active_users": 26, "seats": 40},
     750_000, "26 of 40 seats active in 30 days"),
    ("active_users", {"active_users": 50, "seats": 40},
     1_000_000, "50 of 40 seats active in 30 days"),
    ("active_users", {"active_users": 9, "seats": 42}, 142_856, "9 of 42 seats active in 30 days"),
    ("active_users", {"active_users": 0, "seats": 40}, 0, "0 of 40 seats active in 30 days"),
    ("active_users", {"active_users": 5, "seats": None}, None, ""),
    ("active_users", {"active_users": 5, "seats": 0}, None, ""),
    ("active_users", {"active_users": None}, None, ""),
    ("usage_trend", {"trend_num": 5, "trend_den": 10, "events_28": 250, "events_56": 1000},
     250_000, "Usage down 50 % (4 weeks vs prior 8)"),
    ("usage_trend", {"trend_num": 7, "trend_den": 10, "events_28": 310, "events_56": 1000},
     550_000, "Usage down 38 % (4 weeks vs prior 8)"),
    ("usage_trend", {"trend_num": 0, "events_28": 0, "events_56": 1000},
     0, "Usage down 100 % (4 weeks vs prior 8)"),
    ("usage_trend", {"trend_num": 19, "trend_den": 20, "trend_median": 1_200_000,
                     "events_28": 570, "events_56": 1000},
     925_000, "Usage up 14 % (4 weeks vs prior 8), portfolio up 20 %"),
    ("usage_trend", {"trend_num": None, "trend_den": None}, None, ""),
    ("modules_used", {"modules_used_14": 3, "modules_entitled": 4},
     750_000, "3 of 4 modules used in 14 days"),
    ("modules_used", {"modules_used_14": 0, "modules_entitled": 4},
     0, "0 of 4 modules used in 14 days"),
    ("modules_used", {"modules_used_14": 0, "modules_entitled": 0}, None, ""),
    ("modules_used", {"modules_used_14": None}, None, ""),
    ("overdue", {"overdue_days": 0}, 1_000_000, "Nothing overdue"),
    ("overdue", {"overdue_days": 18, "overdue_amount": 2_004_000},
     550_000, "$20,040 overdue 18 days"),
    ("overdue", {"overdue_days": 45, "overdue_amount": 100_050},
     225_000, "$1,000.50 overdue 45 days"),
    ("overdue", {"overdue_days": 200, "overdue_amount": None}, 0, "Invoice overdue 200 days"),
    ("overdue", {"joined_billing": False}, None, ""),
    ("mrr_change", {"mrr": 90_000}, 500_000, "MRR down 10 % in 90 days"),
    ("mrr_change", {"mrr": 80_000}, 250_000, "MRR down 20 % in 90 days"),
    ("mrr_change", {"mrr": 0}, 0, "MRR down 100 % in 90 days"),
    ("mrr_change", {"mrr": 130_000}, 1_000_000, "MRR up 30 % in 90 days"),
    ("mrr_change", {"mrr_90": 0}, None, ""),
    ("mrr_change", {"missing_rate": True}, None, ""),
    ("mrr_change", {"joined_billing": False}, None, ""),
    ("critical_tickets", {"critical_open": 0}, 1_000_000, "No critical tickets open"),
    ("critical_tickets", {"critical_open": 1}, 600_000, "1 critical ticket open"),
    ("critical_tickets", {"critical_open": 2}, 300_000, "2 critical tickets open"),
    ("critical_tickets", {"critical_open": 9}, 0, "9 critical tickets open"),
    ("critical_tickets", {"critical_open": None}, None, ""),
    ("failed_jobs", {"failed_14": 4, "jobs_14": 20, "failed_product": "WAP"},
     250_000, "WAP failed scans detected: 4 of 20 in 14 days"),
    ("failed_jobs", {"failed_14": 1, "jobs_14": 20},
     750_000, "Failed scans detected: 1 of 20 in 14 days"),
    ("failed_jobs", {"failed_14": 0, "jobs_14": 0}, None, ""),
    ("failed_jobs", {"failed_14": None, "jobs_14": None}, None, ""),
    ("nps", {"nps_sum": 12, "nps_count": 3}, 166_667, "NPS detractor: average 4 (3 answers)"),
    ("nps", {"nps_sum": 13, "nps_count": 2}, 425_000, "NPS: average 6.5 (2 answers)"),
    ("nps", {"nps_sum": 0, "nps_count": 1}, 0, "NPS detractor: average 0 (1 answer)"),
    ("nps", {"nps_newest_on": DAY - 269}, 1_000_000, "NPS: average 9 (2 answers)"),
    ("nps", {"nps_newest_on": DAY - 270}, None, ""),
    ("nps", {"nps_sum": None, "nps_count": 0, "nps_newest_on": None}, None, ""),
    ("contact", {"last_two_way_on": DAY}, 1_000_000, "Contact today"),
    ("contact", {"last_two_way_on": DAY - 14}, 1_000_000, "No contact logged for 14 days"),
    ("contact", {"last_two_way_on": DAY - 61}, 543_333, "No contact logged for 61 days"),
    ("contact", {"last_two_way_on": None, "customer_since": DAY - 90},
     350_000, "No contact logged for 90 days"),
    ("contact", {"last_two_way_on": None, "customer_since": None}, None, ""),
    ("contact", {"joined_crm": False}, None, ""),
    ("csm_risk", {"risk_score": 7}, 300_000, "CSM risk score 7 of 10"),
    ("csm_risk", {"risk_score": 10}, 0, "CSM risk score 10 of 10"),
    ("csm_risk", {"risk_score": None}, None, ""),
    ("key_volume", {"key_trend_num": 5, "key_trend_den": 10, "key_events_28": 140,
                    "key_features_used_14": 2},
     250_000, "Key features down 50 % (4 weeks vs prior 8), 2 of 5 in use"),
    ("key_volume", {"key_trend_num": 19, "key_trend_den": 20, "key_trend_median": 1_200_000,
                    "key_events_28": 319, "key_features_used_14": None},
     925_000, "Key features up 14 % (4 weeks vs prior 8), portfolio up 20 %"),
    ("key_volume", {"key_trend_num": 0, "key_events_28": 0, "key_features_used_14": 0},
     0, "Key features down 100 % (4 weeks vs prior 8), 0 of 5 in use"),
    ("key_volume", {"key_trend_num": None, "key_trend_den": None}, None, ""),
    ("renewal_proximity", {"renewal_on": DAY + 180}, 1_000_000, "Renews in 180 days"),
    ("renewal_proximity", {"renewal_on": DAY + 60}, 600_000, "Renews in 60 days"),
    ("renewal_proximity", {"renewal_on": DAY}, 0, "Renews today"),
    ("renewal_proximity", {"renewal_on": DAY - 1}, 0, "Renewal date passed 1 day ago"),
    ("renewal_proximity", {"renewal_on": None}, None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("key", "given", "score", "text"), TABLE)
def test_score_and_text(key: str, given: dict[str, Any], score: int | None, text: str) -> None:
    table = measures(**given)
    health = assess(facts(["acme"]), table, Settings(), DAY, ())
    row = KEYS.index(key)
    assert bool(health.has[row, 0]) == (score is not None)
    if score is None:
        assert (health.num[row, 0], health.den[row, 0], health.weight[row, 0]) == (0, 1, 0)
    else:
        assert health.score[row, 0] == score
        assert factor_text(health, row, Detail(table, 0, "USD")) == text


def test_the_default_model_is_the_definitions() -> None:
    assert [(one.key, one.pillar, one.weight) for one in FACTORS] == [
        ("last_login", "adoption", 12),
        ("active_users", "adoption", 14),
        ("usage_trend", "adoption", 12),
        ("modules_used", "adoption", 12),
        ("overdue", "financial", 12),
        ("mrr_change", "financial", 8),
        ("critical_tickets", "service", 8),
        ("failed_jobs", "service", 7),
        ("nps", "relationship", 7),
        ("contact", "relationship", 4),
        ("csm_risk", "relationship", 4),
        ("key_volume", "adoption", 0),
        ("renewal_proximity", "financial", 0),
    ]


def test_raw_values_without_data_are_blank() -> None:
    nothing = measures(
        last_login_on=None, active_users=None, trend_num=None, trend_den=None,
        modules_used_14=None, joined_billing=False, critical_open=None, jobs_14=None,
        nps_count=0, nps_newest_on=None, joined_crm=False, risk_score=None,
        key_trend_num=None, key_trend_den=None, renewal_on=None,
    )  # fmt: skip
    for factor in FACTORS:
        raw = factor.raw(nothing, DAY)
        assert (raw.num[0], raw.den[0], raw.has[0]) == (0, 1, False), factor.key
        assert MISSING not in (raw.num[0], raw.den[0])


def test_nps_weight_fades_exactly() -> None:
    ages = [0, 90, 91, 180, 269, 270]
    table = measures(6, nps_newest_on=[DAY - age for age in ages])
    health = assess(facts([f"c{age}" for age in ages]), table, Settings(), DAY, ())
    assert health.weight[KEYS.index("nps")].tolist() == [1260, 1260, 7 * 179, 630, 7, 0]
    assert health.coverage.tolist() == [10_000, 10_000, 9_996, 9_650, 9_303, 9_300]


def test_every_factor_file_is_listed() -> None:
    from pathlib import Path

    import csmdesk.engine.health.factors as room

    folder = Path(room.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(BY_KEY)
