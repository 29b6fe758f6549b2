"""Alert "renewal": the renewal date is within 30 days. Subject: the subscription."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.texts import date_text, money
from csmdesk.engine.alerts.kind import RENEWAL, AlertContext, Kind, Signal
from csmdesk.engine.rules.renewal_due import renewal_subject
from csmdesk.engine.rules.rule import ENDED, HOLDS, Context, evidence_of
from csmdesk.engine.rules.wording import ahead, days_text

LIMITS = {"within_days": 30, "moved_days": 30}


def look(seen: AlertContext) -> list[Signal]:
    ctx = seen.ctx
    renewal = ctx.measures.ints("renewal_on")
    left = renewal - ctx.day
    near = (renewal != MISSING) & (left >= 0) & (left < seen.limits[KIND.id].whole("within_days"))
    near &= np.asarray(ctx.measures["active"])
    signals, told = [], set()
    for row in np.flatnonzero(near).tolist():
        on, subject = int(renewal[row]), renewal_subject(ctx, row)
        signals.append(Signal(row, subject, True, HOLDS, *_told(ctx, row, on)))
        told.add((row, subject))
    for (row, subject), alert in seen.open_ones(KIND.id).items():
        if (row, subject) in told:
            continue
        before, on = evidence_of(alert)["renewal_on"], int(renewal[row])
        closes = _closes(seen, row, subject, before)
        # A date that moved is told beside the one that the alert was opened for.
        said = _told(ctx, row, on) if closes == HOLDS and iso_day(on) == before else ()
        signals.append(Signal(row, subject, False, closes, *said))
    return signals


def _told(ctx: Context, row: int, on: int) -> tuple[str, dict[str, Any]]:
    """Text and evidence of a renewal on `on`."""
    acv, left = int(ctx.measures.ints("acv")[row]), on - ctx.day
    amount = f", {money(acv, ctx.facts.rates.reporting)}" if acv != MISSING else ""
    when = (
        f"Renews {date_text(on)} {ahead(left)}"
        if left >= 0
        else f"Renewal date {date_text(on)} passed {days_text(-left)} ago"
    )
    return f"{when}{amount}.", {"renewal_on": iso_day(on), "acv": acv if acv != MISSING else None}


def _closes(seen: AlertContext, row: int, subject: str, before: str) -> str:
    """The date moved far enough on (more than 30 days), or the contract ended."""
    renewal = int(seen.ctx.measures.ints("renewal_on")[row])
    if renewal == MISSING or renewal_subject(seen.ctx, row) != subject:
        return ENDED
    moved = seen.limits[KIND.id].whole("moved_days")
    return ENDED if iso_day(renewal - moved) > before else HOLDS


KIND = Kind("renewal", RENEWAL, look, limits=LIMITS)
