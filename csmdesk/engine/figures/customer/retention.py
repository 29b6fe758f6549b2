"""Sub-tab Retention signals: what speaks for and against this customer staying."""

from __future__ import annotations

from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import BANDS
from csmdesk.domain.page import Cell, Field, Fields, Head, Tab, Table
from csmdesk.domain.texts import decimal, plural
from csmdesk.engine.figures.customer.breakdown import risk
from csmdesk.engine.figures.customer.context import CustomerContext, text_cell
from csmdesk.engine.figures.customer.header import BAND_TONES, header

SIGNAL_RULES = ("no_login", "usage_drop", "technical_drift", "nps_detractor", "contact_gap")


def tab(context: CustomerContext) -> Tab:
    main = (_signals(context), _answers(context))
    return Tab(
        "retention",
        "Retention signals",
        "",
        main,
        (_outlook(context), risk(context), _sentiment(context)),
    )


def _signals(context: CustomerContext) -> Table:
    """Open churn-risk and company-risk tasks and open Risk alerts: every sign of leaving."""
    tasks, alerts = context.portfolio.tasks, context.portfolio.alerts
    heads = (
        Head("signal", "Signal"),
        Head("from", "From", width=110),
        Head("since", "Since", width=110),
    )
    own = (alerts.ints("customer") == context.at) & (alerts.ints("closed_on") == MISSING)
    rows = [
        (
            text_cell(alerts["text"][row], "poor"),
            Cell("Alert", "alert", "poor", pill=True),
            context.day_cell(int(alerts["opened_on"][row])),
        )
        for row in own.nonzero()[0].tolist()
        if alerts["type"][row] == "Risk"
    ]
    mine = (tasks.ints("customer") == context.at) & tasks["active"]
    rows += [
        (
            text_cell(tasks["text"][row]),
            Cell("Task", "task", pill=True),
            context.day_cell(int(tasks["opened_on"][row])),
        )
        for row in mine.nonzero()[0].tolist()
        if tasks["rule"][row] in SIGNAL_RULES
    ]
    return Table("signals", "Churn signals", heads, tuple(rows), "No sign of leaving today.")


def _answers(context: CustomerContext) -> Table:
    heads = (
        Head("score", "Score", right=True, width=70),
        Head("group", "Group", width=110),
        Head("who", "Who", width=200),
        Head("comment", "Comment"),
        Head("answered", "Answered", width=110),
    )
    names: dict[str, str | None] = {
        contact.user_key: contact.name
        for contact in context.rows.contacts
        if contact.user_key is not None
    }
    rows = []
    for one in context.rows.nps:
        group, tone = _group(one.score)
        rows.append(
            (
                Cell(str(one.score), one.score),
                Cell(group, group.lower(), tone, pill=True),
                text_cell(names.get(one.contact_key or "", one.contact_key or None)),
                text_cell(one.comment),
                context.instant_cell(one.answered_at),
            )
        )
    return Table("nps", "NPS answers", heads, tuple(rows), "Nobody has answered a survey yet.")


def _group(score: int) -> tuple[str, str]:
    if score >= 9:
        return "Promoter", "good"
    return ("Passive", "neutral") if score >= 7 else ("Detractor", "poor")


def _outlook(context: CustomerContext) -> Fields:
    """The renewal: when, how much, in which health."""
    shown = {field.key: field for field in header(context)}
    band = BANDS[context.number("band")]
    nps = context.number("nps")
    mean = Cell("–", None) if nps == MISSING else Cell(decimal(nps, 100, 1), nps / 100)
    open_risk = sum(
        1
        for row in (context.portfolio.alerts.ints("customer") == context.at).nonzero()[0].tolist()
        if context.portfolio.alerts["type"][row] == "Risk"
        and context.portfolio.alerts["closed_on"][row] == MISSING
    )
    health = Cell(f"{context.number('chi')} ({band})", band, BAND_TONES.get(band, ""))
    risk_cell = Cell(plural(open_risk, "alert"), open_risk, "poor" if open_risk else "good")
    fields = (
        shown["renewal"],
        shown["acv"],
        Field("band", "Health", health),
        Field("nps_mean", "NPS mean", mean),
        Field("risk_alerts", "Open risk alerts", risk_cell),
    )
    return Fields("outlook", "Renewal outlook", fields)


def _sentiment(context: CustomerContext) -> Fields:
    entry = context.rows.sentiment
    if entry is None:
        cell = Cell("not given", None, "muted")
        return Fields("sentiment", "Sentiment", (Field("sentiment", "Yours", cell),))
    tone = {"positive": "good", "negative": "poor"}.get(entry.sentiment, "neutral")
    fields = (
        Field("sentiment", "Yours", Cell(entry.sentiment.capitalize(), entry.sentiment, tone)),
        Field("reason", "Because", text_cell(entry.reason)),
        Field("set_on", "Set", context.day_cell(entry.set_on)),
    )
    return Fields("sentiment", "Sentiment", fields, f"by {entry.who}")
