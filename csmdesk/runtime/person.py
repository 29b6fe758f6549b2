"""Who sits at this computer."""

from __future__ import annotations

import getpass

from csmdesk.domain.settings import Settings


def person(settings: Settings | None) -> str:
    """E-mail of the workspace's user, else the account of this computer; "" when unknown."""
    if settings is not None and settings.user:
        return settings.user
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # no account database, and no variable names one
        return ""
