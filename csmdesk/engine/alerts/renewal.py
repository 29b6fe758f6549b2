"""Alert "renewal": the renewal date is within 30 days. Subject: the subscription."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.texts import date_text, money
from csmdesk.engine.alerts.kind import RENEWAL, AlertContext, Kind, Signal, evidence_of
from csmdesk.engine.rules.renewal_due import renewal_subject
from csmdesk.engine.rules.rule import ENDED, HOLDS
from csmdesk.engine.rules.wording import days_text

WITHIN_DAYS, MOVED_DAYS = 30, 30


def look(seen: AlertContext) -> list[Signal]:
    ctx = seen.ctx
    renewal = ctx.measures.ints("renewal_on")
    left = renewal - ctx.day
    near = (renewal != MISSING) & (left >= 0) & (left < WITHIN_DAYS)
    near &= np.asarray(ctx.measures["active"])
    signals, told = [], set()
    for row in np.flatnonzero(near).tolist():
        on, subject = int(renewal[row]), renewal_subject(ctx, row)
        acv = int(ctx.measures.ints("acv")[row])
        amount = f", {money(acv, ctx.facts.rates.reporting)}" if acv != MISSING else ""
        text = f"Renews {date_text(on)} in {days_text(on - ctx.day)}{amount}."
        evidence = {"renewal_on": iso_day(on), "acv": acv if acv != MISSING else None}
        signals.append(Signal(row, subject, True, HOLDS, text, evidence))
        told.add((row, subject))
    for (row, subject), alert in seen.open_ones(KIND.id).items():
        if (row, subject) not in told:
            before = evidence_of(alert)["renewal_on"]
            signals.append(Signal(row, subject, False, _closes(seen, row, subject, before)))
    return signals


def _closes(seen: AlertContext, row: int, subject: str, before: str) -> str:
    """The date moved more than 30 days on, or the contract ended."""
    renewal = int(seen.ctx.measures.ints("renewal_on")[row])
    if renewal == MISSING or renewal_subject(seen.ctx, row) != subject:
        return ENDED
    return ENDED if iso_day(renewal - MOVED_DAYS) > before else HOLDS


KIND = Kind("renewal", RENEWAL, look)
