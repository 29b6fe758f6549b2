"""The alert kinds: a new kind is one file and one line here."""

from __future__ import annotations

from csmdesk.engine.alerts import (
    activity_drop,
    band_poor,
    cancellation,
    capacity,
    churn_task,
    growth,
    health_drop,
    onboarding,
    renewal,
)
from csmdesk.engine.alerts.kind import Kind

KINDS: tuple[Kind, ...] = (
    health_drop.KIND,
    activity_drop.KIND,
    band_poor.KIND,
    cancellation.KIND,
    churn_task.KIND,
    capacity.KIND,
    growth.KIND,
    renewal.KIND,
    onboarding.KIND,
)
