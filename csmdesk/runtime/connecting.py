"""Connecting a system from the window: the wish, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from csmdesk.domain.errors import DeskError

if TYPE_CHECKING:
    from csmdesk.jobs.session import Session


@dataclass(frozen=True, slots=True)
class ConnectWish:
    """`session_only`: the key is kept in memory, not in the keyring."""

    system: str
    key: str = field(repr=False)
    base_url: str
    project_id: str
    session_only: bool


@dataclass(frozen=True, slots=True)
class ConnectOutcome:
    """The title of the connected system, or a `refusal` in words; `session_possible` when only
    keeping the key failed, for want of a keyring."""

    title: str = ""
    refusal: str = ""
    session_possible: bool = False


def connect(session: Session, wish: ConnectWish) -> ConnectOutcome:
    """Test the key with one small request and keep it. Any thread but the window's."""
    from csmdesk.config.secrets import NoKeyring
    from csmdesk.jobs import sources

    try:
        title = sources.connect(
            session,
            wish.system,
            wish.key,
            wish.base_url,
            wish.project_id,
            session_only=wish.session_only,
        )
    except NoKeyring as error:
        return ConnectOutcome(refusal=error.message, session_possible=True)
    except DeskError as error:
        return ConnectOutcome(refusal=error.sentence())
    return ConnectOutcome(title)
