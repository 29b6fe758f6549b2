"""One sign-in: open the page, wait for the browser to come back, trade its code for tokens."""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256

from csmdesk.domain.cancel import CancelToken
from csmdesk.sync.api import Patience
from csmdesk.sync.oauth.listener import Listener
from csmdesk.sync.oauth.provider import PORTS, Provider
from csmdesk.sync.oauth.tokens import TokenAddress, Tokens

MINUTES = 5


def sign_in(
    provider: Provider,
    browse: Callable[[str], None],
    cancel: CancelToken,
    *,
    timeout: float = MINUTES * 60.0,
    ports: Sequence[int] = PORTS,
    patience: Patience | None = None,
    clock: Callable[[], float] = time.time,
) -> Tokens:
    """Sign a person in. `browse(address)` shows the page and returns at once.

    Raises Cancelled, AuthError (refused, or nobody came back in time), Unreachable or SourceError
    (no port is free).
    """
    provider.check()
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    with Listener(provider, state, ports) as listener:
        browse(provider.page(listener.port, state, challenge_of(verifier)))
        code = listener.code(cancel, timeout)
    tokens = TokenAddress(provider, patience or Patience())
    return tokens.of_code(code, verifier, provider.redirect_uri(listener.port), int(clock()))


def challenge_of(verifier: str) -> str:
    """What the page is told of the verifier (RFC 7636, S256)."""
    return urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()
