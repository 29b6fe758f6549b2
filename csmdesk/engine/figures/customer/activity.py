"""Sub-tab Activity overview: the people and everything that happened, newest first."""

from __future__ import annotations

from csmdesk.domain.days import MISSING, start_of_day
from csmdesk.domain.page import Cell, Field, Fields, Head, Tab, Table
from csmdesk.domain.texts import days_ago
from csmdesk.engine.figures.customer.context import CustomerContext, text_cell

TIMELINE = 200
KINDS = {"email": "E-mail", "call": "Call", "meeting": "Meeting", "note": "Note"}
Entry = tuple[int, str, str, str, str]
"""(instant, kind, subject, who, detail)."""


def tab(context: CustomerContext) -> Tab:
    return Tab(
        "activity",
        "Activity overview",
        "",
        (_timeline(context), _contacts(context)),
        (_last(context),),
    )


def _last(context: CustomerContext) -> Fields:
    fields = tuple(
        Field(key, label, context.day_cell(context.measure(f"last_{key}_on")))
        for key, label in (
            ("two_way", "Two-way contact"),
            ("inbound", "Message from them"),
            ("outbound", "Message from us"),
        )
    )
    return Fields("last_contact", "Last contact", fields)


def _contacts(context: CustomerContext) -> Table:
    heads = (
        Head("name", "Name"),
        Head("title", "Title", width=120),
        Head("role", "Role", width=116),
        Head("email", "E-mail", width=160),
        Head("last_seen", "Last seen", width=106),
        Head("state", "State", width=76),
    )
    rows = []
    for one in context.rows.contacts:
        gone = one.left_on is not None and one.left_on <= context.day
        state = Cell("Active", "active", "good", pill=True)
        if gone or one.bounced:
            word = "Left" if gone else "Bounced"
            state = Cell(word, word.lower(), "poor", pill=True)
        rows.append(
            (
                text_cell(one.name),
                text_cell(one.title),
                text_cell((one.role or "").replace("_", " ").capitalize() or None),
                text_cell(one.email),
                context.instant_cell(one.last_seen_at),
                state,
            )
        )
    return Table("contacts", "Contacts", heads, tuple(rows), "No contact in the CRM.")


def _timeline(context: CustomerContext) -> Table:
    entries = [*_activities(context), *_tickets(context), *_deals(context), *_notes(context)]
    entries += _system(context)
    entries.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    heads = (
        Head("when", "When", width=110),
        Head("kind", "Kind", width=90),
        Head("subject", "Subject"),
        Head("who", "Who", width=130),
        Head("detail", "Detail", width=160),
    )
    rows = tuple(
        (
            context.instant_cell(at),
            Cell(kind, kind.lower(), pill=True),
            text_cell(subject),
            text_cell(who),
            text_cell(detail),
        )
        for at, kind, subject, who, detail in entries[:TIMELINE]
    )
    filters = (("kind", "Kind"),)
    return Table("timeline", "Timeline", heads, rows, "Nothing logged yet.", filters=filters)


def _activities(context: CustomerContext) -> list[Entry]:
    made = []
    for one in context.rows.activities:
        detail = {"in": "from them", "out": "from us"}.get(one.direction or "", "")
        if one.held:
            detail = "held" if one.kind == "meeting" else "connected"
        subject = one.subject or (one.body or "").splitlines()[0] if one.subject or one.body else ""
        made.append(
            (one.at, KINDS.get(one.kind, one.kind.capitalize()), subject, one.author or "", detail)
        )
    return made


def _tickets(context: CustomerContext) -> list[Entry]:
    made = []
    for one in context.rows.tickets:
        solved = one.solved_at is not None and context.day_of(one.solved_at) <= context.day
        state = "solved" if solved else "open"
        made.append((one.created_at, "Ticket", one.subject, "", f"{one.priority}, {state}"))
    return made


def _deals(context: CustomerContext) -> list[Entry]:
    return [
        (one.created_at, "Deal", one.name, "", one.stage or "")
        for one in context.rows.deals
        if one.created_at is not None
    ]


def _notes(context: CustomerContext) -> list[Entry]:
    return [
        (one.at, KINDS.get(one.kind, "Note"), one.subject or one.body, one.author, "written here")
        for one in context.rows.notes
    ]


def _system(context: CustomerContext) -> list[Entry]:
    """What the engine noticed: alerts opened and closed."""
    alerts = context.portfolio.alerts
    made = []
    for row in (alerts.ints("customer") == context.at).nonzero()[0].tolist():
        opened, closed = int(alerts["opened_on"][row]), int(alerts["closed_on"][row])
        text = alerts["text"][row]
        state = "open" if closed == MISSING else f"closed {days_ago(closed, context.day)}"
        made.append((start_of_day(opened, context.zone), "Alert", text, "CSMDesk", state))
    return made
