"""Connecting a system with a key or by signing in: the wish, and what became of it.

Any thread but the window's: a system is asked, and a person may be in the browser for minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from csmdesk.domain.errors import DeskError
from csmdesk.domain.systems import system_named

if TYPE_CHECKING:
    from csmdesk.domain.cancel import CancelToken
    from csmdesk.domain.settings import Source
    from csmdesk.jobs.session import Session


@dataclass(frozen=True, slots=True)
class ConnectWish:
    """`session_only`: the key is kept in memory, not in the keyring."""

    source: Source
    key: str = field(default="", repr=False)
    session_only: bool = False


@dataclass(frozen=True, slots=True)
class ConnectOutcome:
    """The title of the connected system, or a `refusal` in words; `session_possible` when only
    keeping the key failed, for want of a keyring."""

    title: str = ""
    refusal: str = ""
    session_possible: bool = False


def connect(
    session: Session, wish: ConnectWish, browse: Callable[[str], None], cancel: CancelToken
) -> ConnectOutcome:
    """Test the key with one small request and keep it; or let a person sign in with the browser,
    which `browse` opens at an address."""
    from csmdesk.config.secrets import NoKeyring
    from csmdesk.jobs import signing_in, sources

    source, only = wish.source, wish.session_only
    try:
        if system_named(source.system).signs_in:
            title = signing_in.sign_in(session, source, browse, cancel, session_only=only)
        else:
            title = sources.connect(session, source, wish.key, session_only=only, cancel=cancel)
    except NoKeyring as error:
        return ConnectOutcome(refusal=error.message, session_possible=True)
    except DeskError as error:
        return ConnectOutcome(refusal=error.sentence())
    return ConnectOutcome(title)


def test(session: Session, wish: ConnectWish, cancel: CancelToken) -> str:
    """Test the key of a wish, or without one the key that is kept; returns the system's title."""
    from csmdesk.jobs import sources

    if wish.key:
        return sources.check(session, wish.source, wish.key, cancel=cancel)
    connector = sources.connector_of(session, wish.source.system)
    sources.probe(connector, session.patience, cancel)
    return connector.title
