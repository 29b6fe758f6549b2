"""`csmdesk backtest`: did past scores foretell who would leave?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from csmdesk.cli.context import Context, day_option
from csmdesk.domain.days import iso_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import BANDS
from csmdesk.domain.texts import decimal, number, percent, plural
from csmdesk.engine.backtest.result import Backtest, Case
from csmdesk.engine.weights import Suggestion
from csmdesk.jobs.backtest import Backtests, paste_text, run_backtest, suggest_weights

HORIZON = typer.Option("--horizon", metavar="DAYS", help="Churn within so many days counts.")
SHOWN_CASES = 10


def backtest(
    context: typer.Context,
    horizon: Annotated[int, HORIZON] = 90,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Weights that this history suggests.")
    ] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY")] = None,
) -> None:
    """Compare scores of past days, as known on them, with the churn that followed."""
    cli: Context = context.obj
    suggestion, refused, paste = None, "", ""
    with cli.reading() as session:
        day = day_option(as_of)
        tests = run_backtest(session, session.today() if day is None else day, horizon)
        if suggest:
            try:
                suggestion = suggest_weights(session, tests)
                paste = paste_text(suggestion)
            except BadInput as error:
                refused = error.sentence()
    if cli.json:
        told = as_json(tests)
        if suggest:
            told["suggestion"] = suggestion_json(suggestion, paste) if suggestion else None
            told["suggestion_refused"] = refused or None
        cli.json_out(told)
        return
    _show(cli, tests)
    if suggestion is not None:
        _show_suggestion(cli, suggestion, paste)
    elif refused:
        cli.say(refused)


def as_json(tests: Backtests) -> dict[str, Any]:
    """The asked horizon's figures, and all horizons' in `horizons`."""
    return {
        "as_of": iso_day(tests.sample.as_of),
        **tests.results[-1].as_json(),
        "horizons": [one.as_json() for one in tests.results],
        "caveats": list(tests.caveats),
    }


def suggestion_json(suggestion: Suggestion, paste: str) -> dict[str, Any]:
    return {
        "current": suggestion.current,
        "suggested": suggestion.suggested,
        "learned_from": [iso_day(day) for day in suggestion.learned_from],
        "churned_customers": suggestion.lost,
        "held_out_current": suggestion.held_out_current.as_json(),
        "held_out_suggested": suggestion.held_out_suggested.as_json(),
        "toml": paste,
    }


def beside(tests: Mapping[str, Backtest]) -> list[dict[str, str]]:
    """Results beside each other for a person: a row per figure, a column per result."""
    columns = {title: figures(test) for title, test in tests.items()}
    names = next(iter(columns.values()), {})
    return [
        {"figure": name, **{title: column[name] for title, column in columns.items()}}
        for name in names
    ]


def figures(test: Backtest) -> dict[str, str]:
    return {
        "scoring days": number(len(test.days)),
        "scores": number(test.scores),
        "followed by churn": number(test.churned),
        "customers that left": number(test.lost),
        "AUC (95 %)": auc_text(test),
        "lift of the lowest tenth": "–" if test.lift is None else _ratio(*_parts(test.lift)),
        "precision of poor": _percent(test.precision),
        "recall of poor": _percent(test.recall),
    }


def auc_text(test: Backtest) -> str:
    """ "0.812 (0.72–0.90)", a dash where nobody left or nobody stayed."""
    if test.auc is None:
        return "–"
    value = decimal(*_parts(test.auc.value), 3, trim=False)
    if test.auc.low is None or test.auc.high is None:
        return f"{value} (no interval)"
    return f"{value} ({test.auc.low:.2f}–{test.auc.high:.2f})"


def band_rows(test: Backtest) -> list[dict[str, str | int]]:
    return [
        {
            "band": BANDS[one.band],
            "scores": one.customers,
            "churned": one.churned,
            "churn rate": _percent(one.rate),
        }
        for one in test.bands
    ]


def _show(cli: Context, tests: Backtests) -> None:
    result = tests.results[-1]
    day = iso_day(tests.sample.as_of)
    cli.show(beside({f"{one.horizon} days": one for one in tests.results}), f"Backtest, {day}")
    cli.show(band_rows(result), f"Bands, churn within {result.horizon} days")
    cli.show([_case(one) for one in result.missed[:SHOWN_CASES]], "Left though not poor")
    cli.show([_case(one) for one in result.false_alarms[:SHOWN_CASES]], "Poor and stayed")
    more = len(result.missed) + len(result.false_alarms)
    if more > 2 * SHOWN_CASES:
        cli.say(f"{plural(more, 'case')} in all: --json lists every one.")
    for caveat in tests.caveats:
        cli.say(caveat)


def _case(case: Case) -> dict[str, Any]:
    left = iso_day(case.churned_on) if case.churned_on > 0 else None
    return {
        "customer": case.name,
        "CHI": case.chi,
        "scored on": iso_day(case.scored_on),
        "left on": left,
    }


def _show_suggestion(cli: Context, suggestion: Suggestion, paste: str) -> None:
    rows = [
        {"factor": key, "now": weight, "suggested": suggestion.suggested[key]}
        for key, weight in suggestion.current.items()
    ]
    cli.show(rows, "Suggested weights")
    held = (suggestion.held_out_current, suggestion.held_out_suggested)
    days = ", ".join(iso_day(day) for day in held[0].days)
    now, then = (auc_text(one) for one in held)
    cli.say(f"AUC on held-out days ({days}): now {now}, suggested {then}.")
    cli.say("Nothing is changed. To take them, put this in the place of [[models]]:")
    typer.echo(paste, nl=False)


def _parts(value: Any) -> tuple[int, int]:
    return value.numerator, value.denominator


def _percent(value: Any) -> str:
    return "–" if value is None else percent(*_parts(value), 1)


def _ratio(num: int, den: int) -> str:
    return f"{decimal(num, den, 1, trim=False)}×"
