"""Time zones: which there are, and the one that a new workspace begins with."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC = "UTC"
_SAME = frozenset({"Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu"})


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def own_zone() -> str:
    """The computer's zone; UTC where it names none that the IANA list has."""
    import tzlocal  # asked once in the life of a workspace

    try:
        name = tzlocal.get_localzone_name()
    except (LookupError, ValueError, OSError):
        return UTC
    return UTC if name in _SAME or not is_zone(name) else name
