"""The seeded world: a vendor's portfolio as a pure function of (seed, absolute date)."""

from __future__ import annotations

from csmdesk.sandbox.world.usage import DailyUsage, FeatureUsage, PersonUsage
from csmdesk.sandbox.world.world import World

__all__ = ["DailyUsage", "FeatureUsage", "PersonUsage", "World"]
