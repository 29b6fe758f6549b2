"""Rule 1, renewal_due: a contract comes to its renewal or is set to cancel. Subject: subscription."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import HIGH, Task
from csmdesk.domain.texts import date_text, money
from csmdesk.engine.rules.limits import Limits, known, rungs
from csmdesk.engine.rules.products import rows_of
from csmdesk.engine.rules.rule import (
    CLEAR,
    COMMERCIAL,
    HOLDS,
    NONE,
    Context,
    Hit,
    Rule,
    evidence_of,
)
from csmdesk.engine.rules.wording import ahead, days_text

LIMITS = {"low_days": 180, "medium_days": 90, "high_days": 30, "moved_days": 30}
CONTRACT = "contract"
"""Subject of a customer whose contract date no subscription carries."""


def check(ctx: Context, limits: Limits) -> list[Hit]:
    level = _levels(ctx, limits)
    # Cancellations first: of two hits of one severity the lifecycle keeps the first.
    hits = _cancellations(ctx, limits)
    hits += [
        _renewal(ctx, limits, row, int(level[row])) for row in ctx.looked_at(RULE.id, level > 0)
    ]
    told = {(hit.customer, hit.subject) for hit in hits}
    for (row, subject), task in ctx.watched(RULE.id).items():
        if (row, subject) not in told and _counted(ctx, row, subject):
            hits.append(Hit(row, subject, NONE, clear=_clear(ctx, limits, row, task)))
    return hits


def _levels(ctx: Context, limits: Limits) -> Ints:
    renewal, term = ctx.measures.ints("renewal_on"), ctx.measures.ints("term_days")
    left = renewal - ctx.day
    half = (term == MISSING) | (left * 2 <= term)
    return rungs(
        known(renewal) & np.asarray(ctx.measures["active"]),
        low=(left < limits.whole("low_days")) & half,
        medium=left < limits.whole("medium_days"),
        high=left < limits.whole("high_days"),
    )


def renewal_subject(ctx: Context, row: int) -> str:
    return str(ctx.measures["renewal_subscription"][row] or CONTRACT)


def _renewal(ctx: Context, limits: Limits, row: int, severity: int) -> Hit:
    subject = renewal_subject(ctx, row)
    if severity == NONE:
        task = ctx.watched(RULE.id).get((row, subject))
        clear = _clear(ctx, limits, row, task) if task else HOLDS
        return Hit(row, subject, NONE, clear=clear)
    on = int(ctx.measures.ints("renewal_on")[row])
    left = on - ctx.day
    when = (
        f"Renews {date_text(on)} {ahead(left)}"
        if left >= 0
        else f"Renewal date {date_text(on)} passed {days_text(-left)} ago"
    )
    evidence = _evidence(ctx, limits, on, False, ctx.watched(RULE.id).get((row, subject)))
    return Hit(row, subject, severity, _text(ctx, row, when), evidence)


def _cancellations(ctx: Context, limits: Limits) -> list[Hit]:
    """Subscriptions set to cancel, whatever their term: High until service ends."""
    table = ctx.facts.tables["subscription"]
    customer, decided = table.ints("customer"), table.ints("cancelled_on")
    ended, planned = table.ints("ended_on"), table.ints("cancel_at")
    leaving = (
        known(customer, decided) & (decided <= ctx.day) & (table.ints("started_on") <= ctx.day)
    )
    leaving &= (ended == MISSING) | (ended > ctx.day)
    places = np.flatnonzero(leaving)
    places = places[np.asarray(ctx.measures["set_to_cancel"])[customer[places]]]
    last = np.where(planned == MISSING, ended, planned)
    hits = []
    for place in places.tolist():
        row, on = int(customer[place]), int(last[place])
        when = "Set to cancel"
        if on != MISSING:
            left, end = on - ctx.day, date_text(on)
            when += f": ends {end} {ahead(left)}" if left >= 0 else f": was to end {end}"
        evidence = _evidence(ctx, limits, on, True)
        hits.append(Hit(row, table["source_id"][place], HIGH, _text(ctx, row, when), evidence))
    return hits


def _text(ctx: Context, row: int, when: str) -> str:
    acv = int(ctx.measures.ints("acv")[row])
    amount = f", {money(acv, ctx.facts.rates.reporting)}" if acv != MISSING else ""
    return f"{when}{amount}. Health {ctx.chi_text(row)}."


def _evidence(
    ctx: Context, limits: Limits, on: int, cancelling: bool, task: Task | None = None
) -> dict[str, Any]:
    """`task`: the one that a renewal keeps active; a date that moved since it opened is told too."""
    values: dict[str, Any] = {"renewal_on": None, "days": None, "set_to_cancel": cancelling}
    if on != MISSING:
        values |= {"renewal_on": iso_day(on), "days": on - ctx.day}
    first = _opened_with(task) if task else None
    if task and first and first != values["renewal_on"]:
        values["opened_with"] = {"renewal_on": first, "episode": task.episode}
    shown = limits.shown("low_days", "medium_days", "high_days")
    return ctx.evidence(("crm", "billing"), values, shown)


def _opened_with(task: Task) -> str | None:
    """The renewal date with which the task's episode opened; None for a cancellation."""
    values = evidence_of(task)["values"]
    if values["set_to_cancel"]:
        return None
    first = values.get("opened_with")
    own = first is not None and first["episode"] == task.episode
    return str(first["renewal_on"] if own else values["renewal_on"])


def _counted(ctx: Context, row: int, subject: str) -> bool:
    """Whether the task's subscription may still be served (else its task ends)."""
    return bool(np.asarray(ctx.measures["active"])[row]) and (
        subject == renewal_subject(ctx, row) or subject in _served(ctx, row)
    )


def _served(ctx: Context, row: int) -> set[str]:
    """A customer's subscriptions whose service has not ended."""
    table = ctx.facts.tables["subscription"]
    ended = table.ints("ended_on")
    return {
        table["source_id"][place]
        for place in rows_of(table, row)
        if ended[place] == MISSING or ended[place] > ctx.day
    }


def _clear(ctx: Context, limits: Limits, row: int, task: Task) -> str:
    """Moved more than 30 days on in all, ended, or the cancellation withdrawn."""
    first = _opened_with(task)
    renewal = int(ctx.measures.ints("renewal_on")[row])
    if first is None or renewal == MISSING or not ctx.measures["active"][row]:
        return CLEAR
    moved = iso_day(renewal - limits.whole("moved_days")) > first
    return CLEAR if moved or task.subject != renewal_subject(ctx, row) else HOLDS


RULE = Rule(
    id="renewal_due",
    number=1,
    category=COMMERCIAL,
    title="Renewal due",
    sources=("crm", "billing"),
    any_source=True,
    check=check,
    limits=LIMITS,
)
