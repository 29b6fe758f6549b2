"""Columns of task tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csmdesk.domain.texts import not_checked_since
from csmdesk.models.columns import Cell, Column, Tip, plain
from csmdesk.models.counts import open_tasks
from csmdesk.models.customers import BAND_WORDS, due_text
from csmdesk.models.formats import short_date
from csmdesk.models.rows import ColumnRows, Rows

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio

SEVERITY_WORDS = {1: "Low", 2: "Medium", 3: "High"}
SEVERITY_TONES = {1: "info", 2: "neutral", 3: "poor"}
STATE_TONES = {"started": "good", "in progress": "good", "finished": "info"}
RULE_TITLES = {
    "renewal_due": "Renewal",
    "payment_overdue": "Payment",
    "capacity": "Capacity",
    "no_login": "Inactivity",
    "usage_drop": "Decline",
    "technical_drift": "Technical",
    "nps_detractor": "Sentiment",
    "product_unused": "Shelfware",
    "seats_unused": "Seats",
    "feature_shelf": "Features",
    "contact_gap": "Contact",
    "record_integrity": "Integrity",
}


def _severity(rows: Rows, row: int) -> str:
    return SEVERITY_WORDS.get(rows.get("severity", row) or 0, "")


def _severity_pill(rows: Rows, row: int) -> tuple[str, str]:
    value = rows.get("severity", row) or 0
    return SEVERITY_WORDS.get(value, ""), SEVERITY_TONES.get(value, "")


def chi_text(rows: Rows, row: int) -> str:
    """The customer's CHI, "–" before the first score."""
    value = rows.get("chi", row)
    return "–" if value is None else str(value)


def chi_dial(rows: Rows, row: int) -> tuple[int, int, bool]:
    """What a dial cell paints: CHI, band (-1: none), hatched for thin data (here never)."""
    value, band = rows.get("chi", row), rows.get("band", row)
    return (-1 if value is None else value), (-1 if band is None else band), False


def _spoken_chi(rows: Rows, row: int) -> str:
    return f"CHI {chi_text(rows, row)}, {BAND_WORDS[chi_dial(rows, row)[1]]}"


def _category(rows: Rows, row: int) -> str:
    rule = rows.get("rule", row) or ""
    return f"{rows.get('category', row) or ''} · {RULE_TITLES.get(rule, rule)}"


def task_state(rows: Rows, row: int) -> str:
    """ "Not started", "Snoozed → 30 Nov", "Resolved" …, in the order of `figures.tasks.status_of`."""
    if not rows.get("active", row):
        return "Resolved"
    state, asleep = str(rows.get("shown_state", row) or ""), rows.get("snooze_until", row)
    if state != "finished" and asleep is not None and asleep > rows.day:
        return f"Snoozed → {short_date(asleep)}"
    return state.capitalize()


def _state_pill(rows: Rows, row: int) -> tuple[str, str]:
    text = task_state(rows, row)
    tone = "info" if text.startswith("Snoozed") else STATE_TONES.get(text.casefold(), "")
    return text, tone


def _due(rows: Rows, row: int) -> str:
    return due_text(rows, row, "due_on")


def _due_flag(rows: Rows, row: int) -> tuple[str, str]:
    day = rows.get("due_on", row)
    return _due(rows, row), "poor" if day is not None and day < rows.day else ""


def _text_tip(rows: Rows, row: int) -> Tip | None:
    since = rows.get("checked_on", row) if rows.get("state", row) == "stale" else None
    stale = not_checked_since(since) if since is not None else None
    told = (rows.get("text", row), stale, rows.get("comment", row))
    lines = tuple(text for text in told if text)
    return Tip(_severity(rows, row), f"· {_category(rows, row)}", lines)


TASK_COLUMNS: tuple[Column, ...] = (
    Column("priority", "Priority", 86, _severity, Cell.PILL, _severity_pill, sort="severity"),
    Column("task", "Task", 410, plain("text"), sort="text", tip=_text_tip),
    Column("customer", "Customer", 160, plain("name"), sort="name"),
    Column("chi", "CHI", 62, chi_text, Cell.DIAL, chi_dial, sort="chi", spoken=_spoken_chi),
    Column("category", "Category", 176, _category, Cell.MUTED, sort="category"),
    Column("status", "Status", 120, task_state, Cell.PILL, _state_pill, sort="shown_state"),
    Column("due", "Due", 106, _due, Cell.FLAG, _due_flag, sort="due_on"),
    Column("csm", "CSM", 120, plain("csm"), sort="csm", shown=False),
    Column("assignee", "Assignee", 140, plain("assignee"), sort="assignee", shown=False),
    Column("comment", "Comment", 200, plain("comment"), Cell.MUTED, sort="comment", shown=False),
)


def with_customer(portfolio: Portfolio, table: Any) -> dict[str, Any]:
    """Columns of a table's customers beside its own: name, csm, chi, band, customer_id."""
    import numpy as np

    from csmdesk.domain.days import MISSING

    customers = portfolio.customers
    place = table.ints("customer")
    chi = customers.ints("chi").astype(np.int64)[place]
    return {
        "name": [customers["name"][i] for i in place],
        "csm": [customers["csm"][i] for i in place],
        "customer_id": [customers["id"][i] for i in place],
        "chi": np.where(chi < 0, MISSING, chi),
        "band": customers.ints("band")[place],
    }


def task_rows(portfolio: Portfolio) -> ColumnRows:
    """All tasks with what is shown of their customers; masks choose among them."""
    tasks = portfolio.tasks
    keys = [str(key) for key in tasks["id"]]
    extra = with_customer(portfolio, tasks)
    return ColumnRows(tasks, portfolio.day, portfolio.currency, keys, extra)


__all__ = ["TASK_COLUMNS", "open_tasks", "task_rows", "task_state", "with_customer"]
