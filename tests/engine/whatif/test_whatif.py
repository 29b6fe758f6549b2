"""What-if over a real demo portfolio: the same scoring, exact points, sums that hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csmdesk.domain.columns import Columns
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import NEUTRAL, POOR
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.settings import FactorSettings, Model, Segment, Settings
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.factors import KEYS
from csmdesk.engine.health.history import factor_rows
from csmdesk.engine.health.model import resolve
from csmdesk.engine.whatif import WhatIf, changed_settings, what_if
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.store.load import load_facts
from tests.demo import demo_session


@pytest.fixture(scope="module")
def session(prepared_demo: Path) -> Iterator[Session]:
    made = demo_session(prepared_demo)
    yield made
    made.close()


@pytest.fixture(scope="module")
def book(session: Session) -> Portfolio:
    return build_portfolio(session, session.today())


def model(weights: dict[str, int] | None = None, **fields: Any) -> Settings:
    factors = {key: FactorSettings(weight=weight) for key, weight in (weights or {}).items()}
    return Settings(models=(Model(factors=factors, **fields),))


HEAVIER = model({"overdue": 24, "last_login": 0})


def compared(book: Portfolio, after: Settings) -> WhatIf:
    return what_if(book, resolve(Settings()), resolve(after), after)


def test_an_unchanged_model_says_what_the_portfolio_says(book: Portfolio) -> None:
    found = compared(book, Settings())
    for scores in (found.before, found.after):
        assert scores.chi.tolist() == book.customers["chi"].tolist()
        assert scores.band.tolist() == book.customers["band"].tolist()
        assert (scores.points == book.points).all()
        assert (scores.cap_points == book.cap_points).all()
    assert (found.moved, found.changed) == ((), 0)


@pytest.mark.parametrize(
    "after",
    [
        HEAVIER,
        model({"renewal_proximity": 12, "nps": 0, "mrr_change": 3}),
        model(good_above=90, poor_below=60),
        Settings(models=(Model(factors={"modules_used": FactorSettings(curve=((0.5, 0), (1, 90)))}),)),
    ],
)  # fmt: skip
def test_it_is_the_scoring_of_a_run(session: Session, book: Portfolio, after: Settings) -> None:
    """The same bytes as assessing the facts under the changed models."""
    found = compared(book, after).after
    with session.store.read() as conn:
        facts = load_facts(conn, session.settings)
    health = assess(facts, book.measures, after, book.day, ())
    assert found.chi.astype(np.int16).tobytes() == health.chi.tobytes()
    assert found.band.tobytes() == health.band.tobytes()
    assert found.points.tobytes() == health.points.tobytes()
    scored = found.chi >= 0
    total = found.chi + found.points.sum(axis=0) + found.cap_points
    assert (total[scored] == 100).all()


def test_counts_and_money_are_conserved(book: Portfolio) -> None:
    found = compared(book, model(good_above=95, poor_below=80))
    active = book.customers["active"] == 1
    for name in ("customers", "customers_after"):
        assert sum(getattr(one, name) for one in found.bands) == int(active.sum())
    for name in ("mrr", "mrr_after"):
        total = sum(getattr(one, name) for one in found.bands)
        assert total == int(book.customers["mrr"][active].sum())
    assert found.moved
    for one in found.moved:
        row = book.customers["id"].index(one.customer_id)
        assert active[row]
        assert (one.chi, one.band) == (int(found.before.chi[row]), int(found.before.band[row]))
        assert one.band != one.band_after
    by_band = {one.band: one for one in found.bands}
    into = [one for one in found.moved if one.band_after == POOR]
    assert by_band[POOR].customers_after - by_band[POOR].customers == len(into)
    assert by_band[POOR].mrr_after - by_band[POOR].mrr == sum(one.mrr for one in into)
    assert found.as_json()["moved"][0]["band"] in ("good", "neutral")


def test_it_needs_stored_values_alone(book: Portfolio) -> None:
    """Measures that only make raw values are not read, and older days lack the newer factors."""
    kept = ("events_28", "tenure", "trend_adjusted", "counted", "set_to_cancel", "nps_newest_on",
            "tier", "stage", "tags")  # fmt: skip
    bare = Columns({name: book.measures[name] for name in kept}, book.measures.length)
    former = KEYS[:11]
    matrices: dict[str, Any] = {
        name: factor_rows(getattr(book, name), KEYS, former, 0) for name in ("num", "den", "has")
    }
    old = replace(book, measures=bare, factors=former, **matrices)
    then, now = compared(old, HEAVIER), compared(book, HEAVIER)
    assert then.after.chi.tolist() == now.after.chi.tolist()
    assert then.as_json() == now.as_json()


def test_a_change_is_laid_over_the_model_it_names() -> None:
    own = FactorSettings(weight=20, missing="neutral")
    large = Model(name="Large", segment="big", version=4, factors={"overdue": own}, poor_below=40)
    settings = Settings(models=(large,), segments=(Segment(name="big"),))
    named = Model(name="Large", factors={"overdue": FactorSettings(weight=12)}, good_above=80)
    found = changed_settings(settings, named, frozenset({"name", "factors", "good_above"}))
    assert found.models[0].factors == {"overdue": FactorSettings(weight=12, missing="neutral")}
    shape = found.models[0]
    assert (shape.version, shape.segment, shape.good_above, shape.poor_below) == (4, "big", 80, 40)
    assert found.models[1] == Model()
    plain = changed_settings(settings, Model(poor_below=20), frozenset({"poor_below"}))
    assert plain.models == (large, Model(poor_below=20))
    with pytest.raises(BadInput, match="no health model “Small”"):
        changed_settings(settings, Model(name="Small"), frozenset({"name"}))


def test_thresholds_move_customers_between_bands(book: Portfolio) -> None:
    found = compared(book, model(good_above=100))
    assert {one.band_after for one in found.moved} == {NEUTRAL}
    assert found.changed == 0
