"""The tables of the Portfolio, column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns, Ints, where_text
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import Health
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.health.explain import top_reasons
from csmdesk.engine.metrics.fields import field_on
from csmdesk.engine.money.boundaries import renewal_dates_between
from csmdesk.engine.money.committed import committed_mrr
from csmdesk.engine.money.movements import movements
from csmdesk.engine.money.prepared import Prepared
from csmdesk.store.snapshot import SnapshotRows

RECENT_DAYS = 60
MOVEMENT_DAYS = 800
"""Movements reach back two years, so that twelve months can be shown for any day of the last."""
TagSets = list[tuple[str, ...]]
_AS_MEASURED = (
    *("mrr", "acv", "acv_native", "metered", "metered_lost", "renewal_on"),
    *("active_users", "last_contact_on", "last_login_on"),
)


def joined(rows: Columns, index: Mapping[str, int]) -> Columns:
    """Rows keyed by customer id with the customer's row index instead.

    Rows of a customer whom no source tells any more are left out: what the engine and people wrote
    of it stays stored and comes back with the customer.
    """
    at = np.array([index.get(one, MISSING) for one in rows["customer_id"]], dtype=np.int64)
    here = at != MISSING
    data = {name: kept(rows[name], here) for name in rows if name != "customer_id"}
    return Columns({**data, "customer": at[here]}, int(here.sum()))


def events(work: SnapshotRows, tasks: Columns) -> Columns:
    """Events of the tasks that are shown; `task` is the row index of their task."""
    place = {one: row for row, one in enumerate(tasks["id"])}
    at = np.array([place.get(one, MISSING) for one in work.task_events["task_id"]], dtype=np.int64)
    here = at != MISSING
    names = ("day", "kind", "severity", "episode")
    data = {name: kept(work.task_events[name], here) for name in names}
    return Columns({**data, "task": at[here]}, int(here.sum()))


def steps(work: SnapshotRows, index: Mapping[str, int]) -> Columns:
    """Playbook steps of the enrolments that are shown; `enrolment` is their row index there."""
    here = np.array([one in index for one in work.enrolments["customer_id"]], dtype=np.bool_)
    place = np.where(here, np.cumsum(here) - 1, MISSING)
    at = place[work.steps.ints("enrolment")]
    shown = at != MISSING
    data = {name: kept(work.steps[name], shown) for name in work.steps if name != "enrolment"}
    return Columns({**data, "enrolment": at[shown]}, int(shown.sum()))


def kept(column: Any, mask: Any) -> Any:
    """The masked rows of a column of either kind."""
    if isinstance(column, np.ndarray):
        return column[mask]
    return [column[row] for row in np.flatnonzero(mask).tolist()]


def merged_tags(facts: Facts, work: SnapshotRows) -> TagSets:
    """Tags of the CRM and a person's own, without repeats, in that order."""
    own: Mapping[str, Sequence[str]] = work.tags
    theirs: Sequence[tuple[str, ...]] = facts.customers["tags"]
    return [
        tuple(dict.fromkeys((*crm, *own.get(one, ()))))
        for one, crm in zip(facts.ids, theirs, strict=True)
    ]


def customers(
    facts: Facts,
    measures: Columns,
    health: Health,
    settings: Settings,
    prepared: Prepared,
    tags: TagSets,
    day: int,
) -> Columns:
    """The customers table but for its counts of tasks and alerts."""
    reasons = top_reasons(health, measures, settings)
    pillars = health.pillars
    data: dict[str, Any] = {
        "id": list(facts.ids),
        "name": facts.customers["name"],
        "domain": measures["domain"],
        "csm": owners(facts, prepared, day),
        "tier": field_on(facts, prepared.fields, "tier", day)[0],
        "stage": field_on(facts, prepared.fields, "stage", day)[0],
        "success_program": facts.customers["success_program"],
        "status": measures["status"],
        "flag": facts.customers["flag"],
        "tags": tags,
        "currency": measures["currency"],
        "products": measures["products"],
        "acv_derived": measures["acv_derived"].astype(np.int64),
        "created_on": facts.customers["created_on"],
        "assigned_on": facts.customers["assigned_on"],
        "committed_churn": measures["set_to_cancel"].astype(np.int64),
        "committed_mrr": committed_mrr(facts, prepared, day),
        "arr": measures.ints("mrr") * 12,
        "chi": health.chi.astype(np.int64),
        "band": health.band.astype(np.int64),
        "held_band": health.held_band.astype(np.int64),
        "coverage": health.coverage,
        "thin": (health.coverage < 100 * settings.health.thin_coverage_percent).astype(np.int64),
        "cap": health.cap.astype(np.int64),
        "pillar_adoption": pillars[0],
        "pillar_financial": pillars[1],
        "pillar_service": pillars[2],
        "pillar_relationship": pillars[3],
        "used": measures.ints("active_users"),
        "capacity": measures.ints("seats"),
        "nps": nps_hundredths(measures),
        "health_marker": health.health_marker.astype(np.int64),
        "activity_marker": health.activity_marker.astype(np.int64),
        "active": health.active.astype(np.int64),
        "url": facts.customers["url"],
        **people(facts, day),
    }
    for name in _AS_MEASURED:
        data[name] = measures.ints(name)
    for place in range(3):
        data[f"why{place + 1}"] = [r[place] if place < len(r) else None for r in reasons]
    return Columns(data, facts.count)


def owners(facts: Facts, prepared: Prepared, day: int) -> list[str | None]:
    """Name of the CSM of each customer as of `day`, from the owner's dated history."""
    ids, _ = field_on(facts, prepared.fields, "owner_id", day)
    people_table = facts.tables["person"]
    names = dict(zip(people_table["source_id"], people_table["name"], strict=True))
    current: list[str | None] = facts.customers["owner_id"]
    shown: list[str | None] = facts.customers["owner"]
    return [
        name if owner == now else names.get(owner) if owner else None
        for owner, now, name in zip(ids, current, shown, strict=True)
    ]


def nps_hundredths(measures: Columns) -> Ints:
    """Mean of the customer's answers in 1/100, MISSING without one."""
    count = measures.ints("nps_count")
    total = measures.ints("nps_sum")
    return np.where(count > 0, total * 100 // np.maximum(count, 1), MISSING)


def people(facts: Facts, day: int) -> dict[str, list[str | None]]:
    """Main contact (most recently seen) and champion of each customer, by name."""
    table = facts.tables["contact"]
    owner, left, names = table.ints("customer"), table.ints("left_on"), table.texts("name")
    here = (owner != MISSING) & ((left == MISSING) | (left > day))
    here &= table.ints("created_at_day") <= day
    known = table.ints("last_seen_at_day") <= day
    seen = np.where(known, table.ints("last_seen_at"), MISSING)
    order = np.lexsort((seen, owner))
    order = order[here[order]]
    champions = where_text(table.texts("role"), lambda role: role == "champion")

    def newest(rows: Ints) -> list[str | None]:
        last = np.full(facts.count, MISSING, dtype=np.int64)
        last[owner[rows]] = rows
        return [None if row == MISSING else names[row] for row in last.tolist()]

    return {"main_contact": newest(order), "champion": newest(order[champions[order]])}


def movement_rows(facts: Facts, settings: Settings, prepared: Prepared, day: int) -> Columns:
    """All MRR movements of the two years up to `day`."""
    return movements(facts, settings, day - MOVEMENT_DAYS, day, prepared)


def renewals(facts: Facts, measures: Columns, day: int) -> Columns:
    """One row per active customer that has a renewal date, soonest first."""
    on = measures.ints("renewal_on")
    rows = np.flatnonzero((on != MISSING) & measures["active"])
    rows = rows[np.argsort(on[rows], kind="stable")]
    subscription = measures["renewal_subscription"]
    return Columns(
        {
            "customer": rows.astype(np.int64),
            "subscription": [subscription[row] for row in rows.tolist()],
            "renewal_on": on[rows],
            "mrr": measures.ints("mrr")[rows],
        },
        len(rows),
    )


def recent_renewals(facts: Facts, settings: Settings, prepared: Prepared, day: int) -> Columns:
    """Renewal dates of the last 60 days."""
    return renewal_dates_between(facts, settings, prepared, day - RECENT_DAYS + 1, day)


def recent_contacts(facts: Facts, day: int) -> Columns:
    """Contacts created in the last 60 days."""
    table = facts.tables["contact"]
    created = table.ints("created_at_day")
    rows = np.flatnonzero(
        (created > day - RECENT_DAYS) & (created <= day) & (table.ints("customer") != MISSING)
    )
    texts = {
        name: [table[name][row] for row in rows.tolist()] for name in ("name", "title", "role")
    }
    user = np.array([key is not None for key in table["user_key"]], dtype=np.int64)
    data = {"customer": table.ints("customer")[rows], "created_on": created[rows], **texts}
    return Columns({**data, "user": user[rows]}, len(rows))


def recent_activities(facts: Facts, day: int) -> Columns:
    """Activities of the last 60 days."""
    table = facts.tables["activity"]
    on = table.ints("at_day")
    mask = (on > day - RECENT_DAYS) & (on <= day) & (table.ints("customer") != MISSING)
    data = {
        "customer": table.ints("customer")[mask],
        "day": on[mask],
        "kind": kept(table["kind"], mask),
        "direction": kept(table["direction"], mask),
    }
    return Columns(data, int(mask.sum()))
