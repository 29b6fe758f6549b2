"""When the next run is due, by the wall clock and the workspace's schedule."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from csmdesk.domain.settings import Settings
from csmdesk.engine.schedule import is_due, next_due


def run_is_owed(settings: Settings, run_at: int, now: datetime) -> bool:
    """Whether the last run (epoch seconds, 0 or below for none) came before the newest due moment."""
    zone = ZoneInfo(settings.time_zone)
    ran = datetime.fromtimestamp(run_at, zone) if run_at > 0 else None
    return is_due(ran, now.astimezone(zone), settings.schedule)


def next_run(settings: Settings, now: datetime) -> datetime:
    return next_due(now.astimezone(ZoneInfo(settings.time_zone)), settings.schedule)
