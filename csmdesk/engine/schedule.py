"""When the engine runs: weekdays at a local time, and at once when a run was missed."""

from __future__ import annotations

from datetime import datetime, timedelta

from csmdesk.domain.settings import Schedule


def last_due(now: datetime, schedule: Schedule) -> datetime:
    """The newest scheduled moment that is not after `now` (same zone as `now`)."""
    moment = now.replace(hour=schedule.hour, minute=schedule.minute, second=0, microsecond=0)
    if moment > now:
        moment -= timedelta(days=1)
    while moment.weekday() not in schedule.weekdays:
        moment -= timedelta(days=1)
    return moment


def next_due(now: datetime, schedule: Schedule) -> datetime:
    """The first scheduled moment after `now`."""
    moment = now.replace(hour=schedule.hour, minute=schedule.minute, second=0, microsecond=0)
    if moment <= now:
        moment += timedelta(days=1)
    while moment.weekday() not in schedule.weekdays:
        moment += timedelta(days=1)
    return moment


def is_due(last_run_at: datetime | None, now: datetime, schedule: Schedule) -> bool:
    """Whether a run is owed: none yet, or the last one began before the newest scheduled moment."""
    return last_run_at is None or last_run_at < last_due(now, schedule)
