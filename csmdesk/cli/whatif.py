"""`csmdesk what-if MODEL.toml`: the portfolio under changed weights, curves or thresholds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from csmdesk.cli.backtest import HORIZON, beside
from csmdesk.cli.context import Context, day_option
from csmdesk.domain.texts import money, plural, signed
from csmdesk.engine.whatif import BandChange, WhatIf
from csmdesk.jobs.whatif import run_what_if

SHOWN_MOVES = 20


def what_if(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(metavar="MODEL.toml")],
    horizon: Annotated[int, HORIZON] = 90,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY")] = None,
) -> None:
    """Who changes band under a changed model, and how well it foretells churn. Saves nothing."""
    cli: Context = context.obj
    with cli.reading() as session:
        day = day_option(as_of)
        currency = session.settings.money.reporting_currency
        found = run_what_if(session, session.today() if day is None else day, model, horizon)
    tests = (found.before, found.after)
    if cli.json:
        before, after = (None if one is None else one.as_json() for one in tests)
        told = {
            **found.portfolio.as_json(),
            "currency": currency,
            "untested": found.untested or None,
        }
        cli.json_out({**told, "backtest": before, "backtest_after": after})
        return
    cli.show([_band(one, currency) for one in found.portfolio.bands], "Bands of active customers")
    cli.show(_moves(found.portfolio, currency), "Customers that change band")
    cli.say(f"{plural(found.portfolio.changed, 'active customer')} get another score.")
    shown = {
        name: one for name, one in zip(("now", "changed"), tests, strict=True) if one is not None
    }
    cli.show(beside(shown), f"Backtest, churn within {horizon} days")
    if found.untested:
        cli.say(found.untested)


def _band(one: BandChange, currency: str) -> dict[str, Any]:
    row = one.as_json()
    return {
        "band": row["band"],
        "now": one.customers,
        "changed": one.customers_after,
        "change": signed(one.customers_after - one.customers),
        "MRR now": money(one.mrr, currency),
        "MRR changed": money(one.mrr_after, currency),
    }


def _moves(result: WhatIf, currency: str) -> list[dict[str, Any]]:
    return [
        {
            "customer": one.name,
            "CHI": one.chi,
            "changed": one.chi_after,
            "band": one.as_json()["band"],
            "band changed": one.as_json()["band_after"],
            "MRR": money(one.mrr, currency),
        }
        for one in result.moved[:SHOWN_MOVES]
    ]
