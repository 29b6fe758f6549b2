"""Keys that are held in memory for a session, not in the keyring."""

from __future__ import annotations

from typing import Protocol


class SessionKeys(Protocol):
    """Keys that are held for a session alone."""

    def get(self, system: str) -> str | None: ...

    def put(self, system: str, key: str | None) -> None:
        """Hold this one from now on; None forgets it."""


class KeysInMemory:
    """Session keys of this process, for all its threads."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def get(self, system: str) -> str | None:
        return self._keys.get(system)

    def put(self, system: str, key: str | None) -> None:
        if key is None:
            self._keys.pop(system, None)
        else:
            self._keys[system] = key
