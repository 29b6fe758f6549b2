"""Relationship metrics: NPS, contact and the CSM's risk score (definitions.md sections 1 and 5)."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.grouping import blank, count_by, latest_by, rows_known, sum_by
from csmdesk.engine.metrics.rows import EventRows, Persons, event_rows
from csmdesk.engine.money.exact import key_day, last_at

NPS_DAYS = 90
RISK_DAYS = 90


def relationship_metrics(
    facts: Facts, settings: Settings, day: int, events: EventRows | None = None
) -> Columns:
    """nps_sum and nps_count (answers of the 90 days up to the newest), nps_newest_on;
    last_two_way_on, last_inbound_on, last_outbound_on, last_contact_on (either way, any kind but
    notes); risk_score (0-10, set in the last 90 days); contacts (people known on D, not left)."""
    sorts = events if events is not None else event_rows(facts)
    data = {**_nps(facts, day), **_contact(sorts, facts.count, day)}
    data["risk_score"] = _risk(facts, day)
    data["contacts"] = _contacts(sorts.persons, facts.count, day)
    return Columns(data, facts.count)


def _nps(facts: Facts, day: int) -> dict[str, Ints]:
    table = facts.tables["nps_answer"]
    known = rows_known(table, "answered_at_day", day)
    customer = table.ints("customer")[known]
    on, score = table.ints("answered_at_day")[known], table.ints("score")[known]
    newest = latest_by(customer, on, facts.count)
    near = on > newest[customer] - NPS_DAYS
    number = count_by(customer[near], facts.count)
    total = sum_by(customer[near], score[near], facts.count)
    return {
        "nps_sum": np.where(number > 0, total, MISSING),
        "nps_count": number,
        "nps_newest_on": newest,
    }


def _contact(sorts: EventRows, count: int, day: int) -> dict[str, Ints]:
    talked, last_in, last_out, answered = (
        _latest(key, count, day) for key in (sorts.held, sorts.inward, sorts.outward, sorts.answers)
    )
    return {
        "last_two_way_on": np.maximum(talked, answered),
        "last_inbound_on": last_in,
        "last_outbound_on": last_out,
        "last_contact_on": np.maximum(talked, np.maximum(last_in, last_out)),
    }


def _latest(key: Ints, count: int, day: int) -> Ints:
    """Newest day up to `day` per customer in sorted keys, MISSING without one."""
    place = last_at(key, np.arange(count), day)
    return np.where(place >= 0, key_day(np.append(key, 0)[place]), MISSING)


def _risk(facts: Facts, day: int) -> Ints:
    """The newest score set by D, if set in the last 90 days; on one day the last row holds."""
    table = facts.risk
    customer, on = table.ints("customer"), table.ints("set_on")
    rows = np.flatnonzero((customer != MISSING) & (on <= day))
    order = rows[np.argsort(on[rows], kind="stable")]
    score, set_on = blank(facts.count), blank(facts.count)
    score[customer[order]] = table.ints("score")[order]
    set_on[customer[order]] = on[order]
    fresh = (set_on != MISSING) & (set_on > day - RISK_DAYS)
    return np.where(fresh, score, MISSING)


def _contacts(persons: Persons, count: int, day: int) -> Ints:
    """Persons known on D; one who left according to any system is gone."""
    here = (persons.since <= day) & (persons.gone > day)
    return count_by(persons.customer[here], count)
