"""A short mark of model and configuration: equal marks mean comparable scores."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from csmdesk.domain.settings import Settings


def fingerprint(settings: Settings) -> str:
    """8 hex digits over everything in the settings that decides a score, a task or an alert."""
    deciding = (
        settings.models,
        settings.health,
        settings.rules,
        settings.alerts,
        settings.features,
        settings.money,
        settings.renewals,
        settings.statuses,
        settings.segments,
        settings.tiers,
        settings.time_zone,
    )
    return blake2b(msgspec.json.encode(deciding, order="sorted"), digest_size=4).hexdigest()
