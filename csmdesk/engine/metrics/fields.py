"""CRM fields as of a past day: owner, tier, stage, domain, renewal date and yearly value from their
dated changes.

definitions.md section 2: a field without a date takes the value valid on D from its history, else
the oldest known value, marked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from csmdesk.domain.columns import Bools, Ints, by_text, coded
from csmdesk.domain.days import MISSING, parse_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.inputs import Facts
from csmdesk.domain.money import to_minor
from csmdesk.engine.money.exact import first_of_run, keys, last_at


@dataclass(frozen=True)
class FieldLog:
    """Changes of one field of the anchor accounts, sorted by (customer, instant)."""

    customer: Ints
    key: Ints  # (customer, day) of each change
    value: tuple[str | None, ...]
    currency: tuple[str | None, ...]  # in which the CRM states the customer's amounts

    @cached_property
    def days(self) -> Ints:
        """The values as days, MISSING for an emptied one: ISO dates or instants."""
        return by_text(self.value, lambda text: parse_day(text[:10]) if text else MISSING)

    @cached_property
    def amounts(self) -> Ints:
        """The values as minor units, MISSING for an emptied one."""
        return by_text(tuple(zip(self.value, self.currency, strict=True)), _minor)


def _minor(stated: tuple[str | None, str | None]) -> int:
    """A past amount that is none, or of an unknown currency, says nothing."""
    text, currency = stated
    try:
        return to_minor(text, currency) if text and currency else MISSING
    except BadInput:
        return MISSING


def build_field_logs(facts: Facts) -> dict[str, FieldLog]:
    """One log per field that has dated changes."""
    table = facts.tables["field_change"]
    anchors = list(
        zip(facts.customers.texts("anchor_source"), facts.customers.texts("anchor_id"), strict=True)
    )
    customer, at = table.ints("customer"), table.ints("at")
    owners = zip(customer.tolist(), table["source"], table["account_id"], strict=True)
    own = [owner != MISSING and anchors[owner] == (one, key) for owner, one, key in owners]
    order = np.lexsort((at, customer))
    order = order[np.array(own, dtype=np.bool_)[order]]
    field, names = coded(table.texts("field"))
    values, days = table.texts("value"), table.ints("at_day")
    currency = facts.customers.texts("acv_currency")
    logs: dict[str, FieldLog] = {}
    for number, name in enumerate(names):
        rows = order[field[order] == number]
        if len(rows):
            key = keys(customer[rows], days[rows])
            told = tuple(map(values.__getitem__, rows.tolist()))
            stated_in = tuple(map(currency.__getitem__, customer[rows].tolist()))
            logs[name] = FieldLog(customer[rows], key, told, stated_in)
    return logs


def field_rows(log: FieldLog, customers: int, day: int) -> tuple[Ints, Bools]:
    """Index into the log per customer (-1: no history), and where the value is only the oldest
    known one because the history begins after `day`."""
    place = last_at(log.key, np.arange(customers), day)
    oldest = np.full(customers, -1, dtype=np.int64)
    starts = np.flatnonzero(first_of_run(log.customer))
    oldest[log.customer[starts]] = starts
    marked = (place < 0) & (oldest >= 0)
    return np.where(marked, oldest, place), marked


def field_on(
    facts: Facts, logs: dict[str, FieldLog], name: str, day: int
) -> tuple[list[str | None], Bools]:
    """Texts of a dated field (owner_id, tier, stage, domain) per customer on a day, and which are marked.

    A customer without history keeps the undated value of the facts.
    """
    current = facts.customers.texts(name)
    log = logs.get(name)
    if log is None:
        return list(current), np.zeros(facts.count, dtype=np.bool_)
    row, marked = field_rows(log, facts.count, day)
    texts = [
        log.value[index] if index >= 0 else now
        for index, now in zip(row.tolist(), current, strict=True)
    ]
    return texts, marked


def contract_dates(facts: Facts, logs: dict[str, FieldLog], day: int) -> Ints:
    """The CRM's contract (renewal) date per customer as it stood on `day`, MISSING for none."""
    return _numbers_on(facts, logs, "renewal_on", day, lambda log: log.days)


def stated_amounts(facts: Facts, logs: dict[str, FieldLog], day: int) -> Ints:
    """The CRM's yearly value per customer as it stood on `day`, in minor units of its currency;
    MISSING for none."""
    return _numbers_on(facts, logs, "acv", day, lambda log: log.amounts)


def _numbers_on(
    facts: Facts,
    logs: dict[str, FieldLog],
    name: str,
    day: int,
    told: Callable[[FieldLog], Ints],
) -> Ints:
    """Numbers of a dated field per customer on a day; without history the undated one of the facts."""
    current = facts.customers.ints(name)
    log = logs.get(name)
    if log is None:
        return current
    row, _ = field_rows(log, facts.count, day)
    return np.where(row >= 0, told(log)[row], current)
