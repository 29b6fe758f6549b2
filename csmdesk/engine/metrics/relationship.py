"""Relationship metrics: NPS, contact and the CSM's risk score (definitions.md sections 1 and 5)."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.grouping import blank, count_by, latest_by, rows_known, sum_by
from csmdesk.engine.metrics.rows import EventRows, event_rows

NPS_DAYS = 90
RISK_DAYS = 90
REPLY_DAYS = 14


def relationship_metrics(
    facts: Facts, settings: Settings, day: int, events: EventRows | None = None
) -> Columns:
    """nps_sum and nps_count (answers of the 90 days up to the newest), nps_newest_on;
    last_two_way_on, last_inbound_on, last_outbound_on, last_contact_on (either way, any kind but
    notes); risk_score (0-10, set in the last 90 days); contacts (people known on D, not left)."""
    sorts = events if events is not None else event_rows(facts)
    data = {**_nps(facts, day), **_contact(facts, sorts, day)}
    data["risk_score"] = _risk(facts, day)
    data["contacts"] = _contacts(facts, sorts, day)
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


def _contact(facts: Facts, sorts: EventRows, day: int) -> dict[str, Ints]:
    table = facts.tables["activity"]
    customer, on = table.ints("customer"), table.ints("at_day")
    known = rows_known(table, "at_day", day)
    held, inward, outward = (known & one for one in (sorts.held, sorts.inward, sorts.outward))
    talked = latest_by(customer[held], on[held], facts.count)
    last_in = latest_by(customer[inward], on[inward], facts.count)
    last_out = latest_by(customer[outward], on[outward], facts.count)
    answered = _answered(customer, on, inward, outward, facts.count)
    return {
        "last_two_way_on": np.maximum(talked, answered),
        "last_inbound_on": last_in,
        "last_outbound_on": last_out,
        "last_contact_on": np.maximum(talked, np.maximum(last_in, last_out)),
    }


def _answered(customer: Ints, on: Ints, inward: Bools, outward: Bools, count: int) -> Ints:
    """Newest day on which a message of one direction had one of the other at most 14 days before."""
    rows = np.flatnonzero(inward | outward)
    order = rows[np.lexsort((on[rows], customer[rows]))]
    who, when, way = customer[order], on[order], inward[order]
    found = blank(count)
    for direction in (True, False):
        # The newest earlier row of the other direction, by position; rows are sorted by customer.
        place = np.where(way != direction, np.arange(len(order)), -1)
        before = np.maximum.accumulate(place) if len(place) else place
        valid = (way == direction) & (before >= 0)
        valid[valid] = who[before[valid]] == who[valid]
        valid[valid] = when[valid] - when[before[valid]] <= REPLY_DAYS
        np.maximum.at(found, who[valid], when[valid])
    return found


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


def _contacts(facts: Facts, sorts: EventRows, day: int) -> Ints:
    """Persons known on D; one who left according to any system is gone."""
    table = facts.tables["contact"]
    created, left = table.ints("created_at_day"), table.ints("left_on")
    here = (table.ints("customer") != MISSING) & ((created == MISSING) | (created <= day))
    gone = here & (left != MISSING) & (left <= day)
    here &= ~np.isin(sorts.person, sorts.person[gone])
    _, first = np.unique(sorts.person[here], return_index=True)
    return count_by(table.ints("customer")[here][first], facts.count)
