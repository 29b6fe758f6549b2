"""Settings as the engine understands them: the rules it adds, and every default written out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from csmdesk.config.workspace import Workspace, open_workspace
from csmdesk.config.writing import as_document
from csmdesk.domain.errors import BadSetting
from csmdesk.domain.findings import BANDS, SEVERITIES
from csmdesk.domain.settings import Settings
from csmdesk.engine.alerts import KINDS
from csmdesk.engine.alerts.lifecycle import alert_limits
from csmdesk.engine.figures.scores import SCORE_FIELDS
from csmdesk.engine.health.caps import CAPS
from csmdesk.engine.health.model import resolve
from csmdesk.engine.money.statuses import TITLES, status_codes
from csmdesk.engine.rules import RULES
from csmdesk.engine.rules.evaluate import validated

Thresholds = dict[str, dict[str, float]]
_MILLION = 1_000_000
_NONE = Settings()


def open_checked(folder: Path, *, demo: bool) -> Workspace:
    """Open a workspace whose settings the engine can use, or with the last that it could."""
    return open_workspace(folder, demo=demo, more=engine_problems)


def engine_problems(settings: Settings) -> Iterator[BadSetting]:
    """Values that the engine cannot use: thresholds, models, bands, status types, playbooks."""
    yield from _rules(settings)
    yield from _alerts(settings)
    yield from _models(settings)
    words = list(BANDS.values())
    for place, segment in enumerate(settings.segments):
        for number, band in enumerate(segment.band):
            if band not in words:
                at = ("segments", place, "band", number)
                yield BadSetting(at, f"“{band}”", f"one of {', '.join(words)}")
    known = {title.lower() for title in TITLES}
    for status, title in settings.statuses.items():
        if title.lower() not in known:
            yield BadSetting(("statuses", status), f"“{title}”", f"one of {', '.join(TITLES)}")
    yield from _playbooks(settings)
    yield from _writes(settings)


def _rules(settings: Settings) -> Iterator[BadSetting]:
    return _one_by_one(
        settings.rules, lambda alone: validated(RULES, msgspec.structs.replace(_NONE, rules=alone))
    )


def _alerts(settings: Settings) -> Iterator[BadSetting]:
    return _one_by_one(
        settings.alerts,
        lambda alone: alert_limits(KINDS, msgspec.structs.replace(_NONE, alerts=alone)),
    )


def _one_by_one(given: Thresholds, use: Callable[[Thresholds], object]) -> Iterator[BadSetting]:
    """One threshold at a time, so that each wrong one is named; an unknown owner is named once."""
    for owner, thresholds in given.items():
        parts: list[Thresholds] = [{owner: {key: value}} for key, value in thresholds.items()]
        for alone in parts or [{owner: {}}]:
            try:
                use(alone)
            except BadSetting as problem:
                yield problem
                if len(problem.path) == 2:
                    break


def _models(settings: Settings) -> Iterator[BadSetting]:
    """The first problem of every model."""
    for place, model in enumerate(settings.models):
        alone = msgspec.structs.replace(settings, models=(model,))
        try:
            resolve(alone)
        except BadSetting as problem:
            path = ("models", place, *problem.path[2:])
            yield BadSetting(path, problem.value, problem.rule, owner=model.name)


def _playbooks(settings: Settings) -> Iterator[BadSetting]:
    rules, severities = [rule.id for rule in RULES], list(SEVERITIES.values())
    for place, playbook in enumerate(settings.playbooks):
        on = playbook.enrol_on
        if on is None:
            continue
        at = ("playbooks", place, "enrol_on")
        if on.rule not in rules:
            yield BadSetting((*at, "rule"), f"“{on.rule}”", f"one of {', '.join(rules)}")
        if on.severity not in severities:
            rule = f"one of {', '.join(severities)}"
            yield BadSetting((*at, "severity"), f"“{on.severity}”", rule)


def _writes(settings: Settings) -> Iterator[BadSetting]:
    for place, source in enumerate(settings.sources):
        for name, target in source.writes.items():
            at = ("sources", place, "writes")
            if name not in SCORE_FIELDS:
                yield BadSetting(
                    (*at, name), "not a known key", f"one of {', '.join(SCORE_FIELDS)}"
                )
            elif not target.strip():
                yield BadSetting((*at, name), "empty", "the name of a property")


def effective(settings: Settings) -> dict[str, Any]:
    """The configuration in force with every default written out, as plain TOML values."""
    document = as_document(settings, full=True)
    limits = validated(RULES, settings)
    document["rules"] = {rule.id: limits[rule.id].shown(*limits[rule.id].names) for rule in RULES}
    kinds = alert_limits(KINDS, settings)
    document["alerts"] = {
        kind.id: kinds[kind.id].shown(*kinds[kind.id].names) for kind in KINDS if kind.limits
    }
    document["statuses"] = {name: TITLES[code] for name, code in _statuses(settings)}
    document["models"] = [_model(settings, place) for place in range(len(resolve(settings)))]
    return document


def _statuses(settings: Settings) -> list[tuple[str, int]]:
    return sorted(status_codes(settings.statuses).items())


def _model(settings: Settings, place: int) -> dict[str, Any]:
    model = resolve(settings)[place]
    given = settings.models[place] if place < len(settings.models) else None
    return {
        "name": model.name,
        "version": given.version if given is not None else 1,
        "segment": model.segment,
        "good_above": model.good_above,
        "poor_below": model.poor_below,
        "caps": {cap.key: limit for cap, limit in zip(CAPS, model.caps, strict=True)},
        "factors": {
            factor.key: {
                "weight": factor.weight,
                "curve": [[_decimal(value), score] for value, score in factor.curve],
                "missing": _policy(factor.missing),
            }
            for factor in model.factors
        },
    }


def _decimal(millionths: int) -> int | float:
    exact = Fraction(millionths, _MILLION)
    return exact.numerator if exact.denominator == 1 else float(exact)


def _policy(missing: int | None) -> str:
    return "exclude" if missing is None else str(missing)
