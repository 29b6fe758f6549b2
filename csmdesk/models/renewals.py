"""Columns of the renewals table: customers in the order of their renewal dates."""

from __future__ import annotations

from csmdesk.domain.texts import date_text
from csmdesk.models.columns import Cell, Column
from csmdesk.models.customers import CUSTOMER_COLUMNS
from csmdesk.models.rows import Rows

WANTED = ("name", "chi", "spark", "renewal", "acv", "mrr", "tier", "status", "usage")
BEHIND = ("open_tasks", "csm")


def _date(rows: Rows, row: int) -> str:
    day = rows.get("renewal_on", row)
    return "" if day is None else date_text(day)


def _columns() -> tuple[Column, ...]:
    known = {column.key: column for column in CUSTOMER_COLUMNS}
    date = Column("date", "Date", 110, _date, Cell.MUTED, sort="renewal_on")
    made = [known[key] for key in WANTED]
    made.insert(made.index(known["renewal"]) + 1, date)
    return tuple(made + [known[key] for key in BEHIND])


RENEWAL_COLUMNS = _columns()
