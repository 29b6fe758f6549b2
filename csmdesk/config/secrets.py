"""Keys of connected systems: in the operating system's keyring, or in memory for one session.

Never in a file, a log, an error or a command line.
"""

from __future__ import annotations

from pathlib import Path

from csmdesk.domain.errors import BadInput

SERVICE = "CSMDesk"


class NoKeyring(BadInput):
    """This computer offers no keyring; a key can be kept for the session only."""


class Secrets:
    """Keys of one workspace. A key given for the session wins over the keyring's."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder.resolve())
        self._session: dict[str, str] = {}

    def get(self, system: str) -> str | None:
        """The key of a system, or None when there is none."""
        if system in self._session:
            return self._session[system]
        import keyring
        import keyring.errors

        try:
            return keyring.get_password(SERVICE, self._name(system))
        except keyring.errors.KeyringError:
            return None

    def keep_for_session(self, system: str, key: str) -> None:
        self._session[system] = key

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

    def delete(self, system: str) -> None:
        """Forget a key, here and in the keyring."""
        self._session.pop(system, None)
        import keyring
        import keyring.errors

        try:
            keyring.delete_password(SERVICE, self._name(system))
        except keyring.errors.KeyringError:
            return  # nothing was kept: forgetting is done

    def _name(self, system: str) -> str:
        return f"{self._folder}:{system}"
