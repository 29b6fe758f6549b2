"""The backtest job: facts and stored history in, what the score foretold out. Saves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import tomlkit

from csmdesk.config.writing import as_document
from csmdesk.domain.days import iso_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.portfolio import HISTORY_DAYS
from csmdesk.engine.backtest.backtest import backtest
from csmdesk.engine.backtest.result import Backtest
from csmdesk.engine.backtest.sample import Sample, build_sample, scoring_days
from csmdesk.engine.health.model import resolve
from csmdesk.engine.money.prepared import prepare
from csmdesk.engine.weights import Suggestion, suggest
from csmdesk.jobs.session import Session
from csmdesk.store.history import first_history_day, history
from csmdesk.store.load import load_facts

SHORTER = (30, 60)
"""Horizons that are told beside the one that was asked for."""
POOLED = (
    "One customer is scored on several days: the interval takes its scores as one (Obuchowski), but "
    "months of one history are less than the history of other customers."
)


@dataclass(frozen=True, slots=True)
class Backtests:
    """Results by ascending horizon, the last is the one asked for, with the sample they come from."""

    sample: Sample
    results: tuple[Backtest, ...]
    caveats: tuple[str, ...]


def past_sample(session: Session, as_of: int, horizons: Sequence[int]) -> tuple[Sample, int]:
    """The scoring days of all horizons, and the first day they may go back to. Raises BadInput when
    a horizon reaches behind the stored history."""
    with session.store.read() as conn:
        stored_from = first_history_day(conn)
        if stored_from is None:
            raise BadInput("There is no history to test yet.", "Run csmdesk run first.")
        facts = load_facts(conn, session.settings)
        first = max(stored_from, as_of - HISTORY_DAYS)
        days = {day for horizon in horizons for day in scoring_days(as_of, horizon, first)}
        kept = {day: one for day in sorted(days) for one in history(conn, day, day)}
    longest = as_of - first
    for horizon in horizons:
        if not 1 <= horizon <= longest:
            raise BadInput(
                f"A horizon of {horizon} days cannot be tested: scores go back to {iso_day(first)}.",
                f"Give 1 to {longest} days." if longest > 0 else "Wait until there is a history.",
            )
    prepared = prepare(facts, session.settings)
    return build_sample(facts, session.settings, prepared, as_of, tuple(days), kept), first


def run_backtest(session: Session, as_of: int, horizon: int) -> Backtests:
    """The configured models' scores against churn within `horizon` days, and shorter ones."""
    horizons = (*(one for one in SHORTER if one < horizon), horizon)
    sample, first = past_sample(session, as_of, horizons)
    models = resolve(session.settings)
    results = tuple(
        backtest(sample, scoring_days(as_of, one, first), models, session.settings, one)
        for one in horizons
    )
    return Backtests(sample, results, (POOLED, *sample.undated))


def suggest_weights(session: Session, tests: Backtests) -> Suggestion:
    """Weights that the history of a backtest suggests; raises BadInput when it is too thin."""
    result = tests.results[-1]
    return suggest(tests.sample, result.days, session.settings, result.horizon)


def paste_text(suggestion: Suggestion) -> str:
    """The models with the suggested weights as they would stand in the configuration file."""
    document = as_document(suggestion.settings)
    return tomlkit.dumps({"models": document["models"]})
