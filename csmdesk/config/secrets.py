"""Keys of connected systems: in the operating system's keyring, or in memory for one session.

Never in a file, a log, an error or a command line.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from csmdesk.config.locks import held
from csmdesk.config.session_keys import KeysInMemory, SessionKeys
from csmdesk.domain.errors import BadInput

SERVICE = "CSMDesk"
_PATIENCE = 60.0  # seconds; renewing a sign-in takes two


class NoKeyring(BadInput):
    """This computer offers no keyring; a key can be kept for the session only."""


class Secrets:
    """Keys of one workspace. A key held for the session wins over the keyring's."""

    def __init__(self, folder: Path, session: SessionKeys | None = None) -> None:
        self._folder = str(folder.resolve())
        self._session: SessionKeys = session if session is not None else KeysInMemory()

    def get(self, system: str) -> str | None:
        """The key of a system, or None when there is none."""
        key = self._session.get(system)
        if key is not None:
            return key
        import keyring
        import keyring.errors

        try:
            return keyring.get_password(SERVICE, self._name(system))
        except keyring.errors.KeyringError:
            return None

    def keep_for_session(self, system: str, key: str) -> None:
        self._session.put(system, key)

    def store(self, system: str, key: str) -> None:
        """Keep a key in the keyring; `NoKeyring` says what to do where there is none."""
        import keyring
        import keyring.errors

        try:
            keyring.set_password(SERVICE, self._name(system), key)
        except keyring.errors.KeyringError as error:
            raise NoKeyring(
                "This computer has no keyring that CSMDesk can use, so the key was not kept.",
                "Install one (on Linux: GNOME Keyring or KWallet), or use the key for this"
                " session only (on the command line: --session).",
            ) from error

    def replace(self, system: str, key: str) -> None:
        """Keep a newer key where the one before is. Where the keyring does not take it, it is used
        for the session, and `NoKeyring` says so."""
        if self._session.get(system) is not None:
            self._session.put(system, key)
            return
        try:
            self.store(system, key)
        except NoKeyring:
            self._session.put(system, key)
            raise

    def entry(self, system: str) -> Entry:
        return Entry(self, Path(self._folder), system)

    def delete(self, system: str) -> None:
        """Forget a key, here and in the keyring."""
        self._session.put(system, None)
        import keyring
        import keyring.errors

        try:
            keyring.delete_password(SERVICE, self._name(system))
        except keyring.errors.KeyringError:
            return  # nothing was kept: forgetting is done

    def _name(self, system: str) -> str:
        return f"{self._folder}:{system}"


@dataclass(frozen=True, slots=True)
class Entry:
    """The secret of one system that is replaced now and then, by one caller at a time."""

    secrets: Secrets
    folder: Path
    system: str

    def read(self) -> str | None:
        return self.secrets.get(self.system)

    def keep(self, text: str) -> None:
        self.secrets.replace(self.system, text)

    def locked(self) -> AbstractContextManager[object]:
        """No other thread or process replaces it meanwhile; TimeoutError after a minute."""
        return held(self.folder / f"{self.system}.lock", _PATIENCE)
