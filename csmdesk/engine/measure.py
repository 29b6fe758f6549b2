"""Every measure of every customer on a day: the union of all metrics, one row per customer."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import KINDS, Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.fields import field_on
from csmdesk.engine.metrics.money import money_metrics
from csmdesk.engine.metrics.relationship import relationship_metrics
from csmdesk.engine.metrics.rows import EventRows, event_rows
from csmdesk.engine.metrics.service import service_metrics
from csmdesk.engine.metrics.units import unit_use
from csmdesk.engine.metrics.usage import usage_metrics
from csmdesk.engine.money.prepared import Prepared, prepare


def measure(
    facts: Facts,
    settings: Settings,
    day: int,
    prepared: Prepared | None = None,
    events: EventRows | None = None,
) -> Columns:
    """All metrics as of `day`; facts dated after it do not exist.

    Beside the columns of `money_metrics`, `usage_metrics`, `service_metrics` and
    `relationship_metrics`: unit_use (see `metrics.units`); joined_crm / _billing / _usage /
    _support (bool); tier, stage, owner_id and domain as of the day and tags (which choose the health model);
    customer_since (day of the first counted subscription, else of creation); exists (bool): False for
    one created after the day.
    `prepared` and `events` save reading the same facts again for every day of a run.
    """
    ready = prepared if prepared is not None else prepare(facts, settings)
    sorts = events if events is not None else event_rows(facts)
    money = money_metrics(facts, settings, day, ready)
    data: dict[str, Any] = dict(money)
    data |= usage_metrics(facts, settings, money, day, sorts)
    data |= service_metrics(facts, settings, day, sorts)
    data |= relationship_metrics(facts, settings, day, sorts)
    data["unit_use"] = unit_use(facts, settings, ready, day)
    data |= {f"joined_{kind}": facts.joined(kind) for kind in KINDS}
    data["tier"], _ = field_on(facts, ready.fields, "tier", day)
    data["stage"], _ = field_on(facts, ready.fields, "stage", day)
    data["owner_id"], _ = field_on(facts, ready.fields, "owner_id", day)
    data["domain"], _ = field_on(facts, ready.fields, "domain", day)
    data["tags"] = facts.customers["all_tags"]
    tenure = money.ints("tenure")
    created = facts.customers.ints("created_on")
    known = np.where((created != MISSING) & (created <= day), created, MISSING)
    data["exists"] = (created == MISSING) | (created <= day) | money["ever_counted"]
    data["customer_since"] = np.where(tenure != MISSING, day - tenure, known)
    return Columns(data, facts.count)
