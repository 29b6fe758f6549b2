"""Painted cells: one file per kind; `canvas` picks among them by the column."""

from __future__ import annotations

from csmdesk.models.columns import Cell
from csmdesk.views.cells import bar, dial, flag, pills, spark, text
from csmdesk.views.cells.look import Painter

PAINTERS: dict[Cell, Painter] = {
    Cell.TEXT: text.paint,
    Cell.STRONG: text.paint_strong,
    Cell.MUTED: text.paint_muted,
    Cell.NUMBER: text.paint_number,
    Cell.DIAL: dial.paint,
    Cell.SPARK: spark.paint,
    Cell.PILLS: pills.paint,
    Cell.PILL: pills.paint_one,
    Cell.BAR: bar.paint,
    Cell.TONED: text.paint_toned,
    Cell.FLAG: flag.paint,
}
