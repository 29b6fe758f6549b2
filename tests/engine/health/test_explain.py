"""Why not 100: order, words, thresholds, sources; always 100 together with the score."""

from __future__ import annotations

from csmdesk.domain.settings import FactorSettings, Model, Settings
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.explain import (
    Reason,
    top_reasons,
    why_not_100,
)
from csmdesk.engine.health.model import resolve
from tests.engine.build import DAY, facts, sources
from tests.engine.health.given import measures


def test_the_worked_example() -> None:
    """Losses: login 47 d 12, seats 9/42 12.00, modules 3/4 3, overdue 18 d 5.4, NPS 4 5.83,
    contact 61 d 1.83: together 40.06, so 60 and 40 points; floors give 12 + 12 + 3 + 5 + 5 + 1 =
    38 and the two largest remainders are NPS and contact."""
    table = measures(
        last_login_on=DAY - 47, active_users=9, seats=42, modules_used_14=3, overdue_days=18,
        overdue_amount=2_004_000, nps_sum=12, nps_count=3, last_two_way_on=DAY - 61,
    )  # fmt: skip
    here = facts(["acme"])
    health = assess(here, table, Settings(), DAY, ())
    lines = why_not_100(health, table, Settings(), sources("crm", "billing", "usage"), 0)
    assert int(health.chi[0]) == 60
    assert [(line.key, line.points) for line in lines] == [
        ("last_login", 12), ("active_users", 12), ("nps", 6), ("overdue", 5), ("modules_used", 3),
        ("contact", 2),
    ]  # fmt: skip
    assert lines[0] == Reason(
        "last_login", "adoption", "Last login", 12, "Last login 47 days ago", "47 days", "1 day",
        "USAGE", 0,
    )  # fmt: skip
    assert (lines[1].value, lines[1].threshold) == ("21 %", "80 %")
    assert (lines[2].value, lines[2].threshold) == ("4", "9")
    assert (lines[3].threshold, lines[3].source) == ("0 days", "BILLING")
    assert (lines[5].threshold, lines[5].age) == ("14 days", 0)
    reasons = (
        "Last login 47 days ago",
        "9 of 42 seats active in 30 days",
        "NPS detractor: average 4 (3 answers)",
    )
    assert top_reasons(health, table, Settings()) == [reasons]


def test_ties_keep_the_models_order_and_healthy_customers_have_none() -> None:
    table = measures(2, critical_open=[3, 0], mrr=[70_000, 100_000], risk_score=[None, 0])
    health = assess(facts(["a", "b"]), table, Settings(), DAY, ())
    lines = why_not_100(health, table, Settings(), (), 0)
    assert [line.key for line in lines] == ["mrr_change", "critical_tickets"]
    assert (lines[0].value, lines[0].threshold) == ("−30 %", "0 %")
    assert top_reasons(health, table, Settings())[1] == ()


def test_a_neutral_factor_says_that_there_is_no_data() -> None:
    settings = Settings(models=(Model(factors={"nps": FactorSettings(missing="neutral")}),))
    table = measures(nps_count=0, nps_newest_on=None)
    health = assess(facts(["acme"]), table, settings, DAY, ())
    (line,) = why_not_100(health, table, settings, (), 0, model=resolve(settings)[0])
    assert (line.text, line.value, line.points) == ("No data for “NPS”", "", 4)
