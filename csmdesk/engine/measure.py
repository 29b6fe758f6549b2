"""Every measure of every customer on a day: the union of all metrics, one row per customer."""

from __future__ import annotations

from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import KINDS, Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.money import money_metrics
from csmdesk.engine.metrics.relationship import relationship_metrics
from csmdesk.engine.metrics.service import service_metrics
from csmdesk.engine.metrics.usage import usage_metrics


def measure(facts: Facts, settings: Settings, day: int) -> Columns:
    """All metrics as of `day`; facts dated after it do not exist.

    Beside the columns of `money_metrics`, `usage_metrics`, `service_metrics` and
    `relationship_metrics`: joined_crm / _billing / _usage / _support (bool), tier, stage and tags
    (texts), customer_since (day of the first counted subscription, else of creation).
    """
    money = money_metrics(facts, settings, day)
    data: dict[str, Any] = dict(money)
    data |= usage_metrics(facts, settings, money, day)
    data |= service_metrics(facts, settings, day)
    data |= relationship_metrics(facts, settings, day)
    data |= {f"joined_{kind}": facts.joined(kind) for kind in KINDS}
    tenure = money.ints("tenure")
    created = facts.customers.ints("created_on")
    known = np.where((created != MISSING) & (created <= day), created, MISSING)
    data["customer_since"] = np.where(tenure != MISSING, day - tenure, known)
    return Columns(data, facts.count)
