"""A keyring in a file, so that window and worker of a test share one. Never in the product."""

from __future__ import annotations

import json
import os
from pathlib import Path

import keyring.backend
import keyring.errors

PLACE = "CSMDESK_TEST_KEYRING"
"""The variable that names the file."""


class FileKeyring(keyring.backend.KeyringBackend):
    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep(self._kept() | {f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        if kept.pop(f"{service} {username}", None) is None:
            raise keyring.errors.PasswordDeleteError
        self._keep(kept)

    def _kept(self) -> dict[str, str]:
        path = Path(os.environ[PLACE])
        found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def _keep(self, keys: dict[str, str]) -> None:
        Path(os.environ[PLACE]).write_text(json.dumps(keys))
