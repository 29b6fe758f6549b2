"""The header of a customer tab: who, how healthy, what it is worth, what changed."""

from __future__ import annotations

from dataclasses import replace

from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import BANDS
from csmdesk.domain.page import Cell, Field
from csmdesk.domain.texts import date_text, days_ago, month_text, plural, signed
from csmdesk.engine.figures.customer.context import CustomerContext, text_cell
from csmdesk.engine.figures.tasks import open_mask

BAND_TONES = {"good": "good", "neutral": "neutral", "poor": "poor"}
SENDING_MARK = "↑"
CONFLICT_MARK = "≠"
CONFLICT = "The CRM says something else: decide on the page Data quality."
NOT_SENT = "Not in the CRM yet: sent after the next sync."
SHOWN_CHANGE = 3
"""A change of the CHI below this many points in a week is no news."""


def header(context: CustomerContext) -> tuple[Field, ...]:
    derived = " (from MRR)" if context.number("acv_derived") else ""
    acv = context.money_cell(context.number("acv"))
    fields = [
        Field("csm", "CSM", marked(context, "owner_id", text_cell(context.text("csm")))),
        Field("stage", "Stage", marked(context, "stage", text_cell(context.text("stage")))),
        Field("since", "Customer since", _since(context)),
        Field("acv", "ACV", Cell(acv.text + derived, acv.value)),
        Field("mrr", "MRR", context.money_cell(context.number("mrr"))),
        Field("renewal", "Renewal", marked(context, "renewal_on", _renewal(context))),
        Field("contact", "Main contact", _person(context, context.text("main_contact"))),
        Field("champion", "Champion", _person(context, context.text("champion"))),
    ]
    return tuple(fields)


def pills(context: CustomerContext) -> tuple[Cell, ...]:
    """Band, status, tier and tags, in that order; a tag that says the same again is left out."""
    band = BANDS[context.number("band")]
    made = [Cell(band.capitalize(), band, BAND_TONES.get(band, ""), pill=True)]
    status = context.text("status")
    if status and status != "Active":
        made.append(Cell(status, status, "poor" if status == "Past due" else "info", pill=True))
    if context.number("at_risk"):
        made.append(Cell("At risk", "at risk", "poor", pill=True))
    tier = context.text("tier")
    made += [marked(context, "tier", Cell(tier, tier, pill=True))] if tier else []
    told = {cell.text.casefold() for cell in made}
    tags = context.portfolio.customers["tags"][context.at]
    return (*made, *(Cell(tag, tag, pill=True) for tag in tags if tag.casefold() not in told))


def marked(context: CustomerContext, field: str, cell: Cell) -> Cell:
    """The cell with a quiet mark when it shows an edit that the CRM does not hold yet, and with
    another one when the CRM holds something else meanwhile."""
    if field not in context.portfolio.customers["unsent"][context.at]:
        return cell
    in_conflict = field in _conflicts(context)
    mark, told = (CONFLICT_MARK, CONFLICT) if in_conflict else (SENDING_MARK, NOT_SENT)
    tip = f"{told} {cell.tip}".strip()
    tone = "poor" if in_conflict else cell.tone
    return replace(cell, text=f"{cell.text} {mark}", tip=tip, tone=tone)


def _conflicts(context: CustomerContext) -> set[str]:
    """Fields of this customer that a person has to decide."""
    found, customer = context.portfolio.quality, context.text("id")
    rows = zip(found["kind"], found["key"], found["customers"], strict=True)
    return {
        key.rpartition(":")[2]
        for kind, key, customers in rows
        if kind == "conflict" and customer in customers
    }


def what_changed(context: CustomerContext) -> str:
    """ "CHI −12 since 3 days ago because …": the newest notable change of the last week."""
    chi = context.portfolio.chi_history[-8:, context.at].astype(int).tolist()
    now = chi[-1]
    if now < 0:
        return "Not scored: not enough data."
    best = max(
        ((now - before, place) for place, before in enumerate(chi[:-1]) if before >= 0),
        key=lambda pair: abs(pair[0]),
        default=(0, 0),
    )
    change, place = best
    if abs(change) < SHOWN_CHANGE:
        return "CHI unchanged in the last 7 days."
    since = days_ago(context.day - (len(chi) - 1 - place), context.day)
    reason = context.text("why1")
    because = f" because: {reason}." if change < 0 and reason else "."
    return f"CHI {signed(change)} since {since}{because}"


def next_step(context: CustomerContext) -> str:
    """The open task that comes first: highest severity, then soonest due."""
    tasks = context.portfolio.tasks
    mask = open_mask(tasks, context.day) & (tasks.ints("customer") == context.at)
    rows = mask.nonzero()[0].tolist()
    if not rows:
        return "Nothing to do: no open task."
    severity, due = tasks.ints("severity"), tasks.ints("due_on")
    first = min(rows, key=lambda row: (-int(severity[row]), int(due[row])))
    when = days_ago(int(due[first]), context.day)
    return f"{tasks['text'][first]} Due {when}."


def _since(context: CustomerContext) -> Cell:
    day = context.measure("customer_since")
    if day == MISSING:
        return Cell("–", None)
    return Cell(month_text(day), iso_day(day), tip=date_text(day))


def _renewal(context: CustomerContext) -> Cell:
    day = context.number("renewal_on")
    if day == MISSING:
        return Cell("rolling", None, "muted", "No contract date; every term is short.")
    left = day - context.day
    distance = f"{plural(left, 'day')}" if left >= 0 else f"{plural(-left, 'day')} ago"
    tone = "poor" if left < 30 else "neutral" if left < 90 else ""
    return Cell(f"{date_text(day)} ({distance})", iso_day(day), tone)


def _person(context: CustomerContext, name: str | None) -> Cell:
    """Name with role, last seen and mail."""
    if name is None:
        return Cell("none", None, "muted")
    for contact in context.rows.contacts:
        if contact.name == name:
            parts = [part for part in (contact.title, contact.email) if part]
            if contact.last_seen_at is not None:
                seen = days_ago(context.day_of(contact.last_seen_at), context.day)
                parts.append(f"seen {seen}")
            return Cell(name, name, tip=" · ".join(parts))
    return Cell(name, name)
