"""Who sits at this computer."""

from __future__ import annotations

from csmdesk.config.paths import account
from csmdesk.domain.settings import Settings


def person(settings: Settings | None) -> str:
    """E-mail of the workspace's user, else the account of this computer; "" when unknown."""
    if settings is not None and settings.user:
        return settings.user
    return account()
