"""Sub-tab Tasks: what there is to do for this customer, and what was done."""

from __future__ import annotations

from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import SEVERITIES
from csmdesk.domain.page import Cell, Head, Tab, Table
from csmdesk.domain.texts import not_checked_since, number
from csmdesk.engine.figures.alerts import LABELS
from csmdesk.engine.figures.customer.context import CustomerContext, text_cell
from csmdesk.engine.figures.tasks import open_mask
from csmdesk.engine.rules import RULES

TITLES = {rule.id: rule.title for rule in RULES}
ALERT_TONES = {"Risk": "poor", "Upsell": "good", "Renewal": "neutral", "Onboarding": "info"}
TONES = {3: "poor", 2: "neutral", 1: "info"}
HEADS = (
    Head("priority", "Priority", width=84),
    Head("task", "Task"),
    Head("type", "Type", width=136),
    Head("status", "Status", width=112),
    Head("due", "Due", width=108),
    Head("first_seen", "First seen", width=108),
)


def tab(context: CustomerContext) -> Tab:
    tasks = context.portfolio.tasks
    own = tasks.ints("customer") == context.at
    is_open = open_mask(tasks, context.day) & own
    open_rows = _sorted(context, is_open.nonzero()[0].tolist())
    others = _sorted(context, (own & ~is_open).nonzero()[0].tolist())
    blocks = (
        _table(context, "open_tasks", "Open", open_rows, "Nothing to do here. Well kept."),
        _table(context, "closed_tasks", "Finished, snoozed and resolved", others, "Nothing yet."),
        _alerts(context),
    )
    return Tab("tasks", "Tasks", str(len(open_rows)) if open_rows else "", blocks)


def _sorted(context: CustomerContext, rows: list[int]) -> list[int]:
    tasks = context.portfolio.tasks
    severity, due = tasks.ints("severity"), tasks.ints("due_on")
    return sorted(rows, key=lambda row: (-int(severity[row]), int(due[row]), row))


def _table(context: CustomerContext, key: str, title: str, rows: list[int], empty: str) -> Table:
    ids = tuple(context.portfolio.tasks["id"][row] for row in rows)
    cells = tuple(_cells(context, row) for row in rows)
    return Table(key, title, HEADS, cells, empty, ids)


def _cells(context: CustomerContext, row: int) -> tuple[Cell, ...]:
    tasks = context.portfolio.tasks
    severity = int(tasks["severity"][row])
    word = SEVERITIES[severity]
    comment = tasks["comment"][row]
    tip = f"Comment: {comment}" if comment else ""
    if tasks["state"][row] == "stale":
        tip = f"{not_checked_since(int(tasks['checked_on'][row]))} {tip}".rstrip()
    text = tasks["text"][row]
    return (
        Cell(word, word, TONES[severity], pill=True),
        Cell(text, text, tip=tip),
        text_cell(TITLES[tasks["rule"][row]]),
        _status(context, row),
        _due(context, row),
        context.day_cell(int(tasks["first_seen"][row])),
    )


def _due(context: CustomerContext, row: int) -> Cell:
    """The due day; "overdue 3 d" while the task is open."""
    day = int(context.portfolio.tasks["due_on"][row])
    cell = context.day_cell(day)
    done = context.portfolio.tasks["shown_state"][row] == "finished"
    late = context.day - day
    if late <= 0 or day == MISSING or done or not context.portfolio.tasks["active"][row]:
        return cell
    return Cell(f"overdue {number(late)} d", cell.value, "poor", cell.tip)


def _status(context: CustomerContext, row: int) -> Cell:
    tasks = context.portfolio.tasks
    snoozed = int(tasks["snooze_until"][row])
    if not tasks["active"][row]:
        return Cell("Resolved", "resolved", "", pill=True)
    state = tasks["shown_state"][row]
    if state != "finished" and snoozed != MISSING and snoozed > context.day:
        until = context.day_cell(snoozed)
        return Cell(f"Snoozed, {until.text}", "snoozed", "info", until.tip, pill=True)
    tones = {"started": "good", "in progress": "good", "finished": "info"}
    return Cell(state.capitalize(), state, tones.get(state, ""), pill=True)


def _alerts(context: CustomerContext) -> Table:
    alerts = context.portfolio.alerts
    rows = (alerts.ints("customer") == context.at).nonzero()[0].tolist()
    opened = alerts.ints("opened_on")
    rows.sort(key=lambda row: (-int(opened[row]), row))
    heads = (
        Head("type", "Type", width=110),
        Head("alert", "Alert"),
        Head("opened", "Opened", width=110),
        Head("closed", "Closed", width=110),
    )
    cells = tuple(
        (
            _alert_type(alerts["type"][row]),
            text_cell(alerts["text"][row]),
            context.day_cell(int(opened[row])),
            _closed(context, int(alerts["closed_on"][row])),
        )
        for row in rows
    )
    return Table("alerts", "Alerts", heads, cells, "No alert so far.")


def _alert_type(kind: str) -> Cell:
    return Cell(LABELS.get(kind, kind), kind, ALERT_TONES[kind], pill=True)


def _closed(context: CustomerContext, day: int) -> Cell:
    return Cell("still open", None, "poor") if day == MISSING else context.day_cell(day)
