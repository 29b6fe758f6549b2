"""Credentials that renew themselves: one caller at a time, kept before they are used."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from queue import SimpleQueue
from typing import Protocol, TypeVar

from csmdesk.domain.errors import AuthError, DeskError, SourceError
from csmdesk.sync.api import Patience
from csmdesk.sync.oauth.provider import Provider
from csmdesk.sync.oauth.tokens import TokenAddress, Tokens, again

T = TypeVar("T")
_EARLY = 60  # seconds before its end an access token is not used any more


class Vault(Protocol):
    """Where the tokens of one system are kept, for all threads and processes alike."""

    def read(self) -> str | None: ...

    def keep(self, text: str) -> None:
        """Kept for good when this returns. Raises DeskError when it cannot be."""
        ...

    def locked(self) -> AbstractContextManager[object]:
        """Nobody else renews meanwhile. Raises TimeoutError when another does so for too long."""
        ...


class SignedIn:
    """The `Credentials` of a person who signed in. `clock` gives epoch seconds."""

    noun = "sign-in"

    def __init__(
        self,
        provider: Provider,
        vault: Vault,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._provider = provider
        self._vault = vault
        self._address = TokenAddress(provider, patience or Patience())
        self._clock = clock
        self._tokens: Tokens | None = None

    @property
    def address(self) -> str:
        return self._known().address

    def current(self) -> str:
        tokens = self._known()
        return tokens.access if self._lives(tokens) else self._renewed(tokens.access)

    def renewed(self, refused: str) -> str:
        return self._renewed(refused)

    def remedy(self, title: str, source: str) -> str:
        return again(source)

    def hidden(self, text: str) -> str:
        for secret in (self._tokens.access, self._tokens.refresh) if self._tokens else ():
            text = text.replace(secret, "***") if secret else text
        return text

    def _known(self) -> Tokens:
        if self._tokens is None:
            self._tokens = self._read()
        return self._tokens

    def _read(self) -> Tokens:
        tokens = Tokens.of_text(self._vault.read() or "")
        if tokens is None:
            raise AuthError(
                self._provider.source,
                f"There is no sign-in for {self._provider.title} in this computer's keyring.",
                again(self._provider.source),
            )
        return tokens

    def _lives(self, tokens: Tokens) -> bool:
        return bool(tokens.access) and not 0 < tokens.until <= self._clock() + _EARLY

    def _renewed(self, refused: str) -> str:
        """Another access token than `refused`: what another caller got meanwhile, else a new one."""
        try:
            with self._vault.locked():
                tokens = self._read()
                if tokens.access == refused or not self._lives(tokens):
                    tokens = _to_the_end(lambda: self._next(tokens))
                self._tokens = tokens
        except TimeoutError:
            raise SourceError(
                self._provider.source,
                f"Another CSMDesk renews the sign-in of {self._provider.title} and does not finish.",
                "Close it, then synchronise again.",
            ) from None
        return tokens.access

    def _next(self, tokens: Tokens) -> Tokens:
        """Renew and keep. From the answer on the old tokens are dead, so that comes first."""
        new = self._address.after(tokens, int(self._clock()))
        try:
            self._vault.keep(new.text())
        except DeskError as error:
            raise SourceError(
                self._provider.source,
                f"{self._provider.title}: the renewed sign-in could not be kept in the keyring.",
                f"It holds until CSMDesk is closed. {error.remedy}",
            ) from error
        return new


def _to_the_end(work: Callable[[], T]) -> T:
    """Do it in a thread that the end of the program waits for: its callers' threads may be cut off
    between the answer that kills the old tokens and the moment when the new ones are kept."""
    outcome: SimpleQueue[T | Exception] = SimpleQueue()

    def run() -> None:
        try:
            outcome.put(work())
        except Exception as error:
            outcome.put(error)  # raised again in the caller's thread

    threading.Thread(target=run, name="renewal", daemon=False).start()
    found = outcome.get()
    if isinstance(found, Exception):
        raise found
    return found
