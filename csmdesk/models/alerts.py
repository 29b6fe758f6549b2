"""Columns of alert tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csmdesk.domain.texts import date_text
from csmdesk.models.columns import Cell, Column, Tip, plain
from csmdesk.models.formats import ago
from csmdesk.models.rows import ColumnRows, Rows
from csmdesk.models.tasks import chi_dial, chi_text, with_customer

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio

TYPE_WORDS = {"Risk": "Churn risk"}
TYPE_TONES = {"Risk": "poor", "Upsell": "good", "Renewal": "neutral", "Onboarding": "info"}


def alert_type(rows: Rows, row: int) -> str:
    kind = rows.get("type", row) or ""
    return TYPE_WORDS.get(kind, kind)


def _type_pill(rows: Rows, row: int) -> tuple[str, str]:
    return alert_type(rows, row), TYPE_TONES.get(rows.get("type", row) or "", "")


def _opened(rows: Rows, row: int) -> str:
    return ago(rows.get("opened_on", row) or rows.day, rows.day)


def _opened_tip(rows: Rows, row: int) -> Tip | None:
    day = rows.get("opened_on", row)
    return None if day is None else Tip("Opened", lines=(date_text(day),))


def _state(rows: Rows, row: int) -> str:
    closed = rows.get("closed_on", row)
    return "Open" if closed is None else f"Closed {ago(closed, rows.day)}"


def _state_pill(rows: Rows, row: int) -> tuple[str, str]:
    return _state(rows, row), "info" if rows.get("closed_on", row) is None else ""


def _step(rows: Rows, row: int) -> str:
    return "Planned" if rows.get("action_step", row) else "Nothing planned"


ALERT_COLUMNS: tuple[Column, ...] = (
    Column("type", "Type", 110, alert_type, Cell.PILL, _type_pill, sort="type"),
    Column("text", "Alert", 420, plain("text"), sort="text"),
    Column("customer", "Customer", 180, plain("name"), sort="name"),
    Column("chi", "CHI", 62, chi_text, Cell.DIAL, chi_dial, sort="chi"),
    Column("opened", "Opened", 116, _opened, Cell.MUTED, sort="opened_on", tip=_opened_tip),
    Column("state", "State", 120, _state, Cell.PILL, _state_pill, sort="closed_on"),
    Column("step", "Action step", 130, _step, Cell.MUTED, sort="action_step"),
    Column("csm", "CSM", 120, plain("csm"), sort="csm", shown=False),
)


def alert_rows(portfolio: Portfolio) -> ColumnRows:
    """All alert episodes with what is shown of their customers."""
    alerts = portfolio.alerts
    keys = [
        f"{key}/{int(episode)}"
        for key, episode in zip(alerts["id"], alerts["episode"], strict=True)
    ]
    extra = with_customer(portfolio, alerts)
    return ColumnRows(alerts, portfolio.day, portfolio.currency, keys, extra)
