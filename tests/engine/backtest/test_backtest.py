"""A backtest by hand: who is in it, what was known, and what it says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Account, Fact, Invoice, Subscription
from csmdesk.domain.findings import GOOD, NEUTRAL, NO_BAND, POOR, HistoryDay
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import FactorSettings, Model, Segment, Settings
from csmdesk.engine.backtest.backtest import backtest, outcome_rows
from csmdesk.engine.backtest.result import Backtest
from csmdesk.engine.backtest.sample import Sample, build_sample, scoring_days
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.factors import KEYS
from csmdesk.engine.health.history import history_day
from csmdesk.engine.health.model import resolve
from csmdesk.engine.measure import measure
from csmdesk.engine.money.prepared import prepare
from tests.engine.build import DAY, facts
from tests.engine.money.make import item, sub

HORIZON = 90
SCORED = DAY - HORIZON
START = DAY - 500
ONLY_OVERDUE = Settings(
    models=(
        Model(
            factors={key: FactorSettings(weight=0) for key in KEYS}
            | {"overdue": FactorSettings(weight=100)}
        ),
    )
)
"""The score is that of the oldest overdue invoice: 0 days 100, 45 days 22, 90 days 0."""


def customer(key: str, *, overdue: int = 0, **dates: int) -> list[Fact]:
    """A paying customer with an invoice that was `overdue` days late on the scored day."""
    status = "canceled" if dates.get("ended_on", DAY + 1) <= DAY else "active"
    rows: list[Fact] = [sub(key, key, START, status=status, **dates), item(key, START, 10_000)]
    if overdue:
        rows.append(
            Invoice(
                source="billing", source_id=f"in-{key}", account_id=key, subscription_id=key,
                number=key, status="open", currency="USD", amount_due=50_000,
                issued_on=SCORED - overdue - 30, due_on=SCORED - overdue,
            )
        )  # fmt: skip
    return rows


ROWS: dict[str, list[Fact]] = {
    "caught": customer("caught", overdue=90, cancelled_on=DAY - 50, ended_on=DAY - 40),
    "missed": customer("missed", cancelled_on=DAY - 10, ended_on=DAY - 10),
    "alarm": customer("alarm", overdue=60),
    "fine": customer("fine"),
    "fine too": customer("fine too"),
    "told before": customer("told before", overdue=90, cancelled_on=SCORED, cancel_at=DAY - 30,
                            ended_on=DAY - 30),
    "gone before": customer("gone before", cancelled_on=SCORED, ended_on=SCORED),
    "leaves later": customer("leaves later", cancelled_on=DAY - 5, cancel_at=DAY + 25),
}  # fmt: skip
KNOWN = ("crm", "billing")


def built(names: list[str] | None = None) -> Facts:
    chosen = list(ROWS) if names is None else names
    return facts(chosen, [row for name in chosen for row in ROWS[name]], connected=KNOWN)


def sample(here: Facts, days: tuple[int, ...] = (SCORED,), **stored: HistoryDay) -> Sample:
    kept = {day.day: day for day in stored.values()}
    return build_sample(here, ONLY_OVERDUE, prepare(here, ONLY_OVERDUE), DAY, days, kept)


def found_in(here: Facts, days: tuple[int, ...] = (SCORED,)) -> Backtest:
    return backtest(sample(here, days), days, resolve(ONLY_OVERDUE), ONLY_OVERDUE, HORIZON)


def test_figures_by_hand() -> None:
    found = found_in(built())
    assert (found.scores, found.customers, found.churned, found.lost) == (6, 6, 2, 2)
    assert [(one.band, one.customers, one.churned) for one in found.bands] == [
        (GOOD, 4, 1),
        (NEUTRAL, 0, 0),
        (POOR, 2, 1),
        (NO_BAND, 0, 0),
    ]
    assert (found.precision, found.recall) == (Fraction(1, 2), Fraction(1, 2))
    assert [one.rate for one in found.bands] == [Fraction(1, 4), None, Fraction(1, 2), None]
    assert found.auc is not None
    # caught (0) is below all four that stayed; missed (100) is above alarm (10), level with three
    assert found.auc.value == Fraction(2 * 4 + 3, 2 * 8)
    assert [(one.name, one.chi, one.churned_on) for one in found.missed] == [
        ("missed", 100, DAY - 10)
    ]
    assert [(one.name, one.chi, one.churned_on) for one in found.false_alarms] == [
        ("alarm", 10, MISSING)
    ]
    assert found.data["overdue"] == 1
    assert found.data["last_login"] == 0


def test_population_is_active_and_not_set_to_cancel_as_known_then() -> None:
    here = built()
    rows = outcome_rows(sample(here), [SCORED], resolve(ONLY_OVERDUE), ONLY_OVERDUE, HORIZON)
    names = [here.customers["name"][at] for at in rows.customer.tolist()]
    assert names == ["caught", "missed", "alarm", "fine", "fine too", "leaves later"]


def test_later_facts_change_no_raw_value() -> None:
    """What happened after the scored day only decides the outcome."""
    full = sample(built()).days[0]
    before = {name: [row for row in ROWS[name] if not name.startswith("told")] for name in ROWS}
    cut = [
        replace(row, status="active", cancelled_on=None, ended_on=None, cancel_at=None)
        if isinstance(row, Subscription) and (row.cancelled_on or 0) > SCORED
        else row
        for name in ROWS
        for row in (before[name] or ROWS[name])
    ]
    same = facts(list(ROWS), cut, connected=KNOWN)
    then = sample(same).days[0]
    assert (full.raw.num == then.raw.num).all()
    assert (full.raw.has == then.raw.has).all()
    assert (full.population == then.population).all()


def test_days_are_pooled_and_cases_told_once() -> None:
    days = scoring_days(DAY, HORIZON, DAY - 180)
    assert days == (DAY - 180, DAY - 150, DAY - 120, DAY - 90)
    found = found_in(built(["missed", "fine", "alarm"]), days)
    assert (found.scores, found.customers, found.churned, found.lost) == (12, 3, 1, 1)
    late = found_in(built(["caught", "fine"]), days)
    # leaves on D-40: within 90 days of D-120 and of D-90, and was poor on both
    assert (late.churned, late.lost) == (2, 1)
    assert (late.precision, late.recall, late.missed) == (Fraction(1), Fraction(1), ())
    here = facts(
        ["alarm", "fine"], [*customer("alarm", overdue=90), *ROWS["fine"]], connected=KNOWN
    )
    assert [
        (one.name, one.scored_on, one.chi, one.times) for one in found_in(here, days).false_alarms
    ] == [("alarm", DAY - 90, 0, 2)]


def test_nobody_leaves() -> None:
    found = found_in(built(["fine", "fine too"]))
    assert (found.auc, found.lift, found.precision, found.recall) == (None, None, None, None)
    assert found.as_json()["auc"] is None


@pytest.mark.parametrize(
    ("horizon", "days"),
    [(30, (-180, -150, -120, -90, -60, -30)), (60, (-180, -150, -120, -90, -60)), (200, ())],
)
def test_scoring_days(horizon: int, days: tuple[int, ...]) -> None:
    assert scoring_days(DAY, horizon, DAY - 180) == tuple(DAY + ago for ago in days)


def test_stored_values_stand_in_for_detail_that_is_gone() -> None:
    here = built(["fine", "missed"])
    measures = measure(here, ONLY_OVERDUE, SCORED)
    past = history_day(assess(here, measures, ONLY_OVERDUE, SCORED, ()))
    row = KEYS.index("active_users")
    has, num, den = past.has.copy(), past.num.copy(), past.den.copy()
    has[row, 1], num[row, 1], den[row, 1] = True, 9, 40
    overdue = KEYS.index("overdue")
    num[overdue] = 77  # still known from the facts: not taken
    # The day was stored when one of the two customers was not there yet.
    past = replace(past, ids=("f" * 16, here.ids[0]), has=has, num=num, den=den)
    raw = sample(here, kept=past).days[0].raw
    assert raw.has[row].tolist() == [True, False]
    assert (raw.num[row, 0], raw.den[row, 0]) == (9, 40)
    assert raw.num[overdue].tolist() == [0, 0]
    assert not np.array_equal(raw.num[overdue], num[overdue])


def test_what_the_models_use_without_a_date_is_said() -> None:
    dated = Account(source="crm", source_id="fine", name="fine", renewal_on=DAY + 9, tags=("vip",))
    here = facts([dated], [*ROWS["fine"]], connected=("crm", "billing", "support"))

    def said(settings: Settings) -> list[str]:
        sample = build_sample(here, settings, prepare(here, settings), DAY, [SCORED], {})
        return [sentence.split(" is ")[0].split(" are ")[0] for sentence in sample.undated]

    assert said(ONLY_OVERDUE) == []
    assert said(Settings()) == ["The priority of a ticket"]
    renewal = {
        "renewal_proximity": FactorSettings(weight=8),
        "critical_tickets": FactorSettings(weight=0),
    }
    chosen = Model(name="Big", segment="big", factors=renewal)
    big = Segment(name="big", tier=("T1",), tag=("vip",))
    assert said(Settings(models=(chosen,), segments=(big,))) == [
        "The priority of a ticket",
        "The tier that chooses the model",
        "The tags that choose the model",
        "The CRM's renewal date",
    ]
