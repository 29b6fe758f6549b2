"""Rule 11, contact_gap: the relationship hangs on nobody, or on one. Subjects: contact id or clause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Ints, where_text
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import HIGH, LOW, MEDIUM
from csmdesk.engine.metrics.windows import person_window
from csmdesk.engine.rules.limits import Limits, known
from csmdesk.engine.rules.products import rows_of
from csmdesk.engine.rules.rule import (
    CLEAR,
    COMPANY_RISK,
    ENDED,
    HOLDS,
    NONE,
    UNKNOWN,
    Context,
    Hit,
    Rule,
    evidence_of,
)
from csmdesk.engine.rules.wording import days_text, whole_percent

LIMITS = {
    "low_days": 45,
    "medium_days": 60,
    "top_percent": 50,
    "top_silent_days": 14,
    "top_window_days": 60,
}
GAP, SINGLE, NO_CSM = "gap", "single", "no-csm"
CHAMPION, TOP_USER = "champion", "top user"


def check(ctx: Context, limits: Limits) -> list[Hit]:
    hits = _gaps(ctx, limits) + _singles(ctx) + _without_csm(ctx)
    hits += _champions(ctx) + _top_users(ctx, limits)
    prospects = _prospects(ctx)
    hits = [hit for hit in hits if not prospects[hit.customer]]
    told = {(hit.customer, hit.subject) for hit in hits}
    for (row, subject), task in ctx.watched(RULE.id).items():
        if (row, subject) not in told:
            clause = evidence_of(task)["values"]["clause"]
            hits.append(Hit(row, subject, NONE, clear=_clear(ctx, limits, row, subject, clause)))
    return hits


def _prospects(ctx: Context) -> Bools:
    """Companies that never had a contract are nobody's book yet, where billing can tell."""
    told = ctx.facts.connected("billing")
    return where_text(ctx.measures["status"], lambda status: told and status == "Prospect")


def _hit(
    ctx: Context,
    row: int,
    subject: str,
    severity: int,
    text: str,
    values: dict[str, Any],
    thresholds: Mapping[str, float],
) -> Hit:
    kinds = ("usage",) if values["clause"] == TOP_USER else ("crm",)
    return Hit(row, subject, severity, text, ctx.evidence(kinds, values, thresholds))


def _silence(ctx: Context) -> Ints:
    """Days without two-way contact; never contacted: since the start; MISSING without a CRM."""
    last, tenure = ctx.measures.ints("last_two_way_on"), ctx.measures.ints("tenure")
    days = np.where(last != MISSING, ctx.day - last, tenure)
    return np.where(ctx.facts.joined("crm") | (last != MISSING), days, MISSING)


def _gaps(ctx: Context, limits: Limits) -> list[Hit]:
    days = _silence(ctx)
    shown = limits.shown("low_days", "medium_days")
    hits = []
    for row in np.flatnonzero(known(days) & (days >= limits.whole("low_days"))).tolist():
        silent = int(days[row])
        severity = MEDIUM if silent >= limits["medium_days"] else LOW
        text = f"No two-way contact for {days_text(silent)}."
        hits.append(_hit(ctx, row, GAP, severity, text, {"clause": GAP, "days": silent}, shown))
    return hits


def _singles(ctx: Context) -> list[Hit]:
    rows = np.flatnonzero(ctx.measures.ints("contacts") == 1).tolist()
    values = {"clause": SINGLE, "contacts": 1}
    return [_hit(ctx, row, SINGLE, MEDIUM, "One contact only.", values, {}) for row in rows]


def _without_csm(ctx: Context) -> list[Hit]:
    owners, joined = ctx.measures["owner_id"], ctx.facts.joined("crm")
    rows = [row for row in np.flatnonzero(joined).tolist() if not owners[row]]
    values = {"clause": NO_CSM}
    return [_hit(ctx, row, NO_CSM, HIGH, "No CSM assigned.", values, {}) for row in rows]


def _champions(ctx: Context) -> list[Hit]:
    """A champion who left or whose mail bounces, while no other champion is there."""
    table = ctx.facts.tables["contact"]
    gone, left = _gone(ctx)
    hits = []
    for place in np.flatnonzero(gone).tolist():
        row = int(table.ints("customer")[place])
        same = [other for other in rows_of(table, row) if table["role"][other] == CHAMPION]
        if place not in same or not all(gone[other] or _later(ctx, other) for other in same):
            continue
        name, left_us = table["name"][place], bool(left[place])
        text = f"Champion {name} left." if left_us else f"Champion {name}: mail bounced."
        values = {"clause": CHAMPION, "contact": name, "left": left_us}
        hits.append(_hit(ctx, row, table["source_id"][place], HIGH, text, values, {}))
    return hits


def _gone(ctx: Context) -> tuple[Bools, Bools]:
    """Contacts known on D who left by then or whose mail bounces, and those who left."""
    table = ctx.facts.tables["contact"]
    left = table.ints("left_on")
    left_us = (left != MISSING) & (left <= ctx.day)
    here = (table.ints("customer") != MISSING) & (table.ints("created_at_day") <= ctx.day)
    return np.asarray(here & (left_us | np.asarray(table["bounced"]))), np.asarray(left_us)


def _later(ctx: Context, place: int) -> bool:
    """A contact created after D does not exist on D."""
    return int(ctx.facts.tables["contact"].ints("created_at_day")[place]) > ctx.day


def _top_users(ctx: Context, limits: Limits) -> list[Hit]:
    """Who made more than half of the use of 60 days and has been silent for the last 14."""
    if not _person_days_known(ctx, limits):
        return []
    usage, window = ctx.facts.usage, person_window(ctx.facts, ctx.day)
    days, quiet = limits.whole("top_window_days"), limits.whole("top_silent_days")
    cells = window.cut(usage.person_events, ctx.day - days, ctx.day - 1)
    total = cells.sum(axis=1, dtype=np.int64)
    whole = np.zeros(ctx.facts.count, np.int64)
    np.add.at(whole, usage.person_customer, total)
    share = limits["top_percent"]
    of_customer = whole[usage.person_customer]
    top = total * 100 * share.denominator > of_customer * share.numerator
    top &= (cells[:, days - quiet :].sum(axis=1, dtype=np.int64) == 0) & (total > 0)
    hits = []
    for place in np.flatnonzero(top).tolist():
        row, key = int(usage.person_customer[place]), usage.person_keys[place]
        silent = int(days - np.flatnonzero(cells[place])[-1])
        contact, name = _contact_of(ctx, row, key)
        part = whole_percent(int(total[place]), int(of_customer[place]))
        text = f"{name}, {part} % of use, silent {days_text(silent)}."
        values = {"clause": TOP_USER, "person": key, "share_percent": part, "days": silent}
        shown = limits.shown("top_percent", "top_silent_days", "top_window_days")
        hits.append(_hit(ctx, row, contact, MEDIUM, text, values, shown))
    return hits


def _person_days_known(ctx: Context, limits: Limits) -> bool:
    window = person_window(ctx.facts, ctx.day)
    first = ctx.day - limits.whole("top_window_days")
    return not ctx.stale("usage") and window.covers(first, ctx.day - 1)


def _contact_of(ctx: Context, row: int, person: str) -> tuple[str, str]:
    """(contact id, name) of a person of usage; both the person's key when no contact has it."""
    table = ctx.facts.tables["contact"]
    for place in rows_of(table, row):
        keys = {table["user_key"][place], table["email"][place], table["source_id"][place]}
        if person in keys:
            return str(table["source_id"][place]), str(table["name"][place])
    return person, person


def _clear(ctx: Context, limits: Limits, row: int, subject: str, clause: str) -> str:
    """Contact logged, role filled, used again, a second contact, a CSM."""
    if clause == GAP:
        return CLEAR if _silence(ctx)[row] != MISSING else UNKNOWN
    if clause == TOP_USER:
        return _used_again(ctx, limits, row, subject)
    return ENDED


def _used_again(ctx: Context, limits: Limits, row: int, subject: str) -> str:
    if not _person_days_known(ctx, limits):
        return UNKNOWN
    usage, window = ctx.facts.usage, person_window(ctx.facts, ctx.day)
    quiet = limits.whole("top_silent_days")
    for place in np.flatnonzero(usage.person_customer == row).tolist():
        if _contact_of(ctx, row, usage.person_keys[place])[0] == subject:
            cells = window.cut(usage.person_events[place : place + 1], ctx.day - quiet, ctx.day - 1)
            return CLEAR if cells.any() else HOLDS
    return HOLDS


RULE = Rule(
    id="contact_gap",
    number=11,
    category=COMPANY_RISK,
    title="Contact gap",
    sources=("crm",),
    check=check,
    limits=LIMITS,
)
