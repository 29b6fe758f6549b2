"""Cells of plain text."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from csmdesk.views.cells.look import Look


def paint(p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool) -> None:
    look.draw_text(p, rect, text, look.regular, "text", right=right)


def paint_strong(
    p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool
) -> None:
    look.draw_text(p, rect, text, look.strong, "text", right=right)


def paint_muted(p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool) -> None:
    look.draw_text(p, rect, text, look.small, "muted", right=right)


def paint_number(
    p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool
) -> None:
    look.draw_text(p, rect, text, look.tabular, "text", right=right)


def paint_toned(p: QPainter, rect: QRect, text: str, payload: Any, look: Look, right: bool) -> None:
    tone = payload[1]
    color = f"{tone}_text" if tone in ("good", "neutral", "poor", "info") else tone or "text"
    look.draw_text(p, rect, text, look.regular, color, right=right)
