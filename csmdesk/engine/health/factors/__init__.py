"""The factors of the default health model, in its order (definitions.md section 5).

Those of weight 0 are computed and stored for every customer, so that a model can weigh them later.
"""

from __future__ import annotations

from csmdesk.engine.health.factor import Factor
from csmdesk.engine.health.factors import (
    active_users,
    contact,
    critical_tickets,
    csm_risk,
    failed_jobs,
    key_volume,
    last_login,
    modules_used,
    mrr_change,
    nps,
    overdue,
    renewal_proximity,
    usage_trend,
)

FACTORS: tuple[Factor, ...] = (
    last_login.FACTOR,
    active_users.FACTOR,
    usage_trend.FACTOR,
    modules_used.FACTOR,
    overdue.FACTOR,
    mrr_change.FACTOR,
    critical_tickets.FACTOR,
    failed_jobs.FACTOR,
    nps.FACTOR,
    contact.FACTOR,
    csm_risk.FACTOR,
    key_volume.FACTOR,
    renewal_proximity.FACTOR,
)
"""A factor is one file here and one line in this list; the order decides ties."""

KEYS = tuple(factor.key for factor in FACTORS)
BY_KEY = {factor.key: factor for factor in FACTORS}
