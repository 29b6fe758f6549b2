"""Columns of the data-quality inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csmdesk.domain.quality import KINDS
from csmdesk.models.columns import Cell, Column, Tip, plain
from csmdesk.models.rows import ColumnRows, Rows

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio

TONES = {
    "conflict": "poor",
    "unwritten": "poor",
    "stale": "poor",
    "ambiguous": "neutral",
    "duplicate": "neutral",
    "disagree": "info",
}


def kind_word(rows: Rows, row: int) -> str:
    return KINDS[rows.get("kind", row)]


def _kind_pill(rows: Rows, row: int) -> tuple[str, str]:
    return kind_word(rows, row), TONES.get(rows.get("kind", row), "")


def _why_tip(rows: Rows, row: int) -> Tip | None:
    return Tip(str(rows.get("title", row)), kind_word(rows, row), (str(rows.get("text", row)),))


QUALITY_COLUMNS: tuple[Column, ...] = (
    Column("kind", "Kind", 150, kind_word, Cell.PILL, _kind_pill, sort="kind"),
    Column("title", "What", 260, plain("title"), Cell.STRONG, sort="title"),
    Column("text", "Why", 480, plain("text"), sort="text", tip=_why_tip),
    Column("source", "Source", 110, plain("source"), Cell.MUTED, sort="source"),
    Column("account", "Record", 180, plain("account"), Cell.MUTED, sort="account", shown=False),
)


def quality_rows(portfolio: Portfolio) -> ColumnRows:
    found = portfolio.quality
    keys = [f"{kind}/{key}" for kind, key in zip(found["kind"], found["key"], strict=True)]
    return ColumnRows(found, portfolio.day, portfolio.currency, keys)
