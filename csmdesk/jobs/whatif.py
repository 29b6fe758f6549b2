"""The what-if job: the portfolio and its backtest under a changed model. Saves nothing."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from csmdesk.config.lines import line_of
from csmdesk.config.shapes import shape_problems
from csmdesk.domain.errors import BadInput, BadSetting
from csmdesk.domain.settings import Model, Settings
from csmdesk.engine.backtest.backtest import backtest
from csmdesk.engine.backtest.result import Backtest
from csmdesk.engine.backtest.sample import scoring_days
from csmdesk.engine.health.model import HealthModel, resolve
from csmdesk.engine.whatif import WhatIf, changed_settings, what_if
from csmdesk.jobs.backtest import past_sample
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio


@dataclass(frozen=True, slots=True)
class Compared:
    """`portfolio` under both models; the backtests, or None with why there is none."""

    portfolio: WhatIf
    before: Backtest | None
    after: Backtest | None
    untested: str = ""


def run_what_if(session: Session, day: int, path: Path, horizon: int) -> Compared:
    """Compare the configured models with those that the file changes. Raises BadInput naming file,
    key, value and rule."""
    settings = session.settings
    changed = read_change(path, settings)
    before, after = resolve(settings), _resolved(path, changed)
    result = what_if(build_portfolio(session, day), before, after, changed)
    try:
        sample, first = past_sample(session, day, [horizon])
    except BadInput as error:
        return Compared(result, None, None, error.sentence())
    days = scoring_days(day, horizon, first)
    return Compared(
        result,
        backtest(sample, days, before, settings, horizon),
        backtest(sample, days, after, changed, horizon),
    )


def read_change(path: Path, settings: Settings) -> Settings:
    """The settings with a file's model laid over them: keys as in a `[[models]]` entry of the
    configuration (`[factors.<key>]` with weight, curve, missing; `[caps]`; good_above, poor_below)."""
    try:
        text = path.read_text(encoding="utf-8")
        document: dict[str, Any] = tomllib.loads(text)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}.", "Correct that line.") from error
    for problem in shape_problems({"models": [document]}):
        own = BadSetting(problem.path[2:], problem.value, problem.rule)
        line = line_of(text, own.path)
        raise BadInput(f"{path}, line {line}: {own.message}", "Correct that key.")
    return changed_settings(settings, msgspec.convert(document, Model), frozenset(document))


def _resolved(path: Path, settings: Settings) -> tuple[HealthModel, ...]:
    try:
        return resolve(settings)
    except BadInput as error:
        raise BadInput(f"{path}: {error.message}", "Correct that file.") from error
