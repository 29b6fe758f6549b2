"""Foreign values as the import format writes them: other words, dates and numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time

_DATED = ("day", "at", "cancel_at", "trial_end", "since", "until")
NUMBERS = frozenset(
    (
        *("acv", "amount", "amount_due", "amount_paid", "quantity", "seats", "discount_percent"),
        *("capacity", "attempts", "interval_count", "count", "users", "failed", "level"),
        *("csat", "score", "metered_amount"),
    )
)


def _number(decimal: str, other: str) -> re.Pattern[str]:
    """Numbers with a decimal sign. What parts thousands stands where it can part them: a "1.5"
    among numbers with a comma is none of them, and no 15."""
    apart = rf"[\s'\u2019{other}]"
    return re.compile(rf"[-+]?(\d+|\d{{1,3}}({apart}\d{{2,3}})*{apart}\d{{3}})([{decimal}]\d+)?")


_NUMBERS = {",": _number(",", "."), ".": _number(".", ",")}

Rows = list[list[str]]


def is_dated(column: str) -> bool:
    """Whether a column of the import format holds dates or instants."""
    return column.endswith(("_on", "_at")) or column in _DATED


def rename_values(
    columns: Sequence[str], rows: Rows, values: Mapping[str, Mapping[str, str]]
) -> None:
    for column, names in values.items():
        if column in columns:
            place = columns.index(column)
            for row in rows:
                row[place] = names.get(row[place], row[place])


def plain_dates(columns: Sequence[str], rows: Rows, date_format: str) -> None:
    """Dates in a foreign format as ISO text; a cell that does not match stays and is refused."""
    if not date_format:
        return
    for place in (place for place, column in enumerate(columns) if is_dated(column)):
        for row in rows:
            row[place] = _iso_date(row[place], date_format)


def plain_numbers(columns: Sequence[str], rows: Rows, decimal: str) -> None:
    """Numbers with a foreign decimal sign as plain ones; what is none then stays."""
    if not decimal:
        return
    for place in (place for place, column in enumerate(columns) if column in NUMBERS):
        for row in rows:
            row[place] = _plain_number(row[place], decimal)


def _plain_number(text: str, decimal: str) -> str:
    if not _NUMBERS[decimal].fullmatch(text):
        return text
    return re.sub(rf"[^-+\d{decimal}]", "", text).replace(decimal, ".")


def _iso_date(text: str, date_format: str) -> str:
    try:
        moment = datetime.strptime(text, date_format)
    except ValueError:
        return text
    whole = moment.tzinfo is None and moment.time() == time()
    return moment.date().isoformat() if whole else moment.isoformat()
