"""Alert "renewal": the renewal date is within 30 days. Subject: the subscription."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import Alert
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
    still_open = seen.open_ones(KIND.id)
    for row in np.flatnonzero(near).tolist():
        on, subject = int(renewal[row]), renewal_subject(ctx, row)
        said = _told(ctx, row, on, still_open.get((row, subject)))
        signals.append(Signal(row, subject, True, HOLDS, *said))
        told.add((row, subject))
    for (row, subject), alert in still_open.items():
        if (row, subject) in told:
            continue
        closes, on = _closes(seen, row, subject, _opened_with(alert)), int(renewal[row])
        # A date that is no longer near leaves the text that the alert was open for.
        same = closes == HOLDS and iso_day(on) == evidence_of(alert)["renewal_on"]
        signals.append(
            Signal(row, subject, False, closes, *(_told(ctx, row, on, alert) if same else ()))
        )
    return signals


def _opened_with(alert: Alert) -> str:
    """The renewal date with which the alert opened."""
    evidence = evidence_of(alert)
    return str(evidence.get("opened_with", evidence["renewal_on"]))


def _told(ctx: Context, row: int, on: int, alert: Alert | None) -> tuple[str, dict[str, Any]]:
    """Text and evidence of a renewal on `on`; of an open alert whose date moved, the first one too."""
    acv, left = int(ctx.measures.ints("acv")[row]), on - ctx.day
    amount = f", {money(acv, ctx.facts.rates.reporting)}" if acv != MISSING else ""
    when = (
        f"Renews {date_text(on)} {ahead(left)}"
        if left >= 0
        else f"Renewal date {date_text(on)} passed {days_text(-left)} ago"
    )
    evidence = {"renewal_on": iso_day(on), "acv": acv if acv != MISSING else None}
    if alert is not None and _opened_with(alert) != iso_day(on):
        evidence["opened_with"] = _opened_with(alert)
    return f"{when}{amount}.", evidence


def _closes(seen: AlertContext, row: int, subject: str, before: str) -> str:
    """The date moved far enough on (more than 30 days in all), or the contract ended."""
    renewal = int(seen.ctx.measures.ints("renewal_on")[row])
    if renewal == MISSING or renewal_subject(seen.ctx, row) != subject:
        return ENDED
    moved = seen.limits[KIND.id].whole("moved_days")
    return ENDED if iso_day(renewal - moved) > before else HOLDS


KIND = Kind("renewal", RENEWAL, look, limits=LIMITS)
